import type { Command } from 'commander';
import { checkWidths } from '../app/startup-checks';
import { Pace, UnusedUids, UsedUids, type UnusedUid } from '../maintenance';
import { kindOf, UID_KINDS, type UidKind } from '../uid';
import { TableChanges } from '../uid/redis/table-changes';
import { parseDuration } from '../util/date-time';
import { countOf } from './arguments';
import { interruptible, tellInterrupted } from './interrupt';
import { Progress } from './progress';
import { codecOf, mappingLine, type UidToolContext, type UnusedOptions } from './uid-context';

const DEFAULT_THREADS = 4;
const DEFAULT_AGE = '1d';
/** Mappings that end together: other processes are told once for all of them. */
const AT_ONCE = 256;
/** Mappings that are remembered until it is sure that nobody uses them. */
const MOST_ENDED = 50_000;
/** How far the clocks of this machine and of the store may be apart. */
const CLOCK_SKEW_MS = 600_000;

/** Declares what only `uid unused` takes. */
export function addUnusedOptions(command: Command): Command {
  return command
    .option('--delete', 'unused: end the mappings, and tell other TSDs')
    .option('--min-age <D>', `unused: leave mappings alone that are younger (default: ${DEFAULT_AGE})`)
    .option('--threads <N>', `unused: ranges that are read at once (default: ${DEFAULT_THREADS})`)
    .option('--rate <N>', 'unused: most rows to read in a second (default: no limit)')
    .option('--force', 'unused: delete although there are no rows, or rows that cannot be understood');
}

/**
 * `unused [KIND...]`: names that no row of points, metadata or trees refers to, a line for each as `grep` prints them; with `--delete` their mappings end. The
 * original has no such thing. 0; 1 when it refuses to delete; 130 when it was interrupted.
 * @throws IllegalArgumentError, UsageError, StorageError
 */
export async function unused(context: UidToolContext, [, ...words]: readonly string[]): Promise<number> {
  const kinds = words.length === 0 ? UID_KINDS : words.map(kindOf);
  const { minAge = DEFAULT_AGE, threads, rate } = context.unused;
  const numbers = { threads: countOf('threads', threads, DEFAULT_THREADS), rate: countOf('rate', rate, 0) };
  const before = Date.now() - parseDuration(minAge);
  const progress = new Progress(context.io, 'rows');
  try {
    return await interruptible((signal) => new UnusedRun(context, numbers, progress, signal).run(kinds, before));
  } catch (error) {
    return tellInterrupted(error, context.io, 'each mapping has ended wholly or not at all, but for the last');
  } finally {
    progress.end();
  }
}

class UnusedRun {
  private readonly used: UsedUids;
  private readonly uids: UnusedUids;
  private readonly options: UnusedOptions;

  constructor(
    private readonly context: UidToolContext,
    { threads, rate }: { threads: number; rate: number },
    progress: Progress,
    private readonly signal: AbortSignal,
  ) {
    const { storage, model } = context;
    const points = [model.tables.data, ...model.tables.rollups];
    this.used = new UsedUids({ storage, model, points, threads, pace: new Pace(rate), progress: (rows) => progress.add(rows), signal });
    this.uids = new UnusedUids(storage, model, this.used);
    this.options = context.unused;
  }

  async run(kinds: readonly UidKind[], before: number): Promise<number> {
    const { model, storage, io } = this.context;
    await checkWidths(model, storage);
    let since = Date.now();
    await this.used.scan(null);
    const deletes = this.options.delete === true;
    if (deletes) {
      const doubt = this.doubt();
      if (doubt !== null) {
        io.stderr.write(`Nothing is deleted: ${doubt}; --force deletes nevertheless\n`);
        return 1;
      }
      // The first scan may have taken hours.
      since = await this.scanSince(since);
    }
    let ended: UnusedUid[] = [];
    let count = 0;
    for await (const found of this.uids.list(kinds, before, this.signal)) {
      count += found.length;
      if (deletes) {
        await this.remove(found);
        ended.push(...found);
        if (ended.length >= MOST_ENDED) {
          since = await this.restoreUsed(ended, since);
          ended = [];
        }
      }
      this.print(found);
    }
    if (deletes) await this.restoreUsed(ended, since);
    io.stderr.write(`${count} names are unused${deletes ? ' and were deleted' : count > 0 ? '; --delete deletes them' : ''}\n`);
    return 0;
  }

  /** Why what was found is not to be relied on; null: nothing speaks against it. */
  private doubt(): string | null {
    if (this.options.force === true) return null;
    if (this.used.badKeys > 0)
      return `${this.used.badKeys} rows have a key that is none, and what they refer to cannot be told (tsdb fsck --full-scan)`;
    return this.used.rows === 0 ? 'there is not one row of points' : null;
  }

  /** Adds what is used by cells that were written since a time. @returns when that was */
  private async scanSince(since: number): Promise<number> {
    const now = Date.now();
    // Cells that carry the time of their point say nothing of when they were written.
    await this.used.scan(this.context.model.explicitTimestamps ? null : since - CLOCK_SKEW_MS);
    return now;
  }

  private async remove(found: readonly UnusedUid[]): Promise<void> {
    const { storage, table, log } = this.context;
    const changes = new TableChanges(storage, table, log.aside('UniqueId'));
    for (const kind of UID_KINDS) {
      const mappings = found.filter((each) => each.kind === kind);
      for (let i = 0; i < mappings.length; i += AT_ONCE) {
        this.signal.throwIfAborted();
        await this.uids.remove(kind, mappings.slice(i, i + AT_ONCE), changes.of(kind));
      }
    }
  }

  /** A TSD that had a name in its cache may have written a row with it until it heard. @returns up to when rows were looked at */
  private async restoreUsed(ended: readonly UnusedUid[], since: number): Promise<number> {
    if (ended.length === 0) return since;
    const now = await this.scanSince(since);
    const codec = codecOf(this.context);
    for (const mapping of ended) {
      if (!this.used.has(mapping.kind, mapping.id)) continue;
      await this.uids.restore(mapping);
      this.context.io.stderr.write(`${mapping.kind} ${codec.decode(mapping.name).name} has come into use meanwhile, and is there again\n`);
    }
    return now;
  }

  private print(found: readonly UnusedUid[]): void {
    const codec = codecOf(this.context);
    this.context.io.stdout.write(found.map(({ kind, name, id }) => mappingLine(kind, codec.decode(name).name, id)).join(''));
  }
}
