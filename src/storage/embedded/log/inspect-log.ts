/** Looks the log's files over, of a store that nobody has open, and writes what can be read of them anew. */
import { appendFileSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { findRecord, type FoundRecord } from './find-record';
import {
  BY_REFERENCE,
  CHANGES,
  FAMILY_MASK,
  FAMILY_SHIFT,
  found,
  isTimed,
  isValued,
  OPERATION_MASK,
  readLogCell,
  readRecordHead,
  readSegmentHeader,
  readVarint,
  ROW_HEADER,
  SEAL,
  SEGMENT_HEADER,
  type Operation,
  type RecordStart,
} from './layout';
import { listSegments, makeSegment, segmentPath } from './log-files';
import { RecordWriter } from './record-writer';

export interface LogReport {
  damages: { file: string; what: string }[];
  /** Entries that can be read, by table. */
  entries: Map<string, number>;
  /** Bytes of the files. */
  size: number;
}

/** @param first number of the first segment that is needed; null: nobody knows. @param target directory that gets what can be read */
export function inspectLog(directory: string, first: number | null, target: string | null): LogReport {
  const report: LogReport = { damages: [], entries: new Map(), size: 0 };
  const numbers = listSegments(directory).filter((n) => first === null || n >= first);
  const last = numbers.at(-1) ?? 0;
  // In a new store whose place in the log is not known, the log starts at one.
  const offset = first === null && numbers.length > 0 ? 1 - numbers[0] : 0;
  for (let n = first ?? numbers[0] ?? 1; n <= last; n++) {
    const path = segmentPath(directory, n);
    const copy = target === null ? null : new SegmentCopy(target, n + offset);
    if (numbers.includes(n)) inspectSegment(path, n, n === last, report, copy);
    else report.damages.push({ file: basename(path), what: 'is missing' });
    // What comes after it is read only behind a seal.
    copy?.end(n < last);
  }
  return report;
}

function inspectSegment(path: string, number: number, isLast: boolean, report: LogReport, copy: SegmentCopy | null): void {
  const file = basename(path);
  const bytes = readFileSync(path);
  report.size += bytes.length;
  const header = readSegmentHeader(bytes);
  if (header?.number !== number) {
    report.damages.push({ file, what: 'has no header of a segment: nothing of it can be read' });
    return;
  }
  const rows = new Map<number, Buffer>();
  let at = SEGMENT_HEADER;
  let lost = 0;
  let sealed = false;
  for (
    let record = findRecord(bytes, at, bytes.length, header.salt);
    record !== null;
    record = findRecord(bytes, at, bytes.length, header.salt)
  ) {
    if (record.gap === 'damage' || record.gap === 'lost')
      report.damages.push({ file, what: `is damaged between bytes ${at} and ${record.at}` });
    at = record.end;
    sealed = bytes[record.payloadAt] === SEAL;
    if (sealed) break;
    lost += inspectRecord(bytes, record, rows, report, copy);
  }
  if (lost > 0) report.damages.push({ file, what: `has ${lost} entries whose rows were named in what is damaged` });
  if (!isLast && !sealed) report.damages.push({ file, what: 'ends without a seal' });
}

/** @returns how many entries belong to rows that are not known */
function inspectRecord(bytes: Buffer, record: FoundRecord, rows: Map<number, Buffer>, report: LogReport, copy: SegmentCopy | null): number {
  const head = readRecordHead(bytes, record.payloadAt);
  if (head.kind !== CHANGES) return 0;
  copy?.begin(head);
  let lost = 0;
  let readable = 0;
  for (let at = head.entriesAt; at < record.end;) {
    const first = bytes[at++];
    const operation = (first & OPERATION_MASK) as Operation;
    let row: Buffer | undefined;
    if ((first & BY_REFERENCE) === 0) {
      const from = at + ROW_HEADER;
      row = bytes.subarray(from, from + bytes.readUInt16BE(at + 4));
      rows.set(at, row);
      at = from + row.length;
    } else {
      row = rows.get(bytes.readUInt32BE(at));
      at += 4;
    }
    const count = readVarint(bytes, at);
    at = found.at;
    if (row === undefined) lost++;
    else {
      readable++;
      copy?.entry(operation, (first >>> FAMILY_SHIFT) & FAMILY_MASK, row, count);
    }
    for (let i = 0; i < count; i++) {
      readLogCell(bytes, at, operation);
      at = found.at;
      if (row !== undefined) copy?.cell(bytes, operation);
    }
  }
  copy?.endRecord();
  report.entries.set(head.table, (report.entries.get(head.table) ?? 0) + readable);
  return lost;
}

/** A segment of the new store, with each row's whole key: where a row stood means nothing there. */
class SegmentCopy {
  private readonly path: string;
  private readonly salt: number;
  private readonly records = new RecordWriter();

  constructor(directory: string, number: number) {
    makeSegment(directory, number);
    this.path = segmentPath(directory, number);
    this.salt = readSegmentHeader(readFileSync(this.path))?.salt ?? 0;
  }

  begin(head: RecordStart): void {
    this.records.clear().begin(head);
  }

  entry(operation: Operation, family: number, row: Buffer, cells: number): void {
    this.records.entry(operation, family, row, 0, cells);
  }

  /** The cell that was read last. */
  cell(bytes: Buffer, operation: Operation): void {
    const { timestamp, qualifierAt, qualifierLength, valueAt, valueLength } = found;
    const value = isValued(operation) ? bytes.subarray(valueAt, valueAt + valueLength) : null;
    this.records.cell(isTimed(operation) ? timestamp : null, bytes.subarray(qualifierAt, qualifierAt + qualifierLength), value);
  }

  endRecord(): void {
    this.records.end(this.salt);
    appendFileSync(this.path, this.records.bytes.subarray(0, this.records.length));
  }

  end(sealed: boolean): void {
    if (!sealed) return;
    this.begin({ kind: SEAL, writer: 0, sequence: 0, time: 0, table: '', families: [] });
    this.endRecord();
  }
}
