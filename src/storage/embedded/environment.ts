/** The LMDB files, opened: one database a table, and one for what the store must know about itself. */
import { open, type Database, type RootDatabase } from 'lmdb';
import { DoNotRetryError, StorageError, TableNotFoundError } from '../errors';
import type { CellKey } from './key-codec';
import type { ValueWindow } from './cell-value';

export interface TableDescription {
  name: string;
  families: readonly string[];
  /** Has many small cells a row: they are packed, see run-codec.ts. */
  packed?: boolean;
}

export interface EmbeddedOptions {
  /** The directory; made when it is missing. */
  path: string;
  tables: readonly TableDescription[];
  /** Cells that may stand singly in a packed table before they are packed. Default 100,000. */
  packAfter?: number;
  /** Bytes of address space for the file; the file itself grows as it needs. Default 256 GiB. */
  mapSize?: number;
}

/** The part of an LMDB database that is used for cells, with keys and values as codecs instead of objects. */
export interface CellDatabase {
  put(key: CellKey, value: ValueWindow): Promise<boolean>;
  remove(key: CellKey): Promise<boolean>;
  getBinaryFast(key: CellKey): Buffer | undefined;
  /** Each step hands out the same entry, changed. With `reverse` from the start downwards. */
  getRange(options: { start: RangeStart; end?: Uint8Array; reverse?: boolean; limit?: number }): Iterable<{ value: Entry }>;
  clearSync(): void;
  getStats(): { entryCount?: number };
}

/** A key as the place where a range is entered. */
export class RangeStart {
  constructor(private readonly key: CellKey) {}
  writeTo(target: Uint8Array, at: number): number {
    return this.key.writeStart(target, at);
  }
}

/** Where LMDB left the key and value of the entry that an iteration stands on; good until its next step. */
export interface Entry {
  keyBytes: Buffer;
  keyStart: number;
  keyEnd: number;
  value: Buffer;
  valueLength: number;
}

export interface Table {
  name: string;
  families: ReadonlySet<string>;
  /** Cells that stand singly: all of them, or in a packed table the newest. What stands here is newer than the same cell in a run. */
  cells: CellDatabase;
  runs: CellDatabase | null;
}

const FORMAT = 1;
const FORMAT_KEY = 'format';
const FUTURE_KEY = 'future';
const NOTHING = Buffer.alloc(0);

export class Environment {
  private readonly tables = new Map<string, Table>();
  private closed = false;

  private constructor(
    readonly path: string,
    private readonly root: RootDatabase<Buffer, string>,
    private readonly own: Database<Buffer, string>,
  ) {}

  /** @throws StorageError when the directory can't be used or was written by another version of the store */
  static open(options: EmbeddedOptions): Environment {
    try {
      const root = open<Buffer, string>({
        path: options.path,
        noSubdir: false,
        mapSize: options.mapSize ?? 256 * 2 ** 30,
        maxDbs: 2 * options.tables.length + 8,
        maxReaders: 512,
        encoding: 'binary',
      });
      const own = root.openDB<Buffer, string>({ name: '.store', encoding: 'binary', useVersions: true });
      const environment = new Environment(options.path, root, own);
      environment.describe();
      for (const table of options.tables) environment.openTable(table);
      return environment;
    } catch (e) {
      if (e instanceof StorageError) throw e;
      throw new StorageError(`Unable to open the embedded store in ${options.path}: ${messageOf(e)}`, { cause: e });
    }
  }

  private describe(): void {
    this.own.transactionSync(() => {
      const format = this.own.getEntry(FORMAT_KEY);
      if (format === undefined) {
        this.own.putSync(FORMAT_KEY, NOTHING, FORMAT);
        this.own.putSync(FUTURE_KEY, NOTHING, 0);
      } else if (format.version !== FORMAT)
        throw new StorageError(`The embedded store in ${this.path} has format ${format.version}, this version reads ${FORMAT}`);
    });
  }

  private openTable({ name, families, packed }: TableDescription): void {
    const cells = this.openCells(name);
    const runs = packed ? this.openCells(`${name}.runs`) : null;
    this.tables.set(name, { name, families: new Set(families), cells, runs });
  }

  private openCells(name: string): CellDatabase {
    const entry: Entry = { keyBytes: NOTHING, keyStart: 0, keyEnd: 0, value: NOTHING, valueLength: 0 };
    const options = {
      name,
      encoding: 'binary' as const,
      keyEncoder: {
        // LMDB itself asks with bytes for the lowest key.
        writeKey: (key: CellKey | RangeStart | Uint8Array, target: Uint8Array, at: number): number => {
          if (!(key instanceof Uint8Array)) return key.writeTo(target, at);
          target.set(key, at);
          return at + key.length;
        },
        readKey: (source: Buffer, start: number, end: number): void => {
          entry.keyBytes = source;
          entry.keyStart = start;
          entry.keyEnd = end;
        },
      },
      encoder: {
        // Says that encode() hands out windows (start, end) on memory that stays as it is.
        copyBuffers: true,
        encode: (value: ValueWindow): ValueWindow => value,
        decode: (bytes: Buffer, length: number): Entry => {
          entry.value = bytes;
          entry.valueLength = length;
          return entry;
        },
      },
    };
    return this.root.openDB(options) as unknown as CellDatabase;
  }

  hasTable(name: string): boolean {
    return this.tables.has(name);
  }

  table(name: string): Table {
    if (this.closed) throw new DoNotRetryError('The embedded store is closed', { table: name });
    const table = this.tables.get(name);
    if (table === undefined) throw new TableNotFoundError(`Table not found: ${name}`, { table: name });
    return table;
  }

  /** Reads from here on see what any process has committed by now. */
  refresh(): void {
    this.root.resetReadTxn();
  }

  /** Runs in a write transaction, which no other process or call can interleave with. */
  transaction<T>(action: () => T): Promise<T> {
    return settle(() => this.root.transaction(action));
  }

  /** Writes everything that `action` puts or removes, at once and in one transaction, on LMDB's own thread. */
  async batch(action: () => void): Promise<void> {
    await settle(() => this.root.batch(action));
  }

  /** As `batch`, if the newest timestamp ever put ahead of the clock is still `future`; else writes nothing and answers false. */
  batchIfFuture(future: number, action: () => void): Promise<boolean> {
    return settle(() => this.own.ifVersion(FUTURE_KEY, future, action));
  }

  future(): number {
    return this.own.getEntry(FUTURE_KEY)?.version ?? 0;
  }

  /** Inside a transaction only. */
  setFuture(timestamp: number): void {
    this.own.putSync(FUTURE_KEY, NOTHING, timestamp);
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    await this.root.flushed;
    await this.root.close();
  }
}

export function messageOf(e: unknown): string {
  return e instanceof Error ? e.message : String(e);
}

/** LMDB keeps the reason of a failed commit in a promise on the error; it must be taken, or it counts as unhandled. */
async function settle<T>(start: () => Promise<T>): Promise<T> {
  try {
    return await start();
  } catch (e) {
    if (e instanceof StorageError) throw e;
    let reason: unknown = e;
    if (e instanceof Error && 'commitError' in e) reason = await Promise.resolve(e.commitError).catch((cause: unknown) => cause);
    throw new StorageError(`The embedded store could not write: ${messageOf(reason)}`, { cause: reason });
  }
}
