import { readCellBlock, readProtoCells, type CellBlockWriter } from './cell-block';
import { NamedExceptions, type RemoteException } from './errors';
import { ProtoReader, ProtoWriter } from './protobuf';
import type { CellBlock } from '../row';
import type { Region } from './region';

/** Cells of one answer within a block; `size` 0: the row is not there. */
export interface ResultCells {
  block: CellBlock;
  first: number;
  size: number;
}

/** The elements of one call that HBase takes in batches: puts, appends, deletes or gets. */
export interface BatchOperation {
  /** As asynchbase's statistics name it. */
  readonly name: 'put' | 'append' | 'delete' | 'get';
  /** Elements. */
  readonly size: number;
  /** Its row's key; a view, or a copy. */
  row(i: number): Buffer;
  /** Whether its row is one of the region. */
  isIn(region: Region, i: number): boolean;
  /** Why HBase would refuse its row's key, or null. */
  rowProblem(i: number): string | null;
  /** The element asks for nothing: it is done without a request. */
  isEmpty(i: number): boolean;
  /** Bytes the element adds to the request's cell block. */
  wireLength(i: number): number;
  /** Writes field 2 (mutation) or 3 (get) of an Action, and the element's cells. */
  encode(i: number, action: ProtoWriter, cells: CellBlockWriter): void;
  /** Takes the answer, for operations that have one. */
  onResult?(i: number, cells: ResultCells): void;
}

/** Elements of one operation that go to one region. */
export interface RegionBatch {
  region: Region;
  operation: BatchOperation;
  /** Positions in the operation. */
  indices: readonly number[];
}

/** MultiRequest; its cells are written to `cells` in the order of the actions. */
export function multiRequest(batches: readonly RegionBatch[], cells: CellBlockWriter, nonceGroup: number): Buffer {
  const actions = batches.reduce((sum, batch) => sum + batch.indices.length, 0);
  const w = new ProtoWriter(batches.length * 128 + actions * 16);
  for (const { region, operation, indices } of batches) {
    // RegionAction: region 1, action 3 {index 1, mutation 2, get 3}
    const group = w.begin(1);
    w.bytes(1, region.specifier);
    for (let i = 0; i < indices.length; i++) {
      const action = w.begin(3);
      w.uint(1, i);
      operation.encode(indices[i], w, cells);
      w.end(action);
    }
    w.end(group);
  }
  return w.uint(2, nonceGroup).finish();
}

/** What the server said to one batch: an exception for all of it, or for some of its elements. */
export interface BatchAnswer {
  exception: RemoteException | null;
  /** By position in the batch; only elements that failed. Those that failed alike share one exception. */
  failed: Map<number, RemoteException>;
}

/** Fields of a ResultOrException: a number and two messages. */
const INDEX_TAG = 1 * 8;
const RESULT_TAG = 2 * 8 + 2;
const EXCEPTION_TAG = 3 * 8 + 2;
/** Fields of a Result. */
const CELL_TAG = 1 * 8 + 2;
const COUNT_TAG = 2 * 8;
/** Of results without cells that came as messages. */
const NO_CELLS: readonly ProtoReader[] = [];

interface Result {
  batch: number;
  position: number;
  cellCount: number;
  protoCells: readonly ProtoReader[];
}

/**
 * Reads a MultiResponse and hands results to their operations.
 * @throws RangeError when the answer does not fit the request
 */
export function readMultiResponse(message: Buffer, cellBlock: Buffer, batches: readonly RegionBatch[]): BatchAnswer[] {
  const answers: BatchAnswer[] = [];
  const results: Result[] = [];
  const exceptions = new NamedExceptions();
  const reader = new ProtoReader(message);
  reader.each((field) => {
    if (field !== 1) return false;
    // RegionActionResult: resultOrException 1 {index 1, result 2, exception 3}, exception 2
    const group = reader.message();
    const batch = answers.length;
    const answer: BatchAnswer = { exception: null, failed: new Map() };
    const operation = batches[batch]?.operation.name;
    const plain = operation === 'put' || operation === 'delete';
    answers.push(answer);
    let answered = 0;
    group.each((f) => {
      if (f === 2) answer.exception = exceptions.read(group.bytes());
      else if (f === 1) {
        readAction(group, batch, answer, plain ? null : results, exceptions);
        answered++;
      } else return false;
      return true;
    });
    if (answer.exception === null && answered !== batches[batch]?.indices.length)
      throw new RangeError(`${answered} results for ${batches[batch]?.indices.length ?? 'no'} actions`);
    return true;
  });
  if (answers.length !== batches.length) throw new RangeError(`results of ${answers.length} regions for ${batches.length}`);
  handOut(message, cellBlock, batches, results);
  return answers;
}

/**
 * ResultOrException: index 1, result 2, exception 3. Read in place: there is one for every row of every put.
 * @param results null: nothing but an exception is of interest
 */
function readAction(reader: ProtoReader, batch: number, answer: BatchAnswer, results: Result[] | null, exceptions: NamedExceptions): void {
  const length = reader.messageLength();
  const end = reader.offset + length;
  let position = 0;
  let cellCount = 0;
  let protoCells = NO_CELLS;
  let exception: RemoteException | null = null;
  while (reader.offset < end) {
    const tag = reader.uint();
    if (tag === INDEX_TAG) position = reader.uint();
    else if (tag === EXCEPTION_TAG) exception = exceptions.read(reader.bytes());
    else if (tag === RESULT_TAG && results !== null) {
      const result = { cellCount: 0, protoCells: NO_CELLS };
      readResult(reader.message(), result);
      ({ cellCount, protoCells } = result);
    } else reader.skip(tag & 7);
  }
  if (reader.offset > end) throw new RangeError('protobuf: message is truncated');
  if (exception !== null) answer.failed.set(position, exception);
  else results?.push({ batch, position, cellCount, protoCells });
}

/** Result: cell 1 (when they come as messages), associated_cell_count 2 (when they come in the cell block). */
export function readResult(reader: ProtoReader, result: { cellCount: number; protoCells: readonly ProtoReader[] }): void {
  let cells: ProtoReader[] | null = null;
  while (!reader.done) {
    const tag = reader.uint();
    if (tag === CELL_TAG) (cells ??= []).push(reader.message());
    else if (tag === COUNT_TAG) result.cellCount = reader.uint();
    else reader.skip(tag & 7);
  }
  if (cells !== null) result.protoCells = cells;
}

function handOut(message: Buffer, cellBlock: Buffer, batches: readonly RegionBatch[], results: readonly Result[]): void {
  const total = results.reduce((sum, result) => sum + result.cellCount, 0);
  const block = readCellBlock(cellBlock, total);
  let first = 0;
  for (const { batch, position, cellCount, protoCells } of results) {
    const { operation, indices } = batches[batch];
    const cells =
      protoCells.length > 0
        ? { block: readProtoCells(message, protoCells), first: 0, size: protoCells.length }
        : { block, first, size: cellCount };
    operation.onResult?.(indices[position], cells);
    first += cellCount;
  }
}
