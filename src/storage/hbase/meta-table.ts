import { TableDisabledError, TableNotFoundError } from '../errors';
import { readCellBlock, type ReceivedCells } from './cell-block';
import { backoffMs, OutOfTimeError, type Deadline } from './deadline';
import { ConnectionLostError, policyFor, RegionUnavailableError } from './errors';
import type { MetaLocator } from './meta-locator';
import { ProtoReader } from './protobuf';
import { addressOf, readRegionInfo, regionHolds, regionSpecifier, type Region, type RegionInfo, type ServerAddress } from './region';
import { openScannerRequest, readScanResponse, type ScanSpec } from './scan-messages';
import type { Servers } from './servers';

const META_REGION = regionSpecifier(Buffer.from('hbase:meta,,1'));
const INFO = Buffer.from('info');
const TABLE = Buffer.from('table');
const STATE = Buffer.from('state');
const EMPTY = Buffer.alloc(0);
/** HBase's QoS for system tables: handlers that user traffic can't occupy. */
const META_PRIORITY = 100;
/** Rows a meta lookup of a whole table takes at a time. */
const PAGE = 500;

export type TableStatus = 'ENABLED' | 'DISABLED' | 'DISABLING' | 'ENABLING';
const TABLE_STATES: readonly TableStatus[] = ['ENABLED', 'DISABLED', 'DISABLING', 'ENABLING'];

/** One row of hbase:meta. */
interface MetaRow {
  key: Buffer;
  info: RegionInfo | null;
  server: ServerAddress | null;
  /** RegionState: OPEN, OPENING, CLOSED, SPLIT, ... */
  state: string;
}

/** The region could not be looked up because hbase:meta could not be read; `cause` says why. */
class MetaUnavailableError extends RegionUnavailableError {
  constructor(cause: Error) {
    super(`can't read hbase:meta: ${cause.message}`);
    this.cause = cause;
  }
}

/** Reads hbase:meta. Every call is one attempt, and rejects with RegionUnavailableError when a later one may succeed. */
export class MetaTable {
  private server: ServerAddress | null = null;
  private finding: Promise<ServerAddress> | null = null;
  /** Lookups of the meta server, and of regions. */
  rootLookups = 0;
  lookups = 0;

  constructor(
    private readonly locator: MetaLocator,
    private readonly servers: Servers,
    private readonly rpcTimeoutMs: number,
  ) {}

  /** The server that holds hbase:meta, `host:port`, when that is known. */
  get address(): string | null {
    return this.server === null ? null : addressOf(this.server);
  }

  /** Looks hbase:meta up again for the next call, if it was on this server. */
  invalidateServer(address: string): void {
    if (this.server !== null && addressOf(this.server) === address) this.server = null;
  }

  private locateMeta(): Promise<ServerAddress> {
    if (this.server !== null) return Promise.resolve(this.server);
    if (this.finding === null) {
      this.rootLookups++;
      this.finding = this.locator
        .metaServer()
        .then((server) => (this.server = server))
        .finally(() => (this.finding = null));
    }
    return this.finding;
  }

  private async scan(spec: ScanSpec, rows: number): Promise<{ rows: MetaRow[]; ended: boolean }> {
    this.lookups++;
    try {
      const server = await this.locateMeta();
      const param = openScannerRequest(META_REGION, spec, rows, rows, true);
      const call = { method: 'Scan', param, timeoutMs: this.rpcTimeoutMs, priority: META_PRIORITY, target: 'hbase:meta' };
      const response = await this.servers.connection(server).call(call);
      const { cellsPerResult, moreResults, moreInRegion } = readScanResponse(response.param);
      const cells = readCellBlock(
        response.cells,
        cellsPerResult.reduce((sum, n) => sum + n, 0),
      );
      let first = 0;
      const found = cellsPerResult.filter((n) => n > 0).map((n) => readMetaRow(cells, (first += n) - n, n));
      return { rows: found, ended: found.length < rows && !(moreResults && moreInRegion) };
    } catch (error) {
      const policy = policyFor(error);
      if (policy === 'caller' && !(error instanceof Error && error.name === 'RetryableError')) throw error;
      if (error instanceof ConnectionLostError || policy === 'moved' || policy === 'dead') this.server = null;
      throw new MetaUnavailableError(error as Error);
    }
  }

  /**
   * The region that holds the row, by a scan of hbase:meta backwards from where the region's name would stand.
   * @throws TableNotFoundError when the table has no region there; TableDisabledError
   */
  async find(table: string, row: Buffer): Promise<Region> {
    const name = Buffer.from(table);
    const startRow = Buffer.concat([name, Buffer.from(','), row, Buffer.from(',:')]);
    const stopRow = Buffer.concat([name, Buffer.from(',,')]);
    const spec: ScanSpec = { startRow, includeStart: true, stopRow, includeStop: true, reversed: true, family: INFO };
    const { rows } = await this.scan(spec, 1);
    if (rows.length === 0 || rows[0].info?.table !== table) throw new TableNotFoundError(`Table ${table} does not exist`, { table });
    const region = toRegion(rows[0]);
    if (region === null || rows[0].state === 'CLOSED') await this.throwIfDisabled(table);
    if (region === null)
      throw new RegionUnavailableError(`region ${rows[0].key.toString('latin1')} is not online (${rows[0].state || 'no server'})`);
    if (!regionHolds(region, row))
      throw new RegionUnavailableError(`hbase:meta has no region of ${table} for row ${row.toString('hex')} at the moment`);
    return region;
  }

  private async throwIfDisabled(table: string): Promise<void> {
    const state = await this.tableState(table);
    if (state === 'DISABLED' || state === 'DISABLING') throw new TableDisabledError(`Table ${table} is disabled`, { table });
  }

  /** All regions of a table that are online, in key order. Parents of a split and regions in transition are left out. */
  async list(table: string): Promise<Region[]> {
    const regions: Region[] = [];
    const stopRow = Buffer.from(`${table}-`); // '-' is the byte after ','
    let startRow: Buffer = Buffer.from(`${table},,`); // hbase:meta orders by table, start key and id; both commas make this the least
    let includeStart = true;
    for (;;) {
      const { rows, ended } = await this.scan({ startRow, includeStart, stopRow, family: INFO }, PAGE);
      for (const row of rows) {
        const region = toRegion(row);
        if (region !== null && region.table === table) regions.push(region);
      }
      if (ended) return regions;
      if (rows.length === 0) continue; // a heartbeat
      startRow = rows[rows.length - 1].key;
      includeStart = false;
    }
  }

  /** Null when there is no such table. */
  async tableState(table: string): Promise<TableStatus | null> {
    const startRow = Buffer.from(table);
    const spec: ScanSpec = { startRow, includeStart: true, stopRow: startRow, includeStop: true, family: TABLE, qualifiers: [STATE] };
    const { rows } = await this.scan(spec, 1);
    return rows.length === 0 ? null : (rows[0].state as TableStatus);
  }

  /** As tableState, repeated until hbase:meta can be read or the deadline comes. */
  async tableStateWithRetries(table: string, deadline: Deadline): Promise<TableStatus | null> {
    let last: Error | null = null;
    for (let failures = 1; ; failures++) {
      try {
        return await deadline.race(this.tableState(table));
      } catch (error) {
        if (error instanceof OutOfTimeError && last !== null) throw last;
        if (!(error instanceof RegionUnavailableError) || !(await deadline.sleep(backoffMs(failures)))) throw error;
        last = error;
      }
    }
  }
}

function readMetaRow(cells: ReceivedCells, first: number, size: number): MetaRow {
  const row: MetaRow = { key: cells.rowKey(first), info: null, server: null, state: '' };
  for (let i = first; i < first + size; i++) {
    const { data, index } = cells;
    const qualifier = data.toString('latin1', index[i * 6 + 2], index[i * 6 + 2] + index[i * 6 + 3]);
    const value = data.subarray(index[i * 6 + 4], index[i * 6 + 4] + index[i * 6 + 5]);
    if (qualifier === 'regioninfo' && value.length > 0) row.info = readRegionInfo(value);
    else if (qualifier === 'server' && value.length > 0) row.server = parseAddress(value.toString('utf8'));
    else if (qualifier === 'state') row.state = data[index[i * 6]] === 0x74 ? readTableState(value) : value.toString('latin1');
  }
  return row;
}

/** table:state holds TableStatus {state 1}; info:state holds the name of a RegionState. */
function readTableState(value: Buffer): string {
  const reader = new ProtoReader(value);
  let state = 0;
  reader.each((field) => field === 1 && ((state = reader.uint()), true));
  return TABLE_STATES[state] ?? '';
}

function parseAddress(text: string): ServerAddress {
  const colon = text.lastIndexOf(':');
  return { host: text.slice(0, colon), port: Number(text.slice(colon + 1)) };
}

function toRegion({ key, info, server }: MetaRow): Region | null {
  if (info === null || server === null || info.offline || info.replica !== 0) return null;
  const { table, startKey, endKey } = info;
  const name = Buffer.from(key);
  return { table, name, startKey, endKey: endKey.length ? endKey : EMPTY, server, specifier: regionSpecifier(name) };
}
