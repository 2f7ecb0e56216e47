import type { PointOrigin, SeriesCell, TimedPoint } from '../types';

/** A point by name: its UIDs could not be had. */
export interface NamedPoint {
  point: TimedPoint;
  source: PointOrigin;
}

/** A cell of another kind than points', by name as well. */
export interface NamedCell {
  point: SeriesCell;
  source: 'cell';
}

export type Named = NamedPoint | NamedCell;

/** Numbers stand for these in records: new ones go to the end. */
const SOURCES: readonly Named['source'][] = ['telnet', 'http', 'import', 'cell'];

/**
 * u8 source | i64 timestamp, of a cell its row's base time | texts: metric, value, then key and value of each tag; a text is u32 length | bytes.
 * A cell's value is u8 length of the table's name | name | u8 length of the qualifier | qualifier | value.
 */
export function encodePoint(named: Named): Buffer {
  const isCell = named.source === 'cell';
  const { point } = named;
  const head = Buffer.allocUnsafe(9);
  head[0] = SOURCES.indexOf(named.source);
  head.writeBigInt64BE(BigInt(isCell ? named.point.baseTime : named.point.timestamp), 1);
  const parts: Buffer[] = [head];
  const add = (bytes: Buffer): void => {
    const length = Buffer.allocUnsafe(4);
    length.writeUInt32BE(bytes.length);
    parts.push(length, bytes);
  };
  add(Buffer.from(point.metric, 'utf8'));
  add(isCell ? cellBytes(named.point) : Buffer.from(named.point.value, 'utf8'));
  for (const [key, value] of point.tags) {
    add(Buffer.from(key, 'utf8'));
    add(Buffer.from(value, 'utf8'));
  }
  return Buffer.concat(parts);
}

function cellBytes({ table, qualifier, value }: SeriesCell): Buffer {
  const name = Buffer.from(table, 'utf8');
  return Buffer.concat([Buffer.of(name.length), name, Buffer.of(qualifier.length), qualifier, value]);
}

/** @throws RangeError for bytes that are none */
export function decodePoint(payload: Buffer): Named {
  const timestamp = payload.readBigInt64BE(1);
  let at = 9;
  const bytes = (): Buffer => {
    const from = at + 4;
    at = from + payload.readUInt32BE(at);
    return payload.subarray(from, at);
  };
  const metric = bytes().toString('utf8');
  const value = bytes();
  const tags = new Map<string, string>();
  while (at < payload.length) {
    const key = bytes().toString('utf8');
    tags.set(key, bytes().toString('utf8'));
  }
  const source = SOURCES[payload[0]] ?? 'telnet';
  if (source === 'cell') return { point: cellOf(metric, tags, Number(timestamp), value), source };
  const safe = timestamp >= BigInt(Number.MIN_SAFE_INTEGER) && timestamp <= BigInt(Number.MAX_SAFE_INTEGER);
  return { point: { metric, timestamp: safe ? Number(timestamp) : timestamp, value: value.toString('utf8'), tags }, source };
}

function cellOf(metric: string, tags: ReadonlyMap<string, string>, baseTime: number, bytes: Buffer): SeriesCell {
  const qualifierAt = 1 + bytes.readUInt8(0);
  const valueAt = qualifierAt + 1 + bytes.readUInt8(qualifierAt);
  const part = (from: number, to?: number): Buffer => Buffer.from(bytes.subarray(from, to));
  const table = bytes.toString('utf8', 1, qualifierAt);
  return { metric, tags, table, baseTime, qualifier: part(qualifierAt + 1, valueAt), value: part(valueAt) };
}
