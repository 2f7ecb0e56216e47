import { Row, type CellBlock } from '../row';
import type { ScanOptions } from '../storage';
import { joinCells, readCellBlock } from './cell-block';
import type { CallResponse } from './call';
import type { CallOutcome, CongestionWindow } from './congestion';
import { backoffMs, type Deadline } from './deadline';
import { frameBuffers } from './frame-buffers';
import { RemoteException, toStorageError } from './errors';
import { addressOf, type Region, type ServerAddress } from './region';
import type { RegionDirectory } from './regions';
import type { ServerScan } from './filters';
import type { FailureHandler } from './retry';
import { ALL_ROWS, closeScannerRequest, nextRowsRequest, openScannerRequest, readScanResponse, type ScanResponse } from './scan-messages';

/**
 * Reading block by block is faster up to this size, opening a stream beyond it. Only for scans without a filter: with one, the
 * size of the answers says nothing about how much the server reads.
 */
const PREAD_BYTES = 4 * 1024 * 1024;

/** What a scan needs of the client. */
export interface ScannerContext {
  directory: RegionDirectory;
  handler: FailureHandler;
  window(server: ServerAddress): CongestionWindow;
  call(region: Region, param: Buffer, timeoutMs: number): Promise<CallResponse>;
  rpcTimeoutMs: number;
  maxAttempts: number;
  maxResultBytes: number;
  /** Counts openScanner and scan RPCs. */
  onRpc(opening: boolean): void;
  /** The scan's first row is asked for. */
  onStart(): void;
  /** There are no more rows, or the reader has stopped. */
  onEnd(): void;
}

/** What to scan. */
export interface ScannerPlan {
  table: string;
  options: ScanOptions;
  /** The range and the filter of the options as the server is asked for them. */
  server: ServerScan;
  /** Renewed with every answer: a scan may take as long as it makes progress, within the caller's deadline. */
  newDeadline(): Deadline;
}

/** An open scanner in one region. */
interface Cursor {
  region: Region;
  scannerId: bigint | null;
  /** Number of the next call on it. */
  sequence: number;
}

interface Page {
  cursor: Cursor;
  response: ScanResponse;
  cells: Buffer;
  frame: Buffer;
}

/**
 * One scan over any number of regions: opens a scanner in each, keeps one RPC ahead of its reader, puts rows together that came in
 * parts, and when a scanner is lost (its lease, its region or its server) opens another one behind the last whole row.
 * Memory: two responses of about maxResultBytes each.
 */
export class RegionScan {
  /** Where the next scanner starts. */
  private position: Buffer;
  private includePosition = true;
  private rowsLeft: number;
  /** Cells of a row whose end has not come yet. */
  private pending: { key: Buffer; parts: { block: CellBlock; first: number; size: number }[] } | null = null;
  private cursor: Cursor | null = null;
  private region: Region | null = null;
  private deadline: Deadline;
  private pread: boolean;
  /** Bytes that came from scanners that read block by block. */
  private preadBytes = 0;
  private attempts = 0;
  private failures = 0;
  /** Ends the wait for the answer that is under way. */
  private giveUp: (error: Error) => void = () => undefined;

  constructor(
    private readonly context: ScannerContext,
    private readonly plan: ScannerPlan,
  ) {
    this.position = plan.server.start;
    this.rowsLeft = plan.options.limit ?? Infinity;
    this.deadline = plan.newDeadline();
    this.pread = plan.server.filter === undefined;
  }

  async *batches(): AsyncGenerator<Row[]> {
    let ahead: Promise<Page> | null = null;
    let stopListening = (): void => undefined;
    this.context.onStart();
    try {
      if (this.rowsLeft > 0 && !this.atStop()) ahead = unheard(this.openScanner());
      // One listener a scan, and only now that the server is at work: they are expensive.
      stopListening = this.deadline.onCancel((error) => this.giveUp(error));
      while (this.rowsLeft > 0 && !this.atStop()) {
        let page: Page;
        try {
          page = await (ahead ?? this.openScanner());
        } catch (error) {
          ahead = null;
          await this.recover(error);
          continue;
        }
        const rows = this.rowsOf(page);
        if (rows.length > 0) this.attempts = this.failures = 0;
        const more = this.advance(page, rows);
        if (!more) {
          if (rows.length > 0) yield rows;
          this.release(page);
          return;
        }
        this.chooseReading(page);
        ahead = unheard(this.cursor === null ? this.openScanner() : this.nextPage(this.cursor));
        if (rows.length > 0) yield rows;
        this.release(page);
        this.deadline = this.plan.newDeadline();
      }
    } finally {
      stopListening();
      this.context.onEnd();
      const close = (): void => this.closeScanner();
      if (ahead === null) close();
      else void ahead.then(close, close); // a scanner can't be closed while a call on it is under way
    }
  }

  private atStop(): boolean {
    const { stop, oneRow } = this.plan.server;
    if (stop.length === 0) return false;
    const order = this.position.compare(stop);
    return order > 0 || (order === 0 && !(oneRow && this.includePosition));
  }

  /** Moves on after a page; false when the scan has ended. Adds the last row of a region to `rows` when that is whole now. */
  private advance({ cursor, response }: Page, rows: Row[]): boolean {
    if (response.moreResults && response.moreInRegion && this.rowsLeft > 0) return true;
    this.finishPending(rows);
    if (!response.moreInRegion || !response.moreResults) cursor.scannerId = null; // the server has closed it
    this.closeScanner();
    if (!response.moreResults || this.rowsLeft <= 0 || cursor.region.endKey.length === 0) return false;
    this.position = cursor.region.endKey;
    this.includePosition = true;
    this.attempts = this.failures = 0;
    return !this.atStop();
  }

  private openScanner(): Promise<Page> {
    const { directory } = this.context;
    const { table } = this.plan;
    const region = directory.cached(table, this.position);
    if (region !== null) return this.openIn(region);
    return directory.locate(table, this.position, this.deadline).then((found) => this.openIn(found));
  }

  private openIn(region: Region): Promise<Page> {
    const { plan } = this;
    const { family, qualifiers, timeRange } = plan.options;
    const { stop, oneRow, filter } = plan.server;
    this.region = region;
    const spec = {
      startRow: this.position,
      includeStart: this.includePosition,
      stopRow: stop,
      includeStop: oneRow,
      family,
      qualifiers,
      timeRange,
      filter,
      maxResultSize: this.context.maxResultBytes,
      pread: this.pread,
    };
    const request = openScannerRequest(region.specifier, spec, this.rowsPerCall(), this.serverLimit());
    return this.call({ region, scannerId: null, sequence: 1 }, request, true);
  }

  /** Once much has been read, closes the scanner so that the next one, behind the last row, reads streams. */
  private chooseReading({ cells }: Page): void {
    if (!this.pread || (this.preadBytes += cells.length) < PREAD_BYTES || this.pending !== null) return;
    this.pread = false;
    this.position = Buffer.from(this.position); // a view of the page, whose buffer may be reused
    this.closeScanner();
  }

  private nextPage(cursor: Cursor): Promise<Page> {
    const scannerId = cursor.scannerId ?? 0n;
    return this.call(cursor, nextRowsRequest(scannerId, cursor.sequence++, this.rowsPerCall(), this.serverLimit()), false);
  }

  private rowsPerCall(): number {
    return Math.max(1, Math.min(this.plan.options.batchRows ?? ALL_ROWS, ALL_ROWS));
  }

  /** The limit for the server. 0: none, also when rows that the server counts may be filtered out in this process. */
  private serverLimit(): number {
    return this.plan.server.accepts === null && this.rowsLeft < ALL_ROWS ? this.rowsLeft : 0;
  }

  private async call(cursor: Cursor, param: Buffer, opening: boolean): Promise<Page> {
    const { context, deadline } = this;
    const { server } = cursor.region;
    const window = context.window(server);
    deadline.check();
    if (!window.tryEnter()) await window.enter(deadline);
    const startedAt = performance.now();
    let outcome: CallOutcome = 'failed';
    try {
      context.onRpc(opening);
      const answer = context.call(cursor.region, param, Math.min(context.rpcTimeoutMs, deadline.remainingMs));
      const { param: message, cells, frame } = await this.orCancelled(answer);
      outcome = 'well';
      const response = readScanResponse(message);
      if (opening) {
        cursor.scannerId = response.scannerId;
        this.cursor = cursor;
      }
      return { cursor, response, cells, frame };
    } catch (error) {
      if (error instanceof RemoteException && error.overloaded) outcome = 'overloaded';
      throw error;
    } finally {
      window.leave(outcome, performance.now() - startedAt);
    }
  }

  /** The answer, which comes or fails by itself, unless the scan is cancelled first. */
  private orCancelled(answer: Promise<CallResponse>): Promise<CallResponse> {
    return new Promise((resolve, reject) => {
      this.giveUp = reject;
      answer.then(resolve, reject);
    });
  }

  /** The whole rows of a page; what may go on in the next page is kept. */
  private rowsOf({ response, cells }: Page): Row[] {
    const { cellsPerResult, partial } = response;
    let count = 0;
    for (const size of cellsPerResult) count += size;
    const block = readCellBlock(cells, count);
    const rows: Row[] = [];
    let first = 0;
    for (let i = 0; i < cellsPerResult.length; i++) {
      const size = cellsPerResult[i];
      if (size === 0) continue;
      const key = block.rowKey(first);
      const goesOn = i < partial.length && partial[i] !== 0;
      if (this.pending !== null && !this.pending.key.equals(key)) this.finishPending(rows);
      if (this.pending !== null || goesOn) {
        this.pending ??= { key, parts: [] };
        this.pending.parts.push({ block, first, size });
        if (!goesOn) this.finishPending(rows);
      } else this.add(new Row(key, block, first, size), rows);
      first += size;
    }
    return rows;
  }

  private finishPending(rows: Row[]): void {
    if (this.pending === null) return;
    const { key, parts } = this.pending;
    this.pending = null;
    const size = parts.reduce((sum, part) => sum + part.size, 0);
    this.add(parts.length === 1 ? new Row(key, parts[0].block, parts[0].first, size) : new Row(key, joinCells(parts), 0, size), rows);
  }

  private add(row: Row, rows: Row[]): void {
    this.position = row.key;
    this.includePosition = false;
    if (this.rowsLeft <= 0 || this.plan.server.accepts?.(row.key) === false) return;
    this.rowsLeft--;
    rows.push(row);
  }

  /** The reader is done with a page: its buffer may be reused, unless a row that began in it continues in the next page. */
  private release({ frame }: Page): void {
    if (this.plan.options.transient !== true || this.pending !== null) return;
    this.position = Buffer.from(this.position);
    frameBuffers.give(frame);
  }

  /** Prepares another scanner after a failure, or gives up. */
  private async recover(error: unknown): Promise<void> {
    const { handler, maxAttempts } = this.context;
    const { deadline, region } = this;
    this.pending = null;
    this.closeScanner();
    if (handler.counts(error)) this.attempts++;
    const passing = region !== null && handler.retries(error, region);
    if (passing && this.attempts < maxAttempts && (await deadline.sleep(backoffMs(++this.failures)))) return;
    throw toStorageError(error, {
      operation: 'scan',
      table: this.plan.table,
      row: this.position,
      server: region === null ? undefined : addressOf(region.server),
      attempts: this.attempts,
      elapsedMs: deadline.elapsedMs,
      outOfTime: deadline.over,
    });
  }

  /** Closes the scanner on the server, unless that has closed it already; does not wait for the answer. */
  private closeScanner(): void {
    const { cursor } = this;
    this.cursor = null;
    if (cursor === null || cursor.scannerId === null) return;
    const request = closeScannerRequest(cursor.scannerId);
    cursor.scannerId = null;
    this.context.call(cursor.region, request, this.context.rpcTimeoutMs).catch(() => undefined); // its lease ends it too
  }
}

/** Keeps a promise that is awaited later from being reported as an unhandled rejection. */
function unheard<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}
