import type { Seal } from '../../uid';
import type { Log } from '../../util/log';
import { RedisLink, type RedisLinkOptions } from '../../util/redis-link';
import type { StatsSink } from '../../util/stats';
import type { SharedSeries } from '../shared-series';

export interface RedisSeriesOptions extends RedisLinkOptions {
  /** Seconds after which Redis forgets a series that nobody has told of again. */
  readonly ttlSeconds: number;
}

/** More series than this to be told of: Redis does not keep up, and what comes is let go. */
const MAX_WAITING = 50_000;
const AT_ONCE = 1000;
/** Milliseconds until the secret of the UID table is looked for again, where there was none. */
const SEAL_RETRY_MS = 10_000;

/**
 * Series that were tracked, in Redis: a key each, with the hour in which its counter last moved. The keys begin with what tells the UID table from
 * others. A lie does little harm: the counter of a series moves within the interval, and who moves it for the first time stores the metadata.
 */
export class RedisSeries implements SharedSeries {
  private readonly link: RedisLink;
  private seal: Seal | null = null;
  private sealAt = -Infinity;
  private waiting: { key: string; hour: number }[] = [];
  private telling = false;
  private readonly figures = { hits: 0, misses: 0 };

  /** @param sealOf the secret of the UID table; null: there is none yet */
  constructor(
    private readonly options: RedisSeriesOptions,
    private readonly sealOf: () => Promise<Seal | null>,
    logger: Log,
  ) {
    this.link = new RedisLink(options, 'Tracked series', logger);
  }

  async open(): Promise<void> {
    await this.link.open();
    await this.readSeal();
  }

  close(): void {
    this.link.close();
  }

  async countedIn(tsuids: readonly Buffer[]): Promise<(number | null)[]> {
    const seal = await this.readSeal();
    const values = seal && (await this.link.run((client) => client.mget(tsuids.map((tsuid) => keyOf(seal, tsuid)))));
    return tsuids.map((_, i) => {
      const hour = hourOf(values?.[i] ?? null);
      this.figures[hour === null ? 'misses' : 'hits']++;
      return hour;
    });
  }

  tell(tsuids: readonly Buffer[], hour: number): void {
    const { seal } = this;
    if (seal === null || !this.link.isReady || this.waiting.length + tsuids.length > MAX_WAITING) return;
    for (const tsuid of tsuids) this.waiting.push({ key: keyOf(seal, tsuid), hour });
    if (this.telling) return;
    this.telling = true;
    setImmediate(() => void this.write());
  }

  collectStats(sink: StatsSink): void {
    for (const type of ['hits', 'misses'] as const) sink.record('meta.redis', this.figures[type], { type });
    sink.record('meta.redis', this.link.errors, { type: 'errors' });
  }

  private async write(): Promise<void> {
    while (this.waiting.length > 0) {
      const told = this.waiting.splice(0, AT_ONCE);
      const done = await this.link.run((client) => {
        const pipeline = client.pipeline();
        for (const { key, hour } of told) pipeline.set(key, hour, 'EX', this.options.ttlSeconds);
        return pipeline.exec();
      });
      if (done === null) this.waiting = [];
    }
    this.telling = false;
  }

  private async readSeal(): Promise<Seal | null> {
    if (this.seal !== null || performance.now() - this.sealAt < SEAL_RETRY_MS) return this.seal;
    this.sealAt = performance.now();
    this.seal = await this.sealOf().catch(() => null);
    return this.seal;
  }
}

const keyOf = (seal: Seal, tsuid: Buffer): string => `tsd:series:${seal.fingerprint}:${tsuid.toString('hex')}`;

function hourOf(text: string | null): number | null {
  return text !== null && /^[0-9]{1,9}$/.test(text) ? Number(text) : null;
}
