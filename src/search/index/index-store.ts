import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { keysWithPrefix } from '../../schema';
import { DamagedStoreError, PackedCells, type CallOptions, type Row } from '../../storage';
import { EmbeddedStorage } from '../../storage/embedded';
import type { Log } from '../../util/log';
import { TimeSlice } from '../../util/time-slice';
import type { StopSignal } from '../../util/stop-signal';

const TABLE = 'index';
const FAMILY = Buffer.from('t');
const QUALIFIER = Buffer.alloc(0);
const NOTHING = Buffer.alloc(0);
/** Rows of one transaction. */
const WRITTEN_AT_ONCE = 4096;

/** Many short ranges would be one long turn of the event loop: others have their turn when this one has lasted long enough. */
async function breathe(signal: StopSignal | undefined): Promise<void> {
  const slice = new TimeSlice(signal ?? null);
  if (slice.isOver()) await slice.next();
}

/** A row of the index; without a value the key is all. */
export interface IndexRow {
  readonly key: Buffer;
  readonly value?: Buffer;
}

/** What of a range is wanted. */
export interface RangeOptions extends CallOptions {
  /** Most rows to read at once. */
  readonly batchRows?: number;
  readonly limit?: number;
  /** Keys are enough. */
  readonly withoutValues?: boolean;
}

/**
 * The rows of the index in an LMDB file, as the embedded store keeps them: rows that an answered call has written are there after a kill; several
 * processes may have it open.
 */
export class IndexStore {
  private storage: EmbeddedStorage;

  constructor(
    private readonly path: string,
    private readonly log: Log,
  ) {
    this.storage = this.make();
  }

  private make(): EmbeddedStorage {
    return new EmbeddedStorage({ path: this.path, tables: [{ name: TABLE, families: [FAMILY.toString()] }], log: this.log });
  }

  /** A damaged index is thrown away: everything in it stands in the tables, too. @throws StorageError */
  async open(): Promise<void> {
    try {
      await this.storage.open();
    } catch (error) {
      if (!(error instanceof DamagedStoreError)) throw error;
      this.log.error(`The search index is damaged, and made anew from the tables: ${error.message}`);
      await this.storage.close();
      for (const file of ['data.mdb', 'lock.mdb']) rmSync(join(this.path, file), { force: true });
      this.storage = this.make();
      await this.storage.open();
    }
  }

  close(): Promise<void> {
    return this.storage.close();
  }

  async get(key: Buffer): Promise<Buffer | null> {
    const [value] = await this.getAll([key]);
    return value;
  }

  /** The values of rows, in the order of the keys; null for those that are not there. */
  async getAll(keys: readonly Buffer[]): Promise<(Buffer | null)[]> {
    const rows = await this.storage.multiGet(
      TABLE,
      keys.map((row) => ({ row, family: FAMILY, qualifiers: [QUALIFIER] })),
    );
    return rows.map((row) => row && row.value(0));
  }

  /** Rows whose keys begin with some bytes, in the order of their keys. The rows are good until the next batch is asked for. */
  range(prefix: Buffer, options: RangeOptions = {}): AsyncIterable<Row[]> {
    return this.between(keysWithPrefix(prefix), options);
  }

  async *between(bounds: { start: Buffer; stop: Buffer }, options: RangeOptions = {}): AsyncGenerator<Row[]> {
    for await (const rows of this.storage.scan(TABLE, { ...options, ...bounds, family: FAMILY, transient: true })) {
      yield rows;
      await breathe(options.signal);
    }
    await breathe(options.signal);
  }

  /** Whether there is a row whose key begins with these bytes. */
  async hasAny(prefix: Buffer): Promise<boolean> {
    for await (const rows of this.range(prefix, { limit: 1, withoutValues: true })) return rows.length > 0;
    return false;
  }

  /** In the order of the rows: when a call fails, or the process ends, the last ones are missing. @throws StorageError */
  async put(rows: readonly IndexRow[]): Promise<void> {
    for (let at = 0; at < rows.length; at += WRITTEN_AT_ONCE) {
      const puts = rows
        .slice(at, at + WRITTEN_AT_ONCE)
        .map(({ key, value = NOTHING }) => ({ row: key, cells: PackedCells.of(QUALIFIER, value) }));
      const [failure] = await this.storage.put(TABLE, FAMILY, puts);
      if (failure !== undefined) throw failure.error;
    }
  }

  /** @throws StorageError */
  async remove(keys: readonly Buffer[]): Promise<void> {
    for (let at = 0; at < keys.length; at += WRITTEN_AT_ONCE) {
      const [failure] = await this.storage.delete(
        TABLE,
        keys.slice(at, at + WRITTEN_AT_ONCE).map((row) => ({ row })),
      );
      if (failure !== undefined) throw failure.error;
    }
  }
}
