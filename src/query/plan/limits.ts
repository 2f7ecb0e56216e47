import type { QueryLimitSettings } from '../../config/settings';
import type { JavaRegexp, StepBudget } from '../../util/java-regexp';
import { javaRegexps } from '../../util/java-regexps';
import type { Log } from '../../util/log';
import { readRegularFile } from '../../util/regular-file';
import { ClientError } from '../../util/errors';

/** Of the overrides file. */
const MOST_OVERRIDE_BYTES = 16 << 20;

/** How much a sub-query may read; 0: as much as it likes. */
export interface ReadLimits {
  readonly bytes: number;
  readonly dataPoints: number;
}

interface Override {
  readonly pattern: JavaRegexp;
  readonly limits: ReadLimits;
}

function toLimit(value: unknown): number {
  const n = Number(value ?? 0);
  return Number.isFinite(n) && n > 0 ? Math.trunc(n) : 0;
}

/**
 * The limits on what a query reads, by metric: the defaults, or those of the first entry of the overrides file whose
 * regular expression is found in the metric's name. The file is read again every `tsd.query.limits.overrides.interval`
 * seconds. Mirrors QueryLimitOverride.
 */
export class QueryLimits {
  private readonly defaults: ReadLimits;
  private readonly file: string | null;
  private overrides: readonly Override[] = [];
  private timer: NodeJS.Timeout | null = null;
  /** The first reading of the file, while that is under way: to be waited for before `of`. */
  loading: Promise<void> | null = null;

  /** @throws Error for negative defaults, which stop the daemon's start */
  constructor(
    { bytes, dataPoints, overrides }: QueryLimitSettings,
    private readonly logger: Log,
  ) {
    if (bytes < 0) throw new Error('The default byte limit cannot be negative');
    if (dataPoints < 0) throw new Error('The default data points limit cannot be negative');
    this.defaults = { bytes, dataPoints };
    this.file = overrides?.file ?? null;
    if (overrides === null) return;
    this.loading = this.reload().then(() => void (this.loading = null));
    this.timer = setInterval(() => void this.reload(), Math.min(overrides.intervalSeconds * 1000, 2 ** 31 - 1));
    this.timer.unref();
  }

  /** @param metric null for a query by TSUIDs, which no override applies to */
  of(metric: string | null): ReadLimits {
    const override = metric === null ? undefined : this.overrides.find((o) => o.pattern.find(metric));
    return override?.limits ?? this.defaults;
  }

  close(): void {
    if (this.timer) clearInterval(this.timer);
  }

  /** A file that can't be read or parsed leaves things as they are, and is logged. */
  private async reload(): Promise<void> {
    if (this.file === null) return;
    try {
      const file = await readRegularFile(this.file, { mostBytes: MOST_OVERRIDE_BYTES, follow: true });
      if (file === null) throw new Error(`it is not a file of at most ${MOST_OVERRIDE_BYTES} bytes`);
      const entries: unknown = JSON.parse(file.bytes.toString('utf8'));
      if (!Array.isArray(entries)) throw new Error('it is not an array');
      this.overrides = entries.map((entry: Record<string, unknown>) => ({
        pattern: new (javaRegexps().JavaRegexp)(String(entry.regex)),
        limits: { bytes: toLimit(entry.byteLimit), dataPoints: toLimit(entry.dataPointsLimit) },
      }));
    } catch (e) {
      this.logger.error(`Failed to read the query limits of ${this.file}: ${(e as Error).message}`);
    }
  }
}

/** What a client that wants too much can do. */
export const ADVICE = 'Please try filtering using more tags or decrease your time range.';

/** Steps that regular expressions may take for one request, beside those taken before for other names: some twenty seconds. */
const MOST_PATTERN_STEPS = 1_000_000_000;

/** What the regular expressions of all sub-queries of a request may take together. */
export function patternSteps(): StepBudget {
  return { left: MOST_PATTERN_STEPS };
}

/** Takes steps off those that are left. @throws ClientError 413 when there are none */
export function chargePatternSteps(budget: StepBudget, steps: number): void {
  budget.left -= steps;
  if (budget.left >= 0) return;
  throw new ClientError(
    413,
    `Sorry, the regular expressions of this query take more than our maximum of ${MOST_PATTERN_STEPS} steps. ${ADVICE}`,
  );
}

/** Counts what one sub-query has read and stops it at its limits. */
export class ReadBudget {
  bytes = 0;
  dataPoints = 0;

  constructor(private readonly limits: ReadLimits) {}

  /** @throws ClientError 413 in the original's words */
  check(): void {
    const { bytes, dataPoints } = this.limits;
    if (dataPoints > 0 && this.dataPoints > dataPoints) {
      throw new ClientError(413, `Sorry, you have attempted to fetch more than our limit of ${dataPoints} data points. ${ADVICE}`);
    }
    if (bytes > 0 && this.bytes > bytes) {
      const megabytes = Math.floor(bytes / 1024 / 1024);
      throw new ClientError(
        413,
        `Sorry, you have attempted to fetch more than our maximum amount of ${megabytes}MB from storage. ${ADVICE}`,
      );
    }
  }
}
