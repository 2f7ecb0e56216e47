import { baseTimeAt, tagsAt, type KeyLayout } from './layout';

/**
 * Java's Arrays.hashCode(byte[]): signed bytes, 32-bit wrap-around.
 * @param hash what to go on from, so that several pieces hash like their concatenation
 */
export function javaHashCode(bytes: Uint8Array, from = 0, to = bytes.length, hash = 1): number {
  let h = hash;
  for (let i = from; i < to; i++) h = (Math.imul(31, h) + ((bytes[i] << 24) >> 24)) | 0;
  return h;
}

/** The bucket of a key's series: metric and tags, not the time. The remainder keeps its sign before it is made positive. */
export function saltBucket(layout: KeyLayout, key: Uint8Array): number {
  const metricHash = javaHashCode(key, layout.salt, baseTimeAt(layout));
  return Math.abs(javaHashCode(key, tagsAt(layout), key.length, metricHash) % layout.saltBuckets);
}

/**
 * Fills in the salt of a key in place. Left alone: the row of global annotations (metric all zero) and keys too short to
 * have a metric. Mirrors RowKey.prefixKeyWithSalt.
 */
export function applySalt(layout: KeyLayout, key: Uint8Array): void {
  if (layout.salt === 0 || key.length < baseTimeAt(layout) || isZero(key, layout.salt, baseTimeAt(layout))) return;
  writeSalt(layout, key, saltBucket(layout, key));
}

/** Writes a bucket number as a key's salt. Wider than four bytes its low bytes repeat: Java's shift count wraps at 32. */
function writeSalt(layout: KeyLayout, key: Uint8Array, bucket: number): void {
  for (let i = 1, shift = 0; i <= layout.salt; i++, shift += 8) key[layout.salt - i] = bucket >>> shift;
}

/** Every salt a series of this layout can have, for scans: one empty buffer when salting is off. Mirrors RowKey.getSaltBytes. */
export function allSalts(layout: KeyLayout): Buffer[] {
  if (layout.salt === 0) return [Buffer.alloc(0)];
  return Array.from({ length: layout.saltBuckets }, (_, bucket) => {
    const salt = Buffer.alloc(layout.salt);
    writeSalt(layout, salt, bucket);
    return salt;
  });
}

function isZero(bytes: Uint8Array, from: number, to: number): boolean {
  for (let i = from; i < to; i++) if (bytes[i] !== 0) return false;
  return true;
}
