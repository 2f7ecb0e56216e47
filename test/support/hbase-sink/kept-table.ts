import { CellBlockWriter, cellWireLength, type ReceivedCells } from '../../../src/storage/hbase/cell-block';
import { PackedCells } from '../../../src/storage/packed-cells';
import { MUTATE_INCREMENT, type Columns, type GetMessage, type MutateCall, type ScanMessage } from './requests';

/** A cell of a kept table; bytes as strings of Latin-1, of which millions take less memory than Buffers. */
interface KeptCell {
  family: string;
  qualifier: string;
  value: string;
}

const STRIDE = 6;
const CELL_PUT = 4;

/** Cells of rows as they go out, behind an answer. */
export class AnswerCells {
  private readonly blocks: Buffer[] = [];
  readonly cellsPerRow: number[] = [];

  add(row: string, cells: readonly KeptCell[]): void {
    const key = Buffer.from(row, 'latin1');
    for (const { family, qualifier, value } of cells) {
      const [f, q, v] = [family, qualifier, value].map((text) => Buffer.from(text, 'latin1'));
      const writer = new CellBlockWriter(cellWireLength(key, f, q.length, v.length));
      writer.putRow(key, f, PackedCells.of(q, v), [1]);
      this.blocks.push(writer.bytes);
    }
    this.cellsPerRow.push(cells.length);
  }

  finish(): Buffer {
    return Buffer.concat(this.blocks);
  }
}

/** A table in memory without versions and timestamps: what names and their UIDs need. */
export class KeptTable {
  private readonly rows = new Map<string, KeptCell[]>();
  /** Keys in order; null: a row has come since they were sorted. */
  private sorted: string[] | null = null;

  private set(row: string, cell: KeptCell): void {
    const cells = this.rows.get(row);
    if (cells === undefined) {
      this.rows.set(row, [cell]);
      this.sorted = null;
      return;
    }
    const at = cells.findIndex((each) => each.family === cell.family && each.qualifier === cell.qualifier);
    if (at < 0) {
      cells.push(cell);
      cells.sort((a, b) => (`${a.family}\0${a.qualifier}` < `${b.family}\0${b.qualifier}` ? -1 : 1));
    } else cells[at] = cell;
  }

  /** Applies a put or an increment, if its condition holds. @returns whether it did, and the row with the cell as it is now */
  mutate(call: MutateCall): { processed: boolean; cell: KeptCell } {
    const { row, family, qualifier, expected } = call;
    const known = this.rows.get(row)?.find((each) => each.family === family && each.qualifier === qualifier);
    if (expected !== null && expected !== (known?.value ?? '')) return { processed: false, cell: { family, qualifier, value: '' } };
    const value = call.type === MUTATE_INCREMENT ? sumOf(known?.value ?? '\0\0\0\0\0\0\0\0', call.value) : call.value;
    const cell = { family, qualifier, value };
    this.set(row, cell);
    return { processed: true, cell };
  }

  /** Takes cells of a block: puts are set, a marker of any kind deletes its column, or the family when it names none. */
  apply(block: ReceivedCells, first: number, count: number): void {
    for (let i = first; i < first + count; i++) {
      const { data, index } = block;
      const part = (slot: number): string =>
        data.toString('latin1', index[i * STRIDE + slot], index[i * STRIDE + slot] + index[i * STRIDE + slot + 1]);
      const [row, family, qualifier] = [block.rowKey(i).toString('latin1'), part(0), part(2)];
      if (data[index[i * STRIDE + 4] - 1] === CELL_PUT) this.set(row, { family, qualifier, value: part(4) });
      else this.remove(row, family, qualifier);
    }
  }

  private remove(row: string, family: string, qualifier: string): void {
    const left = this.rows.get(row)?.filter((each) => each.family !== family || (qualifier !== '' && each.qualifier !== qualifier));
    if (left === undefined) return;
    if (left.length > 0) this.rows.set(row, left);
    else {
      this.rows.delete(row);
      this.sorted = null;
    }
  }

  get({ row, columns }: GetMessage): KeptCell[] {
    return wanted(this.rows.get(row) ?? [], columns);
  }

  /** Rows of a range, each with at least one wanted cell. */
  *scan({ columns, start, stop, includeStart, includeStop, reversed }: ScanMessage): Generator<[string, KeptCell[]]> {
    const keys = (this.sorted ??= [...this.rows.keys()].sort());
    const step = reversed ? -1 : 1;
    for (let i = firstAt(keys, start, reversed); i >= 0 && i < keys.length; i += step) {
      const key = keys[i];
      if (!includeStart && key === start) continue;
      if (stop !== '' && (reversed ? key <= stop : key >= stop) && !(includeStop && key === stop)) return;
      const cells = wanted(this.rows.get(key) ?? [], columns);
      if (cells.length > 0) yield [key, cells];
    }
  }
}

/** Where a scan from `start` begins in sorted keys. */
function firstAt(keys: readonly string[], start: string, reversed: boolean): number {
  if (reversed && start === '') return keys.length - 1;
  let [low, high] = [0, keys.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (keys[middle] < start) low = middle + 1;
    else high = middle;
  }
  return reversed && keys[low] !== start ? low - 1 : low;
}

function wanted(cells: readonly KeptCell[], columns: readonly Columns[]): KeptCell[] {
  if (columns.length === 0) return [...cells];
  return cells.filter(({ family, qualifier }) =>
    columns.some((column) => column.family === family && (column.qualifiers.length === 0 || column.qualifiers.includes(qualifier))),
  );
}

/** Sum of two counters of eight bytes. */
function sumOf(a: string, b: string): string {
  const [left, right] = [a, b].map((text) => Buffer.from(text, 'latin1').readBigInt64BE(0));
  const sum = Buffer.alloc(8);
  sum.writeBigInt64BE(BigInt.asIntN(64, left + right));
  return sum.toString('latin1');
}
