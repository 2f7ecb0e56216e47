import { ProtoReader, ProtoWriter } from './protobuf';

/** The fields of a Scan message. */
export interface ScanSpec {
  startRow: Buffer;
  includeStart: boolean;
  /** Empty: no end. */
  stopRow: Buffer;
  includeStop?: boolean;
  reversed?: boolean;
  family?: Buffer;
  qualifiers?: readonly Buffer[];
  /** Filter message, encoded. */
  filter?: Buffer;
  timeRange?: { min: number; max: number };
  /** Bytes of cells a response should hold, about. */
  maxResultSize?: number;
  /** Read block by block. Otherwise the server switches to streaming after four blocks, which opens its files anew. */
  pread?: boolean;
}

const READ_TYPE_PREAD = 2;

/** Asks for as many rows as fit the size. */
export const ALL_ROWS = 0x7fff_ffff;

function encodeScan(spec: ScanSpec): Buffer {
  const w = new ProtoWriter(256);
  if (spec.family) {
    const column = w.begin(1);
    w.bytes(1, spec.family);
    for (const qualifier of spec.qualifiers ?? []) w.bytes(2, qualifier);
    w.end(column);
  }
  if (spec.startRow.length) w.bytes(3, spec.startRow);
  if (spec.stopRow.length) w.bytes(4, spec.stopRow);
  if (spec.filter) w.bytes(5, spec.filter);
  if (spec.timeRange) {
    const range = w.begin(6);
    w.uint(1, spec.timeRange.min).uint(2, spec.timeRange.max).end(range);
  }
  w.uint(7, 1);
  if (spec.maxResultSize) w.uint(10, spec.maxResultSize);
  if (spec.reversed) w.bool(15, true);
  if (!spec.includeStart) w.bool(21, false);
  if (spec.includeStop) w.bool(22, true);
  if (spec.pread) w.uint(23, READ_TYPE_PREAD);
  return w.finish();
}

/** Opens a scanner in a region and asks for its first rows. @param limit rows after which the server ends the scan; 0: none */
export function openScannerRequest(specifier: Buffer, spec: ScanSpec, rows: number, limit: number, closeAtOnce = false): Buffer {
  const w = new ProtoWriter(512).bytes(1, specifier).bytes(2, encodeScan(spec)).uint(4, rows);
  if (closeAtOnce) w.bool(5, true);
  w.uint(6, 0).bool(7, true).bool(8, true);
  if (limit > 0) w.uint(11, limit);
  return w.finish();
}

/** @param sequence counts the calls on this scanner; the opening call was 0 */
export function nextRowsRequest(scannerId: bigint, sequence: number, rows: number, limit: number): Buffer {
  const w = new ProtoWriter(48).uint64(3, scannerId).uint(4, rows).uint(6, sequence).bool(7, true).bool(8, true);
  if (limit > 0) w.uint(11, limit);
  return w.finish();
}

export function closeScannerRequest(scannerId: bigint): Buffer {
  return new ProtoWriter(24).uint64(3, scannerId).uint(4, 0).bool(5, true).finish();
}

export interface ScanResponse {
  /** One number a result: its cells in the cell block. */
  cellsPerResult: number[];
  /** One a result, not 0: its row goes on in the next result. May be shorter than cellsPerResult. */
  partial: number[];
  scannerId: bigint | null;
  /** False: the scan has ended (stop row, limit or filter). */
  moreResults: boolean;
  /** False: the region has no more rows and the server has closed the scanner. */
  moreInRegion: boolean;
}

/** Neither the number of rows nor emptiness says anything about the end: a heartbeat is an empty or short response. */
export function readScanResponse(message: Buffer): ScanResponse {
  const reader = new ProtoReader(message);
  const response: ScanResponse = { cellsPerResult: [], partial: [], scannerId: null, moreResults: true, moreInRegion: true };
  reader.each((field, wireType) => {
    if (field === 1) reader.repeatedUint(wireType, response.cellsPerResult);
    else if (field === 2) response.scannerId = reader.uint64();
    else if (field === 3) response.moreResults = reader.bool();
    else if (field === 7) reader.repeatedUint(wireType, response.partial);
    else if (field === 8) response.moreInRegion = reader.bool();
    else return false;
    return true;
  });
  return response;
}
