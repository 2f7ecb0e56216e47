import type { TrackingSettings } from '../config/settings/meta';
import type { KeyLayout } from '../schema';
import type { Log } from '../util/log';
import { messageOf } from '../util/message-of';
import { RateLimitedLog } from '../util/rate-limited-log';
import type { StatsSink, StatsSource } from '../util/stats';
import type { CounterWrites, Uncounted } from './counter-writes';
import { SeenSeries } from './seen-series';
import type { SharedSeries } from './shared-series';
import type { SeriesListener, UncountedPoints } from './ts-metas';

const HOUR = 3600;
/** Series of one look into the table, and how many writes may be under way. */
const BATCH = 512;
const IN_FLIGHT = 64;
/** Milliseconds in which series that were not seen before are gathered, and between two looks for counters that are due. */
const GATHER_MS = 50;
const SWEEP_MS = 1000;
/** Seconds until a write that failed is tried again. */
const RETRY_SECONDS = 10;

/** A series of a generation of seen ones. */
interface Entry {
  readonly seen: SeenSeries;
  readonly entry: number;
}

/**
 * Keeps the meta table up with the points that are written, without one more cell a point: a series that was seen is remembered, and its points are
 * counted here until its counter is due, by time or because an hour has begun (the last point is looked for in the hour of the counter). With an
 * interval of 0 counters move with every write, as in the original. When the memory is full everything is forgotten, once it is counted.
 */
export class SeriesTracker implements StatsSource {
  private seen: SeenSeries;
  private firsts: Entry[] = [];
  private due: Entry[] = [];
  /** Of `due`, how many were taken. */
  private dueTaken = 0;
  private flights = 0;
  /** New series are written: one batch at a time, as the table has to have a series before it is met again. */
  private meeting = false;
  private gathering: NodeJS.Timeout | null = null;
  private sweeping: NodeJS.Timeout | null = null;
  private idle: (() => void)[] = [];
  private writes = 0;
  private failures = 0;
  private readonly intervalSeconds: number;
  private readonly log: RateLimitedLog;
  private readonly listeners: SeriesListener[] = [];

  constructor(
    private readonly table: CounterWrites,
    private readonly settings: TrackingSettings,
    private readonly layout: KeyLayout,
    logger: Log,
    private readonly now: () => number = Date.now,
    /** Null: nobody is told of series that were tracked, and nobody tells. */
    private readonly shared: SharedSeries | null = null,
  ) {
    this.seen = new SeenSeries(layout, settings.bytes);
    this.intervalSeconds = settings.intervalMs / 1000;
    this.log = new RateLimitedLog((message) => logger.error(message));
  }

  onCreated(listener: SeriesListener): void {
    this.listeners.push(listener);
  }

  async open(): Promise<void> {
    await this.shared?.open();
    this.sweeping = setInterval(() => this.sweep(), SWEEP_MS).unref();
  }

  /** Points of a row of the data table were stored. The key is only lent. */
  stored(rowKey: Uint8Array, points: number): void {
    const { seen } = this;
    const now = Math.floor(this.now() / 1000);
    const entry = seen.find(rowKey, rowKey.length);
    if (entry === 0) this.meet(rowKey, points, now);
    else if (seen.count(entry, points, now)) this.enqueue({ seen, entry });
  }

  /** Points that a series had and its counter does not tell yet, and when the last came, in seconds; null: there are none. */
  uncounted(tsuid: Buffer): UncountedPoints | null {
    const { seen } = this;
    if (!this.settings.counts || tsuid.length <= this.layout.metric) return null;
    const { salt, metric } = this.layout;
    const key = Buffer.concat([Buffer.alloc(salt), tsuid.subarray(0, metric), Buffer.alloc(4), tsuid.subarray(metric)]);
    const entry = seen.find(key, key.length);
    return entry === 0 || seen.pending(entry) === 0 ? null : { points: seen.pending(entry), seenAt: seen.seenAt(entry) };
  }

  /** Resolves when everything that was stored is counted, or can't be. */
  async flush(): Promise<void> {
    await this.settle();
    // Points of series that the table had already were found to be counted only now.
    await this.settle();
  }

  /** Counts what is left. */
  async close(): Promise<void> {
    if (this.sweeping !== null) clearInterval(this.sweeping);
    await this.flush();
    this.shared?.close();
  }

  private async settle(): Promise<void> {
    this.sweep(true);
    this.gathered();
    while (this.flights > 0) await new Promise<void>((resolve) => this.idle.push(resolve));
  }

  collectStats(sink: StatsSink): void {
    sink.record('meta.series', this.seen.size, { type: 'remembered' });
    sink.record('meta.writes', this.writes, { type: 'done' });
    sink.record('meta.writes', this.failures, { type: 'failed' });
    sink.record('meta.writes', this.firsts.length + this.due.length - this.dueTaken, { type: 'waiting' });
    this.shared?.collectStats(sink);
  }

  private meet(rowKey: Uint8Array, points: number, now: number): void {
    if (this.seen.full) this.forget();
    const { seen } = this;
    const entry = seen.add(rowKey, rowKey.length);
    seen.count(entry, points, now);
    if (this.intervalSeconds === 0) return this.enqueue({ seen, entry });
    // Not all at the same time, though they may have come at the same time.
    seen.setDue(entry, this.dueAfter(now, Math.ceil(this.intervalSeconds * (1 - (seen.size % 64) / 128))));
    seen.setQueued(entry, true);
    this.firsts.push({ seen, entry });
    if (this.firsts.length >= BATCH) this.gathered();
    else this.gathering ??= setTimeout(() => this.gathered(), GATHER_MS);
  }

  private dueAfter(now: number, seconds: number): number {
    return Math.min(now + seconds, now - (now % HOUR) + HOUR);
  }

  /** Begins with an empty memory; what the old one has not counted is counted first. */
  private forget(): void {
    this.sweep(true);
    this.seen = new SeenSeries(this.layout, this.settings.bytes);
  }

  private sweep(all = false): void {
    const { seen } = this;
    const now = Math.floor(this.now() / 1000);
    seen.forEachDue(now, all, (entry) => this.enqueue({ seen, entry }));
  }

  private enqueue(entry: Entry): void {
    entry.seen.setQueued(entry.entry, true);
    this.due.push(entry);
    this.pump();
  }

  private gathered(): void {
    if (this.gathering !== null) clearTimeout(this.gathering);
    this.gathering = null;
    this.pump();
  }

  private pump(): void {
    if (!this.meeting && this.gathering === null && this.firsts.length > 0) {
      this.meeting = true;
      this.fly(this.firsts.splice(0, BATCH), (entries) => this.writeFirsts(entries));
    }
    while (this.flights < IN_FLIGHT && this.dueTaken < this.due.length) {
      const next = this.due[this.dueTaken++];
      this.fly([next], () => this.writeMore(next));
    }
    if (this.dueTaken === this.due.length) this.due = [];
    if (this.due.length === 0) this.dueTaken = 0;
    if (this.flights > 0) return;
    for (const resolve of this.idle.splice(0)) resolve();
  }

  private fly(entries: readonly Entry[], write: (entries: readonly Entry[]) => Promise<void>): void {
    this.flights++;
    void write(entries).then(() => {
      this.flights--;
      this.pump();
    });
  }

  private async writeFirsts(met: readonly Entry[]): Promise<void> {
    const entries = this.shared === null ? met : await this.unknown(met, this.shared);
    const series = entries.map(taken);
    try {
      const outcome = series.length === 0 ? [] : await this.table.first(series);
      if (series.length > 0) this.writes++;
      entries.forEach(({ seen, entry }, i) => {
        seen.setQueued(entry, false);
        if (outcome[i].counted) return;
        seen.putBack(entry, series[i].points);
        // Nobody looks for what is due in a memory that was given up.
        if (seen !== this.seen) this.enqueue({ seen, entry });
      });
      this.created(series.filter((_, i) => outcome[i].isNew));
      // Those that the table had already are told of when their counters have moved.
      this.shared?.tell(
        series.filter((_, i) => outcome[i].counted).map(({ tsuid }) => tsuid),
        this.presentHour(),
      );
    } catch (error) {
      this.failed(entries, series, error);
    }
    this.meeting = false;
  }

  /** Leaves out series that the table is known to have: their points wait for their time, which has come where their hour is over. */
  private async unknown(entries: readonly Entry[], shared: SharedSeries): Promise<Entry[]> {
    const hours = await shared.countedIn(entries.map(({ seen, entry }) => seen.tsuid(entry)));
    const present = this.presentHour();
    return entries.filter(({ seen, entry }, i) => {
      const hour = hours[i];
      if (hour === null || hour > present) return true;
      seen.setQueued(entry, false);
      if (hour < present || seen !== this.seen) this.enqueue({ seen, entry });
      else if (!this.settings.counts) seen.take(entry);
      return false;
    });
  }

  private presentHour(): number {
    return Math.floor(this.now() / 1000 / HOUR);
  }

  private async writeMore({ seen, entry }: Entry): Promise<void> {
    const now = Math.floor(this.now() / 1000);
    const series = taken({ seen, entry });
    if (this.intervalSeconds > 0) seen.setDue(entry, this.dueAfter(now, this.intervalSeconds));
    try {
      if (await this.table.more(series)) this.created([series]);
      this.writes++;
      this.shared?.tell([series.tsuid], Math.floor(now / HOUR));
    } catch (error) {
      this.failed([{ seen, entry }], [series], error);
    }
    seen.setQueued(entry, false);
    if (this.intervalSeconds === 0 && seen.pending(entry) > 0 && this.now() >= 1000 * seen.dueAt(entry)) this.enqueue({ seen, entry });
  }

  private created(series: readonly Uncounted[]): void {
    if (series.length === 0) return;
    const tsuids = series.map(({ tsuid }) => tsuid);
    for (const listener of this.listeners) listener(tsuids);
  }

  /** What could not be counted is counted later. */
  private failed(entries: readonly Entry[], series: readonly Uncounted[], error: unknown): void {
    this.failures++;
    this.log.log(
      () => `Points of ${series.length} series could not be counted in the meta table, they are counted later: ${messageOf(error)}`,
    );
    const retryAt = Math.floor(this.now() / 1000) + RETRY_SECONDS;
    entries.forEach(({ seen, entry }, i) => {
      seen.putBack(entry, series[i].points);
      seen.setDue(entry, retryAt);
      seen.setQueued(entry, false);
    });
  }
}

const taken = ({ seen, entry }: Entry): Uncounted => ({ tsuid: seen.tsuid(entry), points: seen.take(entry) });
