import { ProtoReader, ProtoWriter } from './protobuf';

export interface ServerAddress {
  host: string;
  port: number;
}

export function addressOf(server: ServerAddress): string {
  return `${server.host}:${server.port}`;
}

/** A region as hbase:meta describes it. */
export interface Region {
  table: string;
  /** `table,start key,id.md5.` */
  name: Buffer;
  /** Inclusive; empty: from the beginning of the table. */
  startKey: Buffer;
  /** Exclusive; empty: to the end of the table. */
  endKey: Buffer;
  server: ServerAddress;
  /** RegionSpecifier of this region, encoded. */
  specifier: Buffer;
}

/** A region for people: `tsdb [00002a,00002b)`, its table and its first and last key. */
export function regionText({ table, startKey, endKey }: Region): string {
  return `${table} [${startKey.toString('hex')},${endKey.toString('hex')})`;
}

/** The region's name as HBase's own tools print it: bytes that are no letters as `\\x00`. */
export function printedRegionName({ name }: Region): string {
  return name.toString('latin1').replace(/[^ -[\]-~]/g, (c) => `\\x${c.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`);
}

export function regionHolds(region: Region, row: Buffer): boolean {
  return region.startKey.compare(row) <= 0 && (region.endKey.length === 0 || row.compare(region.endKey) < 0);
}

/** The same of a key within a buffer, byte by byte: a few bytes tell, mostly. */
export function regionHoldsKey({ startKey, endKey }: Region, bytes: Uint8Array, at: number, length: number): boolean {
  return compareKey(startKey, bytes, at, length) <= 0 && (endKey.length === 0 || compareKey(endKey, bytes, at, length) > 0);
}

/** Below 0: `border` is before the key. */
function compareKey(border: Uint8Array, bytes: Uint8Array, at: number, length: number): number {
  const shared = Math.min(border.length, length);
  for (let i = 0; i < shared; i++) if (border[i] !== bytes[at + i]) return border[i] - bytes[at + i];
  return border.length - length;
}

/** Lengths are 16 bits with a sign. */
const MAX_ROW_BYTES = 0x7fff;

/** Why HBase would refuse a row key, or null. One such row would make it refuse the whole request. */
export function rowProblem(row: Buffer): string | null {
  return keyProblem(row.length);
}

/** The same of a key of so many bytes. */
export function keyProblem(length: number): string | null {
  if (length === 0) return 'Row length is 0';
  return length > MAX_ROW_BYTES ? `Row length ${length} is > ${MAX_ROW_BYTES}` : null;
}

/** RegionSpecifier: type 1 (REGION_NAME), value 2. */
export function regionSpecifier(name: Buffer): Buffer {
  return new ProtoWriter(name.length + 8).uint(1, 1).bytes(2, name).finish();
}

/** What the cell info:regioninfo says. */
export interface RegionInfo {
  table: string;
  startKey: Buffer;
  endKey: Buffer;
  /** The region is a parent whose daughters have taken over, or is being taken down. */
  offline: boolean;
  replica: number;
}

const PROTO_MAGIC = Buffer.from('PBUF');

/** @throws RangeError when the value is not a RegionInfo behind the magic `PBUF` */
export function readRegionInfo(value: Buffer): RegionInfo {
  if (!value.subarray(0, 4).equals(PROTO_MAGIC)) throw new RangeError('info:regioninfo does not begin with PBUF');
  const info: RegionInfo = { table: '', startKey: Buffer.alloc(0), endKey: Buffer.alloc(0), offline: false, replica: 0 };
  const reader = new ProtoReader(value, 4);
  reader.each((field) => {
    if (field === 2) info.table = readTableName(reader.message());
    else if (field === 3) info.startKey = Buffer.from(reader.bytes());
    else if (field === 4) info.endKey = Buffer.from(reader.bytes());
    else if (field === 5 || field === 6) info.offline = reader.bool() || info.offline;
    else if (field === 7) info.replica = reader.uint();
    else return false;
    return true;
  });
  return info;
}

/** TableName {namespace 1, qualifier 2} as HBase prints it: the namespace `default` is not shown. */
function readTableName(reader: ProtoReader): string {
  let namespace = '';
  let qualifier = '';
  reader.each((field) => {
    if (field === 1) namespace = reader.string();
    else if (field === 2) qualifier = reader.string();
    else return false;
    return true;
  });
  return namespace === 'default' ? qualifier : `${namespace}:${qualifier}`;
}

/** `namespace:name`, or a name in the namespace `default`. */
export function splitTableName(table: string): { namespace: string; qualifier: string } {
  const colon = table.indexOf(':');
  return colon < 0 ? { namespace: 'default', qualifier: table } : { namespace: table.slice(0, colon), qualifier: table.slice(colon + 1) };
}
