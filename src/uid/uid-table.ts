import { numberToUid } from '../schema/bytes';
import { IllegalArgumentError, IllegalStateError } from '../util/errors';
import { PackedCells, type Row, type Storage, type StorageError, type Failure } from '../storage';
import { IdCounter } from './id-counter';
import { maxId } from './kinds';
import type { NameCodec, StoredName } from './name-codec';
import { nameTooLong, unstorable } from './name-validator';

/** name -> UID, and the counters. */
export const ID_FAMILY = Buffer.from('id');
/** UID -> name, and the UIDMeta. */
export const NAME_FAMILY = Buffer.from('name');
/** The row of the counters. */
export const MAXID_ROW = Buffer.from([0]);

/**
 * The cells of one kind of UID in the UID table:
 *
 *   row 00      id:<kind>   = i64 counter
 *   row <name>  id:<kind>   = <uid>      forward
 *   row <uid>   name:<kind> = <name>     reverse
 */
export class UidTable {
  readonly qualifier: Buffer;
  private readonly counter: IdCounter;

  constructor(
    readonly storage: Storage,
    readonly table: string,
    /** The column; usually, but for the `uid` tool not always, one of the three kinds. */
    readonly kind: string,
    readonly width: number,
    readonly codec: NameCodec,
  ) {
    this.qualifier = Buffer.from(kind, 'latin1');
    this.counter = new IdCounter((amount) => storage.increment(table, MAXID_ROW, ID_FAMILY, this.qualifier, amount));
  }

  /** UIDs of names as they are stored, of whatever width; null for unknown names, and for those that the charset can't hold. */
  async forward(names: readonly string[]): Promise<(Buffer | null)[]> {
    const rows = names.map((name) => (name === '' ? null : this.codec.encode(name)));
    const found = await this.get(
      rows.filter((row) => row !== null),
      ID_FAMILY,
    );
    let next = 0;
    return rows.map((row) => {
      const id = row && this.cell(found[next++], ID_FAMILY);
      return id && Buffer.from(id); // a copy: a view would keep the whole answer in memory
    });
  }

  /** Names of UIDs, null for unknown ones. */
  async reverse(ids: readonly Buffer[]): Promise<(StoredName | null)[]> {
    const found = await this.get(ids, NAME_FAMILY);
    return found.map((row) => {
      const name = this.cell(row, NAME_FAMILY);
      return name && this.codec.decode(name);
    });
  }

  /** @returns the UID, if it has the table's width. @throws IllegalStateError */
  checkFound(id: Buffer): Buffer {
    if (id.length === this.width) return id;
    throw new IllegalStateError(`Found id.length = ${id.length} which is != ${this.width} required for '${this.kind}'`);
  }

  /** @throws IllegalArgumentError when a UID to look up has another width */
  checkAsked(id: Buffer): void {
    if (id.length !== this.width)
      throw new IllegalArgumentError(`Wrong id.length = ${id.length} which is != ${this.width} required for '${this.kind}'`);
  }

  /** Takes the next number from the counter, which may be beyond the last UID. @throws IllegalStateError when it is no number for a UID at all */
  async takeNumber(): Promise<bigint> {
    const number = await this.counter.take();
    if (number <= 0n) throw new IllegalStateError(`Got a negative ID from HBase: ${number}`);
    return number;
  }

  /** The number as a UID. @throws IllegalStateError when there are no such UIDs; the counter stays incremented */
  uidOf(number: bigint): Buffer {
    if (number > this.maxId) throw new IllegalStateError(`All Unique IDs for ${this.kind} on ${this.width} bytes are already assigned!`);
    return numberToUid(number, this.width);
  }

  get maxId(): bigint {
    return maxId(this.width);
  }

  /** @returns false when the UID already has a name */
  claimReverse(id: Buffer, name: string): Promise<boolean> {
    return this.storage.compareAndSet(this.table, id, NAME_FAMILY, this.qualifier, null, this.rowOf(name));
  }

  /** @returns false when the name already has a UID */
  claimForward(name: string, id: Buffer): Promise<boolean> {
    return this.storage.compareAndSet(this.table, this.rowOf(name), ID_FAMILY, this.qualifier, null, id);
  }

  putReverse(id: Buffer, name: string): Promise<void> {
    return this.put(NAME_FAMILY, id, this.rowOf(name));
  }

  putForward(name: string, id: Buffer): Promise<void> {
    return this.put(ID_FAMILY, this.rowOf(name), id);
  }

  async deleteForward(name: string): Promise<void> {
    await this.done(this.storage.delete(this.table, [{ row: this.rowOf(name), family: ID_FAMILY, qualifiers: [this.qualifier] }]));
  }

  async deleteReverse(id: Buffer, alsoQualifier: Buffer): Promise<void> {
    await this.done(this.storage.delete(this.table, [{ row: id, family: NAME_FAMILY, qualifiers: [this.qualifier, alsoQualifier] }]));
  }

  /** Mappings of this kind whose name, as bytes, lies in [start, stop). */
  async *scan(start: Buffer, stop: Buffer, limit?: number): AsyncGenerator<StoredName & { id: Buffer }> {
    const options = { start, stop, family: ID_FAMILY, qualifiers: [this.qualifier], limit, batchRows: Math.min(limit ?? 4096, 4096) };
    for await (const rows of this.storage.scan(this.table, options))
      for (const row of rows) {
        const id = this.cell(row, ID_FAMILY);
        if (id?.length === this.width) yield { id: Buffer.from(id), ...this.codec.decode(row.key) };
      }
  }

  /** @throws IllegalArgumentError when the charset can't hold the name, or there is none */
  rowOf(name: string): Buffer {
    if (name === '') throw new IllegalArgumentError('empty key');
    const row = this.codec.encode(name);
    if (row === null && this.codec.firstLost(name) === null) throw nameTooLong(this.codec.length(name), name);
    if (row === null) throw unstorable(`${this.kind} ("${name}")`, this.codec.firstLost(name) ?? name, this.codec);
    return row;
  }

  toString(): string {
    return `UniqueId(${this.table}, ${this.kind}, ${this.width})`;
  }

  private async get(rows: readonly Buffer[], family: Buffer): Promise<(Row | null)[]> {
    const qualifiers = [this.qualifier];
    if (rows.length === 0) return [];
    if (rows.length === 1) return [await this.storage.get(this.table, { row: rows[0], family, qualifiers })];
    return this.storage.multiGet(
      this.table,
      rows.map((row) => ({ row, family, qualifiers })),
    );
  }

  /** The value of a row that was asked for this column alone, or of one with more. */
  private cell(row: Row | null, family: Buffer): Buffer | null {
    if (row === null) return null;
    return row.size === 1 ? row.value(0) : row.get(family, this.qualifier);
  }

  private put(family: Buffer, row: Buffer, value: Buffer): Promise<void> {
    return this.done(this.storage.put(this.table, family, [{ row, cells: PackedCells.of(this.qualifier, value) }]));
  }

  private async done(call: Promise<Failure[]>): Promise<void> {
    const error: StorageError | undefined = (await call)[0]?.error;
    if (error) throw error;
  }
}
