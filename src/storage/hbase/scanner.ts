import { Row } from '../row';
import type { ScanOptions } from '../storage';
import { joinCells, readCellBlock } from './cell-block';
import type { CallResponse } from './connection';
import type { CallOutcome, CongestionWindow } from './congestion';
import { backoffMs } from './deadline';
import type { Deadline } from './deadline';
import { RemoteException, toStorageError } from './errors';
import type { CellBlock } from '../row';
import { addressOf } from './region';
import type { Region, ServerAddress } from './region';
import type { RegionDirectory } from './regions';
import type { FailureHandler } from './retry';
import { ALL_ROWS, closeScannerRequest, nextRowsRequest, openScannerRequest, readScanResponse } from './scan-messages';
import type { ScanResponse } from './scan-messages';

/** What a scan needs of the client. */
export interface ScanContext {
  directory: RegionDirectory;
  handler: FailureHandler;
  window(server: ServerAddress): CongestionWindow;
  call(server: ServerAddress, param: Buffer, timeoutMs: number): Promise<CallResponse>;
  rpcTimeoutMs: number;
  maxAttempts: number;
  maxResultBytes: number;
  /** Counts openScanner and scan RPCs. */
  onRpc(opening: boolean): void;
}

/** What to scan, as the wire has it. */
export interface ScanPlan {
  table: string;
  options: ScanOptions;
  /** Filter message, encoded, for the server. */
  filter: Buffer | undefined;
  /** The part of the filter that the server was not asked to check, if any. */
  accepts: ((key: Buffer) => boolean) | null;
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
  private attempts = 0;
  private failures = 0;

  constructor(
    private readonly context: ScanContext,
    private readonly plan: ScanPlan,
  ) {
    this.position = plan.options.start;
    this.rowsLeft = plan.options.limit ?? Infinity;
    this.deadline = plan.newDeadline();
  }

  async *batches(): AsyncGenerator<Row[]> {
    let ahead: Promise<Page> | null = null;
    try {
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
          return;
        }
        ahead = this.cursor === null ? this.openScanner() : this.nextPage(this.cursor);
        ahead.catch(() => undefined); // seen when it is awaited; until then it must not count as unhandled
        if (rows.length > 0) yield rows;
        this.deadline = this.plan.newDeadline();
      }
    } finally {
      const close = (): void => this.closeScanner();
      if (ahead === null) close();
      else void ahead.then(close, close); // a scanner can't be closed while a call on it is under way
    }
  }

  private atStop(): boolean {
    const { stop } = this.plan.options;
    return stop.length > 0 && this.position.compare(stop) >= 0;
  }

  /** Moves on after a page; false when the scan has ended. Adds the last row of a region to `rows` when that is whole now. */
  private advance({ cursor, response }: Page, rows: Row[]): boolean {
    if (response.moreResults && response.moreInRegion && this.rowsLeft > 0) return true;
    rows.push(...this.finishPending());
    if (!response.moreInRegion || !response.moreResults) cursor.scannerId = null; // the server has closed it
    this.closeScanner();
    if (!response.moreResults || this.rowsLeft <= 0 || cursor.region.endKey.length === 0) return false;
    this.position = cursor.region.endKey;
    this.includePosition = true;
    this.attempts = this.failures = 0;
    return !this.atStop();
  }

  private async openScanner(): Promise<Page> {
    const { context, plan } = this;
    const { family, qualifiers, stop, timeRange } = plan.options;
    const region = await context.directory.locate(plan.table, this.position, this.deadline);
    this.region = region;
    const spec = {
      startRow: this.position,
      includeStart: this.includePosition,
      stopRow: stop,
      family,
      qualifiers,
      timeRange,
      filter: plan.filter,
      maxResultSize: context.maxResultBytes,
    };
    const cursor: Cursor = { region, scannerId: null, sequence: 1 };
    const page = await this.call(cursor, openScannerRequest(region.specifier, spec, this.rowsPerCall(), this.serverLimit()), true);
    cursor.scannerId = page.response.scannerId;
    this.cursor = cursor;
    return page;
  }

  private nextPage(cursor: Cursor): Promise<Page> {
    const scannerId = cursor.scannerId ?? 0n;
    return this.call(cursor, nextRowsRequest(scannerId, cursor.sequence++, this.rowsPerCall(), this.serverLimit()), false);
  }

  private rowsPerCall(): number {
    return Math.max(1, Math.min(this.plan.options.batchRows ?? ALL_ROWS, ALL_ROWS));
  }

  /** 0 when there is none, or when rows that the server counts may yet be dropped here. */
  private serverLimit(): number {
    return this.plan.accepts === null && this.rowsLeft < ALL_ROWS ? this.rowsLeft : 0;
  }

  private async call(cursor: Cursor, param: Buffer, opening: boolean): Promise<Page> {
    const { context, deadline } = this;
    const { server } = cursor.region;
    const window = context.window(server);
    await window.enter(deadline);
    const startedAt = Date.now();
    let outcome: CallOutcome = 'failed';
    try {
      context.onRpc(opening);
      const { param: message, cells } = await deadline.race(
        context.call(server, param, Math.min(context.rpcTimeoutMs, deadline.remainingMs)),
      );
      outcome = 'well';
      return { cursor, response: readScanResponse(message), cells };
    } catch (error) {
      if (error instanceof RemoteException && error.overloaded) outcome = 'overloaded';
      throw error;
    } finally {
      window.leave(outcome, Date.now() - startedAt);
    }
  }

  /** The whole rows of a page; what may go on in the next page is kept. */
  private rowsOf({ response, cells }: Page): Row[] {
    const { cellsPerResult, partial } = response;
    const block = readCellBlock(
      cells,
      cellsPerResult.reduce((sum, n) => sum + n, 0),
    );
    const rows: Row[] = [];
    let first = 0;
    for (let i = 0; i < cellsPerResult.length; i++) {
      const size = cellsPerResult[i];
      if (size === 0) continue;
      const key = block.rowKey(first);
      if (this.pending !== null && !this.pending.key.equals(key)) rows.push(...this.finishPending());
      if (this.pending !== null || partial[i]) {
        this.pending ??= { key, parts: [] };
        this.pending.parts.push({ block, first, size });
        if (!partial[i]) rows.push(...this.finishPending());
      } else rows.push(...this.whole(new Row(key, block, first, size)));
      first += size;
    }
    return rows;
  }

  private finishPending(): Row[] {
    if (this.pending === null) return [];
    const { key, parts } = this.pending;
    this.pending = null;
    const size = parts.reduce((sum, part) => sum + part.size, 0);
    return this.whole(parts.length === 1 ? new Row(key, parts[0].block, parts[0].first, size) : new Row(key, joinCells(parts), 0, size));
  }

  private whole(row: Row): Row[] {
    this.position = row.key;
    this.includePosition = false;
    if (this.rowsLeft <= 0 || this.plan.accepts?.(row.key) === false) return [];
    this.rowsLeft--;
    return [row];
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

  /** Tells the server, unless it knows; its answer is not waited for. */
  private closeScanner(): void {
    const { cursor } = this;
    this.cursor = null;
    if (cursor === null || cursor.scannerId === null) return;
    const request = closeScannerRequest(cursor.scannerId);
    cursor.scannerId = null;
    this.context.call(cursor.region.server, request, this.context.rpcTimeoutMs).catch(() => undefined); // its lease ends it too
  }
}
