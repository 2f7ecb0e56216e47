/** Everything that changes cells. */
import { DoNotRetryError, StorageError } from '../errors';
import type { PackedCells } from '../packed-cells';
import type { PackedRows } from '../packed-rows';
import { putsOf } from '../puts-of-rows';
import type { Failure, RowDelete, RowPut } from '../storage';
import { MAX_TIMESTAMP, ValueArena } from './cell-value';
import { cellTimes, readCell, removeCells, removeStartingWith } from './cells';
import type { Environment } from './environment';
import { compareAndSetChange, deleteChange, incrementChange, putChange, putRowsChange, type Call, type Change } from './log/changes';
import { readColumns } from './log/merge-row';
import { RowFold, type Outcome } from './log/row-cells';
import { CellList } from './cell-list';
import type { CellDatabase, StoredTable, TableState } from './table';
import { CellKey, MAX_ROW } from './key-codec';
import { TimeSlice } from '../../util/time-slice';

const COUNTER_BYTES = 8;
/** Bytes that a cell takes in the arena beside its packed form's, at most, while keys are not long. */
const ARENA_SLACK = 64;
/** Bytes that LMDB and the store add to a cell, about. */
const CELL_SLACK = 32;

export class Writer {
  private readonly key = new CellKey();
  /** As this process last saw them. */
  private readonly states = new Map<StoredTable, TableState>();
  cellsWritten = 0;

  constructor(private readonly environment: Environment) {}

  /**
   * The newest timestamp wins, and of equal ones the last put, as in an HBase table with VERSIONS = 1. Cells without timestamps
   * get the clock's; nothing stored is newer than that unless somebody put a cell ahead of the clock, and the newest of those is
   * on record. So as long as the record is behind the clock, cells are written without a look at what is there, off this thread.
   */
  async put(call: Call, table: StoredTable, family: Buffer, rows: readonly RowPut[]): Promise<Failure[]> {
    const failures = checkPuts(table, family, rows);
    const good = failures.length === 0 ? rows : rows.filter((_, i) => !failures.some((f) => f.index === i));
    if (good.length === 0) return failures;
    if (table.runs !== null) await this.environment.log.append(call, putChange(table.name, family, good, 'put'));
    else if (good.some((r) => r.timestamps !== undefined)) await this.putChecked(table, family, good);
    else await this.putNow(table, family, good);
    this.wrote(good);
    return failures;
  }

  /** The same of rows that are in slabs. */
  async putRows(call: Call, table: StoredTable, family: Buffer, rows: PackedRows): Promise<Failure[]> {
    if (table.runs === null || !isPlain(table, family, rows)) return this.put(call, table, family, putsOf(rows));
    await this.environment.log.append(call, putRowsChange(table.name, family, rows));
    for (let i = 0; i < rows.size; i++) this.cellsWritten += rows.cellCount(i);
    return [];
  }

  private wrote(rows: readonly RowPut[]): void {
    let cells = 0;
    for (const row of rows) cells += row.cells.count;
    this.cellsWritten += cells;
  }

  private async putNow(table: StoredTable, family: Buffer, rows: readonly RowPut[]): Promise<void> {
    for (;;) {
      const now = Date.now();
      const state = this.states.get(table) ?? this.look(table);
      if (state.future >= now) return this.putChecked(table, family, rows);
      const arena = arenaFor(rows);
      const write = (): void => {
        const target = table.active(state);
        for (const { row, cells } of rows) {
          const key = this.key.setColumnFamily(row, family);
          cells.forEach((qualifierAt, qualifierLength, valueAt, valueLength) => {
            key.setQualifier(cells.bytes, qualifierAt, qualifierLength);
            void target.put(key, arena.add(key, now, cells.bytes, valueAt, valueLength));
          });
        }
      };
      if (await this.environment.batchIf(table, state, bytesOf(rows), write)) return;
      this.look(table);
    }
  }

  private look(table: StoredTable): TableState {
    this.environment.refresh();
    const state = table.state();
    this.states.set(table, state);
    return state;
  }

  private putChecked(table: StoredTable, family: Buffer, rows: readonly RowPut[]): Promise<void> {
    return this.environment.transaction(() => {
      const state = table.state();
      const now = Date.now();
      const arena = arenaFor(rows);
      let newest = 0;
      for (const { row, cells, timestamps } of rows) {
        const key = this.key.setColumnFamily(row, family);
        cells.forEach((qualifierAt, qualifierLength, valueAt, valueLength, i) => {
          key.setQualifier(cells.bytes, qualifierAt, qualifierLength);
          const timestamp = timestamps?.[i] ?? now;
          if ((readCell(table, state, key)?.timestamp ?? 0) > timestamp) return;
          void table.active(state).put(key, arena.add(key, timestamp, cells.bytes, valueAt, valueLength));
          newest = Math.max(newest, timestamp);
        });
      }
      if (newest > now && newest > state.future) table.setState({ ...state, future: newest });
    }, bytesOf(rows));
  }

  /** HBase Append: the new cell is not older than the one it continues. */
  async append(call: Call, table: StoredTable, family: Buffer, rows: readonly RowPut[]): Promise<Failure[]> {
    const failures = checkPuts(table, family, rows);
    const good = rows.filter((_, i) => !failures.some((f) => f.index === i));
    if (good.length === 0) return failures;
    if (table.runs !== null) {
      await this.environment.log.append(call, putChange(table.name, family, good, 'append'));
      this.wrote(good);
      return failures;
    }
    await this.environment.transaction(() => {
      const state = table.state();
      const now = Date.now();
      const arena = arenaFor(good);
      for (const { row, cells } of good) {
        const key = this.key.setColumnFamily(row, family);
        cells.forEach((qualifierAt, qualifierLength, valueAt, valueLength) => {
          key.setQualifier(cells.bytes, qualifierAt, qualifierLength);
          const added = cells.bytes.subarray(valueAt, valueAt + valueLength);
          const old = readCell(table, state, key);
          const whole = old === null ? added : Buffer.concat([old.value, added]);
          void table.active(state).put(key, arena.add(key, Math.max(now, old?.timestamp ?? 0), whole, 0, whole.length));
        });
      }
    }, bytesOf(good));
    this.wrote(good);
    return failures;
  }

  async delete(call: Call, table: StoredTable, rows: readonly RowDelete[]): Promise<Failure[]> {
    const failures: Failure[] = [];
    const good = rows.filter((r, index) => {
      const error = rowError(table, r.row) ?? (r.family === undefined ? null : familyError(table, r.family, r.row));
      if (error !== null) failures.push({ index, error });
      return error === null;
    });
    if (good.length === 0) return failures;
    if (table.runs !== null) {
      await this.environment.log.append(call, deleteChange(table.name, good));
      return failures;
    }
    const removeRow = (state: TableState, rowDelete: RowDelete): void => {
      const { row, family, qualifiers } = rowDelete;
      if (family !== undefined && qualifiers !== undefined) removeCells(table, state, row, family, this.upToTime(table, state, rowDelete));
      else removeStartingWith(table, state, family === undefined ? new CellKey().setRow(row) : new CellKey().setColumnFamily(row, family));
    };
    // Cells that stand singly are removed without a look at what is there.
    const blind = good.every((r) => r.family !== undefined && r.qualifiers !== undefined && r.timestamps === undefined);
    if (blind)
      await this.environment.batch(() => {
        const state = table.state();
        for (const rowDelete of good) removeRow(state, rowDelete);
      });
    else await this.inSlices(good, (rowDelete) => removeRow(table.state(), rowDelete));
    return failures;
  }

  /** Does something to rows in as many transactions as the event loop needs to have turns for others in between. */
  private async inSlices<T>(rows: readonly T[], action: (row: T) => void): Promise<void> {
    for (let done = 0; done < rows.length;)
      done = await this.environment.transaction(() => {
        const slice = new TimeSlice();
        let at = done;
        do action(rows[at++]);
        while (at < rows.length && !slice.isOver());
        return at;
      });
  }

  /** The qualifiers whose cells are not younger than the delete says. */
  private upToTime(table: StoredTable, state: TableState, { row, family, qualifiers = [], timestamps }: RowDelete): readonly Buffer[] {
    if (family === undefined || timestamps === undefined) return qualifiers;
    const times = cellTimes(table, state, row, family, qualifiers);
    return qualifiers.filter((_, i) => times[i] <= timestamps[i]);
  }

  async increment(call: Call, table: StoredTable, row: Buffer, family: Buffer, qualifier: Buffer, amount: bigint): Promise<bigint> {
    if (table.runs !== null) {
      const { applied, sum } = await this.appendWithOutcome(call, table, row, incrementChange(table.name, row, family, qualifier, amount));
      if (applied) return sum ?? 0n;
      throw new DoNotRetryError(`Field is not a long, it's ${sum} bytes wide`, { table: table.name, row });
    }
    return this.environment.transaction(() => {
      const state = table.state();
      const key = this.key.setColumnFamily(row, family).setQualifier(qualifier, 0, qualifier.length);
      const old = readCell(table, state, key);
      if (old !== null && old.value.length !== COUNTER_BYTES)
        throw new DoNotRetryError(`Field is not a long, it's ${old.value.length} bytes wide`, { table: table.name, row });
      const sum = BigInt.asIntN(64, (old?.value.readBigInt64BE() ?? 0n) + amount);
      const counter = Buffer.alloc(COUNTER_BYTES);
      counter.writeBigInt64BE(sum);
      this.putOne(table.active(state), key, counter, old?.timestamp ?? 0);
      return sum;
    });
  }

  /** @param timestamp milliseconds; absent: now */
  async compareAndSet(
    call: Call,
    table: StoredTable,
    row: Buffer,
    family: Buffer,
    qualifier: Buffer,
    expected: Buffer | null,
    wanted: Buffer,
    timestamp?: number,
  ): Promise<boolean> {
    if (table.runs !== null) {
      const change = compareAndSetChange(table.name, row, family, qualifier, expected, wanted, timestamp ?? 0);
      return (await this.appendWithOutcome(call, table, row, change)).applied;
    }
    return this.environment.transaction(() => {
      const state = table.state();
      const key = this.key.setColumnFamily(row, family).setQualifier(qualifier, 0, qualifier.length);
      const old = readCell(table, state, key);
      if (expected === null ? old !== null : old === null || !old.value.equals(expected)) return false;
      this.putOne(table.active(state), key, wanted, old?.timestamp ?? 0, timestamp);
      return true;
    });
  }

  /**
   * What comes of a change is the same wherever the log is read; here it is looked at as soon as it was. No other process may bring it to
   * the tables before that.
   */
  private async appendWithOutcome(call: Call, table: StoredTable, row: Buffer, change: Change): Promise<Outcome> {
    return this.environment.withMergeLock(async () => {
      const found: (Outcome | Error)[] = [];
      await this.environment.log.append(call, change, ({ index }, entry) => {
        try {
          const parts = this.environment.overlay(table, row)?.parts ?? [];
          found.push(new RowFold().outcomeOf(readColumns(table, row, new CellList()), parts, index, entry));
        } catch (e) {
          found.push(e instanceof Error ? e : new Error(String(e)));
        }
      });
      const [outcome] = found;
      if (outcome === undefined) throw new StorageError('What was appended to the log was not found', { table: table.name, row });
      if (outcome instanceof Error) throw outcome;
      if (outcome.applied) this.cellsWritten++;
      return outcome;
    });
  }

  /** Not older than what it replaces. */
  private putOne(cells: CellDatabase, key: CellKey, value: Buffer, replaced: number, timestamp = Date.now()): void {
    const arena = new ValueArena(value.length + key.length + ARENA_SLACK);
    void cells.put(key, arena.add(key, Math.max(timestamp, replaced), value, 0, value.length));
    this.cellsWritten++;
  }
}

function arenaFor(rows: readonly RowPut[]): ValueArena {
  let bytes = ARENA_SLACK;
  for (const { cells } of rows) bytes += cells.length;
  return new ValueArena(bytes);
}

/** What rows take in the file, about: the row's key stands in front of each cell. */
function bytesOf(rows: readonly RowPut[]): number {
  let bytes = 0;
  for (const { row, cells } of rows) bytes += cells.length + cells.count * (row.length + CELL_SLACK);
  return bytes;
}

export function rowError(table: StoredTable, row: Buffer): StorageError | null {
  if (row.length === 0) return new DoNotRetryError('Row length is 0', { table: table.name, row });
  if (row.length > MAX_ROW) return new DoNotRetryError(`Row length ${row.length} is > ${MAX_ROW}`, { table: table.name, row });
  return null;
}

export function familyError(table: StoredTable, family: Buffer, row?: Buffer): StorageError | null {
  const name = family.toString('latin1');
  if (table.families.has(name)) return null;
  return new DoNotRetryError(`Column family ${name} does not exist in table ${table.name}`, { table: table.name, row });
}

function checkPuts(table: StoredTable, family: Buffer, rows: readonly RowPut[]): Failure[] {
  const failures: Failure[] = [];
  const unknown = familyError(table, family);
  rows.forEach(({ row, cells, timestamps }, index) => {
    const error = unknown ?? rowError(table, row) ?? (timestamps === undefined ? null : timestampError(table, row, cells, timestamps));
    if (error !== null) failures.push({ index, error });
  });
  return failures;
}

/** Nothing is to be refused, for all that can be told without a look at each cell. */
function isPlain(table: StoredTable, family: Buffer, rows: PackedRows): boolean {
  if (familyError(table, family) !== null) return false;
  for (let i = 0; i < rows.size; i++) {
    const length = rows.keyLength(i);
    if (length === 0 || length > MAX_ROW || rows.timestamps(i) !== undefined) return false;
  }
  return true;
}

function timestampError(table: StoredTable, row: Buffer, cells: PackedCells, timestamps: readonly number[]): StorageError | null {
  if (timestamps.length === cells.count && timestamps.every((t) => t >= 0 && t <= MAX_TIMESTAMP)) return null;
  return new DoNotRetryError('Every cell needs a timestamp of milliseconds, 0 or above', { table: table.name, row });
}
