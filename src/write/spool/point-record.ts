import type { PointOrigin, TimedPoint } from '../types';

/** A point by name: its UIDs could not be had. */
export interface NamedPoint {
  point: TimedPoint;
  source: PointOrigin;
}

const SOURCES: readonly PointOrigin[] = ['telnet', 'http', 'import'];

/** u8 source | i64 timestamp | texts: metric, value, then key and value of each tag; a text is u32 length | UTF-8 */
export function encodePoint({ point, source }: NamedPoint): Buffer {
  const head = Buffer.allocUnsafe(9);
  head[0] = SOURCES.indexOf(source);
  head.writeBigInt64BE(BigInt(point.timestamp), 1);
  const parts = [head];
  const add = (text: string): void => {
    const bytes = Buffer.from(text, 'utf8');
    const length = Buffer.allocUnsafe(4);
    length.writeUInt32BE(bytes.length);
    parts.push(length, bytes);
  };
  add(point.metric);
  add(point.value);
  for (const [key, value] of point.tags) {
    add(key);
    add(value);
  }
  return Buffer.concat(parts);
}

/** @throws RangeError for bytes that are none */
export function decodePoint(payload: Buffer): NamedPoint {
  const timestamp = payload.readBigInt64BE(1);
  let at = 9;
  const text = (): string => {
    const from = at + 4;
    at = from + payload.readUInt32BE(at);
    return payload.toString('utf8', from, at);
  };
  const metric = text();
  const value = text();
  const tags = new Map<string, string>();
  while (at < payload.length) {
    const key = text();
    tags.set(key, text());
  }
  const safe = timestamp >= BigInt(Number.MIN_SAFE_INTEGER) && timestamp <= BigInt(Number.MAX_SAFE_INTEGER);
  return { point: { metric, timestamp: safe ? Number(timestamp) : timestamp, value, tags }, source: SOURCES[payload[0]] ?? 'telnet' };
}
