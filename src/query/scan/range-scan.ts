import { baseTimeOfKey, tagsAt } from '../../schema';
import type { Row, Storage } from '../../storage';
import type { Uids } from '../../uid';
import type { Log } from '../../util/log';
import { TimeSlice } from '../../util/time-slice';
import { newScanStats, type ScanStats } from '../output/scan-stats';
import type { MemoryShare, ReadBudget, KeyRange, ResolvedFilter, ScanPlan } from '../plan';
import type { DecodeFindings, RowReader } from '../source';
import { NameFilter } from './name-filter';
import type { BucketFold } from '../downsample/fold';
import type { NeededPoints } from './needed-points';
import { BYTES_PER_POINT, type PackArena } from '../series';
import type { RowRemoval } from './row-removal';
import { Span } from './span';
import type { StepBudget } from '../../util/java-regexp';
import type { StopSignal } from '../../util/stop-signal';

/** What scans of one engine have in common. */
export interface ScanEnvironment {
  readonly storage: Storage;
  readonly uids: Uids;
  readonly logger: Log;
  /** Rows a batch should hold: `tsd.storage.hbase.scanner.maxNumRows`. */
  readonly batchRows: number;
  /** Told of rows that compaction might find something to do about. They mean nothing any more when it returns. */
  readonly onRowsMerged: ((rows: readonly Row[]) => void) | null;
  /** Told what decoding found, scan by scan. */
  readonly onFindings: (findings: DecodeFindings) => void;
}

/** One sub-query's scan. */
export interface ScanRequest {
  readonly plan: ScanPlan;
  readonly postScan: readonly ResolvedFilter[];
  readonly budget: ReadBudget;
  /** What is left to regular expressions, of all sub-queries together. */
  readonly patternSteps: StepBudget;
  /** Where the points are accounted for. */
  readonly memory: MemoryShare;
  readonly signal: StopSignal;
  /** Wall clock by which storage calls must end; undefined: none. */
  readonly deadline: number | undefined;
  /** Deletes the rows that are read; null: they stay. */
  readonly removal: RowRemoval | null;
  /** What of the points read is kept; null: all. */
  readonly needed: NeededPoints | null;
  /** What points become while they are read; null: nothing else. */
  readonly fold: BucketFold | null;
  /** Where points are packed once the query is a large one; null: nowhere. */
  readonly arena: PackArena | null;
}

/** Points of a series that are worth packing. */
const PACK_POINTS = 256;

/** What a series takes of memory beside its points, as so many points. */
const SERIES_AS_POINTS = 48;
/** Rows decoded between two looks at the clock. */
const ROWS_AT_ONCE = 64;

/** Rows of one key range on their way to spans. Mirrors a SaltScanner's ScannerCB. */
export class RangeScan {
  readonly stats: ScanStats;
  /** By tag pairs; null: the filters refused the series. */
  private readonly spans = new Map<string, Span | null>();
  private readonly filter: NameFilter | null;
  private readonly reader: RowReader;
  private readonly tagsAt: number;
  private current: Span | null = null;
  /** Some were read: each may have tens of thousands of buckets. */
  private hasHistograms = false;
  /** Of histograms that are not accounted for yet. */
  private histogramBytes = 0;
  /** Of the row before. */
  private latest: { key: Buffer; span: Span | null } | null = null;

  constructor(
    private readonly environment: ScanEnvironment,
    private readonly request: ScanRequest,
    private readonly range: KeyRange,
  ) {
    const { source } = request.plan;
    this.tagsAt = tagsAt(source.layout);
    this.filter =
      request.postScan.length === 0 ? null : new NameFilter(environment.uids, source.layout, request.postScan, request.patternSteps);
    this.reader = source.newReader({
      matched: () => {
        if (this.current !== null) this.current.matched = true;
      },
      annotation: (note) => this.current !== null && (this.current.annotations ??= []).push(note),
      histogram: (time, histogram, bytes) => {
        this.hasHistograms = true;
        if (this.current === null) return;
        (this.current.histograms ??= []).push({ time, histogram });
        this.histogramBytes += bytes;
      },
    });
    this.stats = newScanStats({ table: source.table, start: range.start, stop: range.stop });
  }

  /** @returns the series that passed the filters, unordered */
  async run(): Promise<Span[]> {
    const { environment, request, stats } = this;
    const { source, scanStart, scanEnd, filter, accepts } = request.plan;
    const slice = new TimeSlice(request.signal);
    const started = performance.now();
    let waiting = started;
    const rows = environment.storage.scan(source.table, {
      start: this.range.start,
      stop: this.range.stop,
      family: source.family,
      filter,
      batchRows: environment.batchRows,
      timeRange: source.cellTimes(scanStart, scanEnd),
      signal: request.signal,
      deadline: request.deadline,
      // Rows that are to be deleted are still looked at when the next ones come.
      transient: request.removal === null,
    });
    for await (const batch of rows) {
      stats.storageMs += performance.now() - waiting;
      const growing = request.memory.mayGrow();
      if (growing !== null) await growing;
      slice.restart();
      // Batches of dozens of scans may come in one turn.
      if (slice.isOver()) await slice.next();
      const accepted = accepts ? batch.filter((row) => accepts(row.key)) : batch;
      const sizes = this.count(accepted);
      request.budget.check();
      if (this.filter) await this.decide(accepted, slice);
      const decoding = performance.now();
      const atOnce = this.hasHistograms ? 1 : ROWS_AT_ONCE;
      for (let i = 0; i < accepted.length; i += atOnce) {
        this.process(accepted.slice(i, i + atOnce), sizes.slice(i, i + atOnce));
        if (slice.isOver()) await slice.next();
      }
      this.latest = null; // it is a view
      waiting = performance.now();
      stats.decodeMs += waiting - decoding;
    }
    const ended = performance.now();
    stats.storageMs += ended - waiting;
    stats.uidPairsResolved = this.filter?.resolved ?? 0;
    stats.totalMs = ended - started;
    stats.successful = true;
    environment.onFindings(this.reader.findings);
    const found: Span[] = [];
    for (const span of this.spans.values()) {
      if (span === null) continue;
      if (request.fold !== null) {
        const before = span.room;
        span.fold(request.fold, Infinity);
        request.memory.add(span.room - before);
        if (found.length % ROWS_AT_ONCE === 0 && slice.isOver()) await slice.next();
      }
      if (request.arena !== null && span.packed !== null) span.pack(request.arena);
      found.push(span);
    }
    return found;
  }

  /** Decodes rows. @param sizes how many points each seems to have */
  private process(rows: readonly Row[], sizes: readonly number[]): void {
    const { stats, reader } = this;
    const { removal, needed, plan, arena, memory, fold } = this.request;
    const { layout, rowSpan } = plan.source;
    const packs = arena !== null && memory.bytes > arena.from;
    // With many series the arrays of all together would be too many: each serves another as soon as its row is read.
    const packsAtOnce = packs && memory.bytes - arena.bytesInUse > 2 * arena.from;
    const touched: Row[] = [];
    const read: Buffer[] = [];
    let more = 0;
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i];
      const span = this.spanOf(row, sizes[i]);
      if (!span) continue;
      const { points } = span;
      const sink = span.sink(fold);
      // What was counted before stays counted; a new series is counted with what it takes beside its points.
      const counted = span.size === 0 ? -SERIES_AS_POINTS : span.room;
      // Its arrays do not grow for the row.
      if (packs && points.size >= PACK_POINTS && points.size + sizes[i] > points.room) more += span.pack(arena) / BYTES_PER_POINT;
      sink.reserve(sizes[i]);
      stats.rowsPostFilter++;
      const before = sink.size;
      this.current = span;
      const baseTime = baseTimeOfKey(layout, row.key);
      if (reader.read(row, baseTime, sink)) touched.push(row);
      stats.dpsPostFilter += sink.size - before;
      const end = rowSpan.next(baseTime);
      if (fold !== null) span.fold(fold, end * 1000);
      if (needed !== null && !needed.coverRow(baseTime, end)) needed.trim(points);
      if (packsAtOnce && points.size >= PACK_POINTS) more += span.pack(arena) / BYTES_PER_POINT;
      more += span.room - counted;
      if (removal !== null) read.push(row.key);
    }
    // A bucket takes ten times as many bytes in memory as in its cell.
    memory.add(more + this.histogramBytes);
    this.histogramBytes = 0;
    if (read.length > 0 && removal !== null) removal.add(plan.source.table, read);
    else if (touched.length > 0) this.environment.onRowsMerged?.(touched);
  }

  /** Looks up the names that decide about this batch's new series. */
  private async decide(rows: readonly Row[], slice: TimeSlice): Promise<void> {
    const fresh = new Map<string, Buffer>();
    for (const { key } of rows) {
      const id = this.seriesOf(key);
      if (!this.spans.has(id)) fresh.set(id, key);
    }
    if (fresh.size === 0 || !this.filter) return;
    const started = performance.now();
    const verdicts = await this.filter.decide([...fresh.values()], slice);
    this.stats.namesMs += performance.now() - started;
    [...fresh].forEach(([id, key], i) => this.spans.set(id, verdicts[i] ? this.newSpan(key) : null));
  }

  /** @param points how many to have room for when it is new */
  private spanOf(row: Row, points: number): Span | null {
    const { latest } = this;
    if (latest !== null && this.isSameSeries(latest.key, row.key)) return latest.span;
    const id = this.seriesOf(row.key);
    let span = this.spans.get(id);
    if (span === undefined) this.spans.set(id, (span = this.newSpan(row.key, points)));
    this.latest = { key: row.key, span };
    return span;
  }

  /** A lone series has its rows one after the other. */
  private isSameSeries(a: Buffer, b: Buffer): boolean {
    if (a.length !== b.length) return false;
    for (let i = a.length - 1; i >= this.tagsAt; i--) if (a[i] !== b[i]) return false;
    return true;
  }

  private seriesOf(key: Buffer): string {
    return key.toString('latin1', this.tagsAt);
  }

  private newSpan(key: Buffer, points = 1): Span {
    return Span.ofKey(key, this.request.plan.source.layout, this.request.fold === null ? points : 1);
  }

  /** Adds rows to the budget; returns how many points each seems to have. */
  private count(rows: readonly Row[]): number[] {
    const { stats, reader } = this;
    const { budget } = this.request;
    const before = reader.bytes;
    const sizes = rows.map((row) => {
      const points = reader.estimate(row);
      stats.columns += row.size;
      stats.dpsPreFilter += points;
      budget.dataPoints += points;
      return points;
    });
    stats.rowsPreFilter += rows.length;
    stats.bytes += reader.bytes - before;
    budget.bytes += reader.bytes - before;
    return sizes;
  }
}
