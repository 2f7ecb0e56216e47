import { readCellBlock, type ReceivedCells } from '../../../src/storage/hbase/cell-block';
import { ProtoReader, ProtoWriter } from '../../../src/storage/hbase/protobuf';
import { AnswerCells, type KeptTable } from './kept-table';
import { readGet, readTable } from './requests';

const DELIMITED = 2;

/** What of a Multi's elements the sink has to know. */
interface Action {
  index: number;
  /** Cells of a mutation in the request's cell block. */
  cells: number;
  /** A Get, to be read. */
  get: ProtoReader | null;
}

/** Told of the cells of mutations that were thrown away. */
export type Discarded = (table: string, cells: number) => void;

/**
 * Answers a MultiRequest: mutations of kept tables are applied, all others are counted and forgotten; gets find what is kept.
 * An element is answered with an index and an empty result, as HBase does.
 */
export function answerMulti(
  param: Buffer,
  cellBlock: Buffer,
  tableOf: (name: string) => KeptTable | null,
  discarded: Discarded,
): { param: Buffer; cells: Buffer } {
  const request = new ProtoReader(param);
  const answer = new ProtoWriter(param.length);
  const found = new AnswerCells();
  const kept: { table: KeptTable; first: number; count: number }[] = [];
  const action: Action = { index: 0, cells: 0, get: null };
  let first = 0;
  request.each((field) => {
    // RegionAction: region 1, atomic 2, action 3
    if (field !== 1) return false;
    const group = request.message();
    const result = answer.begin(1);
    let name = '';
    let table: KeptTable | null = null;
    const before = first;
    group.each((f) => {
      if (f === 1) table = tableOf((name = readTable(group.message())));
      else if (f === 3) {
        readAction(group.message(), action);
        if (table !== null && action.cells > 0) kept.push({ table, first, count: action.cells });
        first += action.cells;
        answerAction(answer, action, table, found);
      } else return false;
      return true;
    });
    if (table === null) discarded(name, first - before);
    answer.end(result);
    return true;
  });
  if (kept.length > 0) applyAll(readCellBlock(cellBlock, first), kept);
  return { param: answer.finish(), cells: found.finish() };
}

/** Action: index 1, mutation 2, get 3. */
function readAction(reader: ProtoReader, action: Action): void {
  action.index = action.cells = 0;
  action.get = null;
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 1 * 8) action.index = reader.uint();
    else if (tag === 2 * 8 + DELIMITED) action.cells = readCellCount(reader.message());
    else if (tag === 3 * 8 + DELIMITED) action.get = reader.message();
    else reader.skip(tag & 7);
  }
}

/** MutationProto: associated_cell_count 8. */
function readCellCount(reader: ProtoReader): number {
  let count = 0;
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 8 * 8) count = reader.uint();
    else reader.skip(tag & 7);
  }
  return count;
}

/** ResultOrException: index 1, result 2 {associated_cell_count 2}. */
function answerAction(answer: ProtoWriter, { index, get }: Action, table: KeptTable | null, found: AnswerCells): void {
  const mark = answer.begin(1);
  answer.uint(1, index);
  const result = answer.begin(2);
  if (get !== null && table !== null) {
    const message = readGet(get);
    const cells = table.get(message);
    if (cells.length > 0) {
      found.add(message.row, cells);
      answer.uint(2, cells.length);
    }
  }
  answer.end(result).end(mark);
}

function applyAll(block: ReceivedCells, kept: readonly { table: KeptTable; first: number; count: number }[]): void {
  for (const { table, first, count } of kept) table.apply(block, first, count);
}
