import { SILENT_LOG, type CallLog } from '../../util/log';
import { backoffMs, OutOfTimeError, type Deadline } from './deadline';
import { RegionUnavailableError } from './errors';
import { addressOf, regionHolds, regionText, type Region, type ServerAddress } from './region';

/** Where the directory learns of regions: hbase:meta, or a fake of it in tests. */
export interface RegionSource {
  /** One attempt, which ends by itself; RegionUnavailableError: a later one may succeed. */
  find(table: string, row: Buffer): Promise<Region>;
  list(table: string): Promise<Region[]>;
}

interface KnownRegion {
  region: Region;
  /** The region has moved or is gone. The entry stays, so that all calls that need it share one lookup. */
  stale: boolean;
}

/** Known regions of one table by start key, without overlaps, and lookups under way by the stale region they are for (null: an unknown one). */
interface KnownTable {
  entries: KnownRegion[];
  lookups: Map<KnownRegion | null, Promise<Region>>;
}

/** Maps rows to regions and their servers. All regions of a table are read with its first lookup, later ones singly as they move or split. */
export class RegionDirectory {
  private readonly tables = new Map<string, KnownTable>();
  /** Calls that waited for another's lookup. */
  contendedLookups = 0;
  uncontendedLookups = 0;

  constructor(
    private readonly source: RegionSource,
    private readonly log: CallLog = SILENT_LOG,
  ) {}

  private table(name: string): KnownTable {
    let table = this.tables.get(name);
    if (table === undefined) this.tables.set(name, (table = { entries: [], lookups: new Map() }));
    return table;
  }

  /** The region if it is known, without waiting. */
  cached(table: string, row: Buffer): Region | null {
    const entry = entryFor(this.tables.get(table)?.entries ?? [], row);
    return entry === null || entry.stale ? null : entry.region;
  }

  /**
   * The region, looked up when it is not known; while none is online, looked up again until the deadline.
   * @throws TableNotFoundError, TableDisabledError; at the deadline RegionUnavailableError or OutOfTimeError
   */
  async locate(name: string, row: Buffer, deadline: Deadline): Promise<Region> {
    let last: Error | null = null;
    for (let failures = 1; ; failures++) {
      const known = this.cached(name, row);
      if (known !== null) return known;
      try {
        const region = await deadline.race(this.lookup(name, row));
        if (regionHolds(region, row)) return region;
        failures = 0;
      } catch (error) {
        if (error instanceof OutOfTimeError && last !== null) throw last;
        if (!(error instanceof RegionUnavailableError) || !(await deadline.sleep(backoffMs(failures)))) throw error;
        last = error;
      }
    }
  }

  /** One lookup at a time for each stale region, and one for the unknown parts of a table. */
  private lookup(name: string, row: Buffer): Promise<Region> {
    const table = this.table(name);
    const wanted = entryFor(table.entries, row);
    const underWay = table.lookups.get(wanted);
    if (underWay !== undefined) {
      this.contendedLookups++;
      return underWay;
    }
    this.uncontendedLookups++;
    const lookup = this.find(name, table, row).finally(() => table.lookups.delete(wanted));
    table.lookups.set(wanted, lookup);
    return lookup;
  }

  private async find(name: string, table: KnownTable, row: Buffer): Promise<Region> {
    if (table.entries.length === 0) {
      await this.loadAll(name);
      const known = this.cached(name, row);
      if (known !== null) return known;
    }
    const region = await this.source.find(name, row);
    if (this.log.isDebugEnabled()) this.log.debug(`${regionText(region)} is on ${addressOf(region.server)}`);
    this.add(region);
    return region;
  }

  /** What rows must have in common for one lookup to serve them all, when they are not cached. */
  lookupKey(table: string, row: Buffer): object | null {
    return entryFor(this.tables.get(table)?.entries ?? [], row);
  }

  /** Learns all regions of a table at once: what the first row of a table does. */
  async loadAll(table: string): Promise<readonly Region[]> {
    const regions = await this.source.list(table);
    for (const region of regions) this.add(region);
    this.log.debug(`${table} has ${regions.length} regions`);
    return regions;
  }

  /** Replaces whatever it overlaps: daughters their parent, a merged region the ones before it. */
  add(region: Region): void {
    const { entries } = this.table(region.table);
    let from = 0;
    while (from < entries.length && endsBefore(entries[from].region, region)) from++;
    let to = from;
    while (to < entries.length && !endsBefore(region, entries[to].region)) to++;
    entries.splice(from, to - from, { region, stale: false });
  }

  /** The region is not where we thought. Does nothing when newer knowledge has replaced it. */
  invalidate(region: Region): void {
    const entry = entryFor(this.tables.get(region.table)?.entries ?? [], region.startKey);
    if (entry?.region === region) entry.stale = true;
  }

  /** The server that had the region said where it went. */
  moved(region: Region, server: ServerAddress): void {
    const entry = entryFor(this.tables.get(region.table)?.entries ?? [], region.startKey);
    if (entry?.region !== region) return;
    entry.region = { ...region, server };
    entry.stale = false;
  }

  /** Every region on this server has to be looked up again. */
  invalidateServer(address: string): void {
    for (const { entries } of this.tables.values())
      for (const entry of entries) if (addressOf(entry.region.server) === address) entry.stale = true;
  }

  /** Every region that was looked up, with whether it has to be looked up again. */
  *known(): Generator<Readonly<KnownRegion>> {
    for (const { entries } of this.tables.values()) yield* entries;
  }

  /** Regions known to be online. */
  get size(): number {
    let size = 0;
    for (const entry of this.known()) if (!entry.stale) size++;
    return size;
  }
}

/** `a` lies wholly before `b`. */
function endsBefore(a: Region, b: Region): boolean {
  return a.endKey.length > 0 && a.endKey.compare(b.startKey) <= 0;
}

/** The entry whose region holds the row, by binary search. */
function entryFor(entries: readonly KnownRegion[], row: Buffer): KnownRegion | null {
  let low = 0;
  let high = entries.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const { region } = entries[middle];
    if (region.startKey.compare(row) > 0) high = middle - 1;
    else if (region.endKey.length > 0 && region.endKey.compare(row) <= 0) low = middle + 1;
    else return entries[middle];
  }
  return null;
}
