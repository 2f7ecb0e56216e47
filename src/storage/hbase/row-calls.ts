import { Row } from '../row';
import type { RowGet } from '../storage';
import { readCellBlock, readProtoCells } from './cell-block';
import type { CallResponse } from './call';
import { readResult } from './multi-messages';
import { writeGet } from './operations';
import { ProtoReader, ProtoWriter } from './protobuf';
import { encodeMessage } from './rpc-definitions';
import type { Region } from './region';

/** Messages of the calls that go to one row, each in an RPC of its own. */

export interface CellAddress {
  row: Buffer;
  family: Buffer;
  qualifier: Buffer;
}

const REGION_NAME = 1;
const BINARY_COMPARATOR = 'org.apache.hadoop.hbase.filter.BinaryComparator';
const EMPTY = Buffer.alloc(0);

/** GetRequest: region 1, get 2. */
export function getRequest(region: Region, get: RowGet): Buffer {
  const w = new ProtoWriter(region.specifier.length + get.row.length + 64).bytes(1, region.specifier);
  const message = w.begin(2);
  writeGet(w, get);
  return w.end(message).finish();
}

/** The row of a GetResponse {result 1} or a MutateResponse {result 1}; null when it has no cells. */
export function readRow(key: Buffer, { param, cells }: CallResponse): Row | null {
  const reader = new ProtoReader(param);
  const result: { cellCount: number; protoCells: ProtoReader[] } = { cellCount: 0, protoCells: [] };
  reader.each((field) => field === 1 && (readResult(reader.message(), result), true));
  if (result.protoCells.length > 0) return new Row(key, readProtoCells(param, result.protoCells), 0, result.protoCells.length);
  return result.cellCount > 0 ? new Row(key, readCellBlock(cells, result.cellCount), 0, result.cellCount) : null;
}

/** @param nonce the same in every attempt, so that the server adds once whatever the network does */
export function incrementRequest(
  region: Region,
  { row, family, qualifier }: CellAddress,
  amount: bigint,
  nonceGroup: number,
  nonce: number,
): Buffer {
  const value = Buffer.alloc(8);
  value.writeBigInt64BE(amount);
  return encodeMessage('Client', 'MutateRequest', {
    region: { type: REGION_NAME, value: region.name },
    mutation: { row, mutateType: 'INCREMENT', columnValue: [{ family, qualifierValue: [{ qualifier, value }] }], nonce },
    nonceGroup,
  });
}

/**
 * @param expected null: the cell must not exist (or be empty: HBase does not tell these apart)
 * @param timestamp milliseconds; absent: the server's clock
 */
export function compareAndSetRequest(
  region: Region,
  { row, family, qualifier }: CellAddress,
  expected: Buffer | null,
  value: Buffer,
  timestamp?: number,
): Buffer {
  // The package writes a field that is there but undefined as 0, and a cell of 1970 would be hidden by any other.
  const cell = timestamp === undefined ? { qualifier, value } : { qualifier, value, timestamp };
  const comparator = {
    name: BINARY_COMPARATOR,
    serializedComparator: encodeMessage('Client', 'BinaryComparator', { comparable: { value: expected ?? EMPTY } }),
  };
  return encodeMessage('Client', 'MutateRequest', {
    region: { type: REGION_NAME, value: region.name },
    mutation: { row, mutateType: 'PUT', columnValue: [{ family, qualifierValue: [cell] }] },
    condition: { row, family, qualifier, compareType: 'EQUAL', comparator },
  });
}

/** MutateResponse: processed 2. */
export function readProcessed({ param }: CallResponse): boolean {
  const reader = new ProtoReader(param);
  let processed = false;
  reader.each((field) => field === 2 && ((processed = reader.bool()), true));
  return processed;
}
