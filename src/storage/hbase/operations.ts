import { PackedCells, type PackedCells as Packed } from '../packed-cells';
import type { PackedRows } from '../packed-rows';
import { Row } from '../row';
import type { RowDelete, RowGet, RowPut } from '../storage';
import {
  CELL_DELETE_COLUMN,
  CELL_DELETE_FAMILY,
  cellWireLength,
  packedCellsWireLength,
  wireLengthOfPacked,
  type CellBlockWriter,
} from './cell-block';
import type { BatchOperation, ResultCells } from './multi-messages';
import type { ProtoWriter } from './protobuf';
import { keyProblem, regionHoldsKey, type Region } from './region';

const MUTATE_APPEND = 0;
const MUTATE_PUT = 2;
const MUTATE_DELETE = 3;
const SKIP_WAL = 1;
const NO_QUALIFIER = Buffer.alloc(0);

/** MutationProto: row 1, mutate_type 2, attribute 5, durability 6, associated_cell_count 8, nonce 9. The row is the cells' row. */
function beginMutation(action: ProtoWriter, type: number, skipLog: boolean): number {
  const mutation = action.begin(2);
  action.uint(2, type);
  if (skipLog) action.uint(6, SKIP_WAL);
  return mutation;
}

/** An operation whose elements are objects, each with its row. */
abstract class RowsOperation<R extends { readonly row: Buffer }> {
  constructor(protected readonly rows: readonly R[]) {}

  get size(): number {
    return this.rows.length;
  }
  row(i: number): Buffer {
    return this.rows[i].row;
  }
  isIn(region: Region, i: number): boolean {
    const { row } = this.rows[i];
    return regionHoldsKey(region, row, 0, row.length);
  }
  rowProblem(i: number): string | null {
    return keyProblem(this.rows[i].row.length);
  }
}

export class PutOperation extends RowsOperation<RowPut> implements BatchOperation {
  readonly name = 'put';

  constructor(
    private readonly family: Buffer,
    rows: readonly RowPut[],
    private readonly skipLog: boolean,
  ) {
    super(rows);
  }

  isEmpty(i: number): boolean {
    return this.rows[i].cells.count === 0;
  }
  wireLength(i: number): number {
    return packedCellsWireLength(this.rows[i].row, this.family, this.rows[i].cells);
  }
  encode(i: number, action: ProtoWriter, cells: CellBlockWriter): void {
    const put = this.rows[i];
    const mutation = beginMutation(action, MUTATE_PUT, this.skipLog);
    action.uint(8, put.cells.count).end(mutation);
    cells.putRow(put.row, this.family, put.cells, put.timestamps);
  }
}

/** Puts of rows in slabs: what a TSD's points are, encoded from where they lie. */
export class PackedPutOperation implements BatchOperation {
  readonly name = 'put';

  constructor(
    private readonly family: Buffer,
    private readonly rows: PackedRows,
    private readonly skipLog: boolean,
  ) {}

  get size(): number {
    return this.rows.size;
  }
  row(i: number): Buffer {
    const at = this.rows.keyAt(i);
    return Buffer.from(this.rows.bytes(i).subarray(at, at + this.rows.keyLength(i)));
  }
  isIn(region: Region, i: number): boolean {
    return regionHoldsKey(region, this.rows.bytes(i), this.rows.keyAt(i), this.rows.keyLength(i));
  }
  rowProblem(i: number): string | null {
    return keyProblem(this.rows.keyLength(i));
  }
  isEmpty(i: number): boolean {
    return this.rows.cellCount(i) === 0;
  }
  wireLength(i: number): number {
    const { rows } = this;
    return wireLengthOfPacked(rows.keyLength(i), this.family.length, rows.cellsLength(i), rows.cellCount(i));
  }
  encode(i: number, action: ProtoWriter, cells: CellBlockWriter): void {
    const { rows } = this;
    const mutation = beginMutation(action, MUTATE_PUT, this.skipLog);
    action.uint(8, rows.cellCount(i)).end(mutation);
    const bytes = rows.bytes(i);
    const keyAt = rows.keyAt(i);
    const keyLength = rows.keyLength(i);
    const cellsAt = keyAt + keyLength;
    cells.putCells(bytes, keyAt, keyLength, this.family, bytes, cellsAt, cellsAt + rows.cellsLength(i), rows.timestamps(i));
  }
}

/** Results are not asked for, as the original does not. Every element has a nonce, so a repeated request is not applied twice. */
export class AppendOperation extends RowsOperation<RowPut> implements BatchOperation {
  readonly name = 'append';
  private readonly nonces: readonly number[];

  constructor(
    private readonly family: Buffer,
    rows: readonly RowPut[],
    private readonly skipLog: boolean,
    newNonce: () => number,
  ) {
    // The server reads each cell once per Append: of two values for one column in one Append it would keep only the second.
    super(rows.map((put) => ({ row: put.row, cells: joinValues(put.cells) })));
    this.nonces = rows.map(newNonce);
  }

  isEmpty(i: number): boolean {
    return this.rows[i].cells.count === 0;
  }
  wireLength(i: number): number {
    return packedCellsWireLength(this.rows[i].row, this.family, this.rows[i].cells);
  }
  encode(i: number, action: ProtoWriter, cells: CellBlockWriter): void {
    const { row, cells: packed } = this.rows[i];
    const mutation = beginMutation(action, MUTATE_APPEND, this.skipLog);
    // Attribute _rr_ (Mutation.RETURN_RESULTS), false
    const attribute = action.begin(5);
    action.string(1, '_rr_').bytes(2, Buffer.of(0)).end(attribute);
    action.uint(8, packed.count).uint(9, this.nonces[i]).end(mutation);
    cells.putRow(row, this.family, packed);
  }
}

/** Values of the same qualifier joined in order of adding. */
function joinValues(packed: Packed): Packed {
  if (packed.count < 2) return packed;
  const values = new Map<string, { qualifier: Buffer; values: Buffer[] }>();
  packed.forEach((qualifierAt, qualifierLength, valueAt, valueLength) => {
    const qualifier = packed.bytes.subarray(qualifierAt, qualifierAt + qualifierLength);
    const value = packed.bytes.subarray(valueAt, valueAt + valueLength);
    const key = qualifier.toString('latin1');
    const known = values.get(key);
    if (known === undefined) values.set(key, { qualifier, values: [value] });
    else known.values.push(value);
  });
  if (values.size === packed.count) return packed;
  const joined = new PackedCells(packed.length);
  for (const cell of values.values()) joined.add(cell.qualifier, Buffer.concat(cell.values));
  return joined;
}

export class DeleteOperation extends RowsOperation<RowDelete> implements BatchOperation {
  readonly name = 'delete';

  constructor(
    rows: readonly RowDelete[],
    private readonly skipLog: boolean,
  ) {
    super(rows);
  }

  isEmpty(i: number): boolean {
    return this.rows[i].qualifiers?.length === 0;
  }
  wireLength(i: number): number {
    const { row, family, qualifiers } = this.rows[i];
    if (family === undefined) return 0;
    if (qualifiers === undefined) return cellWireLength(row, family, 0, 0);
    return qualifiers.reduce((sum, qualifier) => sum + cellWireLength(row, family, qualifier.length, 0), 0);
  }
  encode(i: number, action: ProtoWriter, cells: CellBlockWriter): void {
    const { row, family, qualifiers, timestamps } = this.rows[i];
    const mutation = beginMutation(action, MUTATE_DELETE, this.skipLog);
    if (family === undefined) {
      // Without cells the server puts a marker into every family of the table.
      action.bytes(1, row);
    } else if (qualifiers === undefined) {
      action.uint(8, 1);
      cells.marker(row, family, NO_QUALIFIER, CELL_DELETE_FAMILY);
    } else {
      action.uint(8, qualifiers.length);
      qualifiers.forEach((qualifier, j) => cells.marker(row, family, qualifier, CELL_DELETE_COLUMN, timestamps?.[j]));
    }
    action.end(mutation);
  }
}

export class GetOperation extends RowsOperation<RowGet> implements BatchOperation {
  readonly name = 'get';
  /** In the order of asking; null where there is no such row. */
  readonly found: (Row | null)[];

  constructor(gets: readonly RowGet[]) {
    super(gets);
    this.found = new Array<Row | null>(gets.length).fill(null);
  }

  isEmpty(i: number): boolean {
    return this.rows[i].qualifiers?.length === 0;
  }
  wireLength(): number {
    return 0;
  }
  encode(i: number, action: ProtoWriter): void {
    const get = action.begin(3);
    writeGet(action, this.rows[i]);
    action.end(get);
  }
  onResult(i: number, { block, first, size }: ResultCells): void {
    this.found[i] = size === 0 ? null : new Row(this.rows[i].row, block, first, size);
  }
}

/** Get: row 1, column 2 {family 1, qualifier 2}. */
export function writeGet(w: ProtoWriter, { row, family, qualifiers }: RowGet): void {
  w.bytes(1, row);
  if (family === undefined) return;
  const column = w.begin(2);
  w.bytes(1, family);
  for (const qualifier of qualifiers ?? []) w.bytes(2, qualifier);
  w.end(column);
}
