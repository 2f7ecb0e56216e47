import {
  baseTimeOfKey,
  DATA_FAMILY,
  decodeAnnotation,
  RowDecoder,
  tagsAt,
  type DecodeFindings,
  type KeyLayout,
  type MergeOptions,
  type StoredRow,
} from '../../schema';
// Not by the room's door: its getters cost more than the work where they are called once a cell.
import { isMsByte } from '../../schema/qualifier';
import type { Row, Storage } from '../../storage';
import type { Uids } from '../../uid';
import type { QueryLogger } from '../logger';
import type { ReadBudget } from '../plan/limits';
import type { MemoryShare } from '../plan/memory';
import type { ResolvedFilter } from '../plan/row-literals';
import type { KeyRange, ScanPlan } from '../plan/scan-plan';
import { Breather } from './breather';
import { NameFilter } from './name-filter';
import type { NeededPoints } from './needed-points';
import { newScanStats, type ScanStats } from './scan-stats';
import { Span } from './span';
import { ClientError } from '../../util/errors';

/** What scans of one engine have in common. */
export interface ScanContext {
  readonly storage: Storage;
  readonly uids: Uids;
  readonly logger: QueryLogger;
  readonly layout: KeyLayout;
  readonly table: string;
  readonly merge: MergeOptions;
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
  /** Where the points are accounted for. */
  readonly memory: MemoryShare;
  readonly signal: AbortSignal;
  /** Wall clock by which storage calls must end; undefined: none. */
  readonly deadline: number | undefined;
  readonly deleteRows: boolean;
  /** What of the points read is kept; null: all. */
  readonly needed: NeededPoints | null;
  /** Histogram columns instead of points. */
  readonly histogram: boolean;
  readonly timeRange: { min: number; max: number } | undefined;
}

/** Rows decoded between two looks at the clock. */
const ROWS_AT_ONCE = 64;

/** Rows of one key range on their way to spans. Mirrors a SaltScanner's ScannerCB. */
export class RangeScan {
  readonly stats: ScanStats;
  /** By tag pairs; null: the filters refused the series. */
  private readonly spans = new Map<string, Span | null>();
  private readonly filter: NameFilter | null;
  private readonly decoder: RowDecoder;
  private readonly tagsAt: number;
  private current: Span | null = null;
  /** Of the row before. */
  private latest: { key: Buffer; span: Span | null } | null = null;
  private readonly deletes: Promise<void>[] = [];

  constructor(
    private readonly context: ScanContext,
    private readonly request: ScanRequest,
    private readonly range: KeyRange,
  ) {
    const { layout } = context;
    this.tagsAt = tagsAt(layout);
    this.filter = request.postScan.length === 0 ? null : new NameFilter(context.uids, layout, request.postScan);
    this.decoder = new RowDecoder(context.merge, (row, cell, kind) => this.extendedCell(row, cell, kind));
    this.stats = newScanStats({ table: context.table, start: range.start, stop: range.stop });
  }

  /** @returns the series that passed the filters, unordered */
  async run(): Promise<Span[]> {
    const { context, request, stats } = this;
    const breather = new Breather(request.signal);
    const started = performance.now();
    let waiting = started;
    const rows = context.storage.scan(context.table, {
      start: this.range.start,
      stop: this.range.stop,
      family: DATA_FAMILY,
      filter: request.plan.filter,
      batchRows: context.batchRows,
      timeRange: request.timeRange,
      signal: request.signal,
      deadline: request.deadline,
      // Rows that are to be deleted are still looked at when the next ones come.
      transient: !request.deleteRows,
    });
    for await (const batch of rows) {
      stats.storageMs += performance.now() - waiting;
      breather.begin();
      const { accepts } = request.plan;
      const accepted = accepts ? batch.filter((row) => accepts(row.key)) : batch;
      const sizes = accepted.map((row) => this.count(row));
      request.budget.check();
      if (this.filter) await this.decide(accepted);
      const decoding = performance.now();
      for (let i = 0; i < accepted.length; i += ROWS_AT_ONCE) {
        this.process(accepted.slice(i, i + ROWS_AT_ONCE), sizes.slice(i, i + ROWS_AT_ONCE));
        if (breather.due()) await breather.rest();
      }
      this.latest = null; // it is a view
      waiting = performance.now();
      stats.decodeMs += waiting - decoding;
    }
    const ended = performance.now();
    stats.storageMs += ended - waiting;
    if (this.deletes.length > 0) await Promise.all(this.deletes);
    stats.uidPairsResolved = this.filter?.resolved ?? 0;
    stats.totalMs = ended - started;
    stats.successful = true;
    context.onFindings(this.decoder.findings);
    const found: Span[] = [];
    for (const span of this.spans.values()) if (span !== null) found.push(span);
    return found;
  }

  /** Decodes rows. @param sizes how many points each seems to have */
  private process(rows: readonly Row[], sizes: readonly number[]): void {
    const { stats, decoder } = this;
    const { histogram, deleteRows, needed } = this.request;
    const touched: Row[] = [];
    const read: Row[] = [];
    let more = 0;
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i];
      const span = this.spanOf(row, sizes[i]);
      if (!span) continue;
      const { points } = span;
      points.reserve(sizes[i]);
      stats.rowsPostFilter++;
      const before = points.size;
      this.current = span;
      const baseTime = baseTimeOfKey(this.context.layout, row.key);
      if (decoder.decode(row, baseTime, points)) touched.push(row);
      if (histogram) points.truncate(before);
      stats.dpsPostFilter += points.size - before;
      if (needed !== null && !needed.coverRow(baseTime)) needed.trim(points);
      more += points.size - before;
      if (deleteRows) read.push(row);
    }
    this.request.memory.add(more);
    if (read.length > 0) this.delete(read);
    else if (touched.length > 0) this.context.onRowsMerged?.(touched);
  }

  /** Looks up the names that decide about this batch's new series. */
  private async decide(rows: readonly Row[]): Promise<void> {
    const fresh = new Map<string, Buffer>();
    for (const { key } of rows) {
      const id = this.seriesOf(key);
      if (!this.spans.has(id)) fresh.set(id, key);
    }
    if (fresh.size === 0 || !this.filter) return;
    const started = performance.now();
    const verdicts = await this.filter.decide([...fresh.values()]);
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
    return Span.ofKey(key, this.context.layout, points);
  }

  /** Adds a row to the budget; returns how many points it seems to have. */
  private count(row: Row): number {
    const { budget } = this.request;
    const { data } = row.block;
    let bytes = 0;
    let points = 0;
    for (let i = 0; i < row.size; i++) {
      const length = row.qualifierLength(i);
      bytes += row.key.length + length + row.valueLength(i);
      if ((length & 1) === 0) points += isMsByte(data[row.qualifierOffset(i)]) ? length >>> 2 : length >>> 1;
    }
    this.stats.rowsPreFilter++;
    this.stats.columns += row.size;
    this.stats.bytes += bytes;
    this.stats.dpsPreFilter += points;
    budget.bytes += bytes;
    budget.dataPoints += points;
    return points;
  }

  private extendedCell(row: StoredRow, cell: number, kind: string): void {
    if (kind === 'histogram') {
      if (this.request.histogram) throw new ClientError(501, 'Histogram columns can not be queried');
      return;
    }
    const span = this.current;
    if (span && kind === 'annotation') (span.annotations ??= []).push(decodeAnnotation(row.value(cell)));
  }

  /** The answer does not depend on it: a failure is only logged. */
  private delete(rows: readonly Row[]): void {
    const { storage, table, logger } = this.context;
    const keys = rows.map((row) => ({ row: row.key }));
    const failed = (message: string): void => void logger.error(`Failed to delete rows that a query read: ${message}`);
    this.deletes.push(
      storage.delete(table, keys).then(
        (failures) => failures.forEach((f) => failed(f.error.message)),
        (e: Error) => failed(e.message),
      ),
    );
  }
}
