import { ProtoReader } from '../../../src/storage/hbase/protobuf';

/** The requests of HBase's client protocol, as far as the sink looks at them. */

/** RegionSpecifier {value 2}: the region's name is `table,start key,id.md5.`. */
export function readTable(reader: ProtoReader): string {
  let table = '';
  reader.each((field) => {
    if (field !== 2) return false;
    const name = reader.bytes();
    table = name.toString('latin1', 0, name.indexOf(0x2c));
    return true;
  });
  return table;
}

export interface Columns {
  family: string;
  /** Empty: all of the family. */
  qualifiers: string[];
}

function readColumns(reader: ProtoReader): Columns {
  const columns: Columns = { family: '', qualifiers: [] };
  reader.each((field) => {
    if (field === 1) columns.family = latin1(reader);
    else if (field === 2) columns.qualifiers.push(latin1(reader));
    else return false;
    return true;
  });
  return columns;
}

export interface GetMessage {
  row: string;
  columns: Columns[];
}

/** Get: row 1, column 2. */
export function readGet(reader: ProtoReader): GetMessage {
  const get: GetMessage = { row: '', columns: [] };
  reader.each((field) => {
    if (field === 1) get.row = latin1(reader);
    else if (field === 2) get.columns.push(readColumns(reader.message()));
    else return false;
    return true;
  });
  return get;
}

export interface ScanMessage {
  columns: Columns[];
  start: string;
  /** Empty: no end. */
  stop: string;
  includeStart: boolean;
  includeStop: boolean;
  reversed: boolean;
  filtered: boolean;
}

export interface ScanCall {
  table: string;
  /** Null: a call on a scanner that was opened before. */
  scan: ScanMessage | null;
  scannerId: number;
  rows: number;
  close: boolean;
}

/** ScanRequest: region 1, scan 2, scanner_id 3, number_of_rows 4, close_scanner 5. */
export function readScanCall(param: Buffer): ScanCall {
  const call: ScanCall = { table: '', scan: null, scannerId: 0, rows: 0, close: false };
  const reader = new ProtoReader(param);
  reader.each((field) => {
    if (field === 1) call.table = readTable(reader.message());
    else if (field === 2) call.scan = readScan(reader.message());
    else if (field === 3) call.scannerId = reader.uint();
    else if (field === 4) call.rows = reader.uint();
    else if (field === 5) call.close = reader.bool();
    else return false;
    return true;
  });
  return call;
}

function readScan(reader: ProtoReader): ScanMessage {
  const scan: ScanMessage = {
    columns: [],
    start: '',
    stop: '',
    includeStart: true,
    includeStop: false,
    reversed: false,
    filtered: false,
  };
  reader.each((field) => {
    if (field === 1) scan.columns.push(readColumns(reader.message()));
    else if (field === 3) scan.start = latin1(reader);
    else if (field === 4) scan.stop = latin1(reader);
    else if (field === 5) {
      reader.bytes();
      scan.filtered = true;
    } else if (field === 15) scan.reversed = reader.bool();
    else if (field === 21) scan.includeStart = reader.bool();
    else if (field === 22) scan.includeStop = reader.bool();
    else return false;
    return true;
  });
  return scan;
}

export const MUTATE_INCREMENT = 1;
export const MUTATE_PUT = 2;

export interface MutateCall {
  table: string;
  row: string;
  type: number;
  family: string;
  qualifier: string;
  value: string;
  /** What the cell has to hold; empty: nothing. Null: the mutation has no condition. */
  expected: string | null;
}

/** MutateRequest: region 1, mutation 2 {row 1, type 2, column_value 3}, condition 3. One column, as the client sends it. */
export function readMutateCall(param: Buffer): MutateCall {
  const call: MutateCall = { table: '', row: '', type: MUTATE_PUT, family: '', qualifier: '', value: '', expected: null };
  const reader = new ProtoReader(param);
  reader.each((field) => {
    if (field === 1) call.table = readTable(reader.message());
    else if (field === 2) readMutation(reader.message(), call);
    else if (field === 3) call.expected = readExpected(reader.message());
    else return false;
    return true;
  });
  return call;
}

function readMutation(reader: ProtoReader, call: MutateCall): void {
  reader.each((field) => {
    if (field === 1) call.row = latin1(reader);
    else if (field === 2) call.type = reader.uint();
    else if (field === 3) readColumnValue(reader.message(), call);
    else return false;
    return true;
  });
}

/** ColumnValue: family 1, qualifier_value 2 {qualifier 1, value 2}. */
function readColumnValue(reader: ProtoReader, call: MutateCall): void {
  reader.each((field) => {
    if (field === 1) call.family = latin1(reader);
    else if (field === 2) {
      const cell = reader.message();
      cell.each((f) => {
        if (f === 1) call.qualifier = latin1(cell);
        else if (f === 2) call.value = latin1(cell);
        else return false;
        return true;
      });
    } else return false;
    return true;
  });
}

/** Condition {comparator 5 {serialized 2 {comparable 1 {value 1}}}}: messages in messages, of which only the innermost says something. */
function readExpected(condition: ProtoReader): string {
  let expected = '';
  const descend = (reader: ProtoReader, [wanted, ...rest]: number[]): void =>
    reader.each((field) => {
      if (field !== wanted) return false;
      if (rest.length > 0) descend(reader.message(), rest);
      else expected = latin1(reader);
      return true;
    });
  descend(condition, [5, 2, 1, 1]);
  return expected;
}

function latin1(reader: ProtoReader): string {
  return reader.bytes().toString('latin1');
}
