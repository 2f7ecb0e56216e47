import type { TimeSlice } from './time-slice';

/** `String.hashCode()` of Java. */
export function javaStringHash(text: string): number {
  let h = 0;
  for (let i = 0; i < text.length; i++) h = (Math.imul(h, 31) + text.charCodeAt(i)) | 0;
  return h;
}

/**
 * Distinct keys in the order in which a java.util.HashMap (or HashSet) filled one by one hands them out.
 * Clients can't rely on it, but answers are compared byte by byte with the original's.
 * @param capacity what the map was made for, a power of two; it grows as Java's does
 */
export function hashMapOrder(keys: Iterable<string>, capacity = 16): string[] {
  const distinct = [...new Set(keys)];
  const size = sizeFor(distinct.length, capacity);
  if (distinct.length === 2) return bucketOf(distinct[0], size) <= bucketOf(distinct[1], size) ? distinct : [distinct[1], distinct[0]];
  // Bucket and position in one number: both are less than 2^26, and numbers are sorted quickly.
  const order = new Float64Array(distinct.length);
  for (let i = 0; i < distinct.length; i++) order[i] = bucketOf(distinct[i], size) * size + i;
  order.sort();
  return Array.from(order, (place) => distinct[place % size]);
}

/** The same of the keys of a map that may be very many, with others having their turn meanwhile. */
export async function hashMapOrderInSlices(keys: ReadonlyMap<string, unknown>, slice: TimeSlice): Promise<string[]> {
  const distinct: string[] = [];
  const size = sizeFor(keys.size, 16);
  const order = new Float64Array(keys.size);
  for (const key of keys.keys()) {
    order[distinct.length] = bucketOf(key, size) * size + distinct.length;
    distinct.push(key);
    if (slice.isOver()) await slice.next();
  }
  order.sort();
  return Array.from(order, (place) => distinct[place % size]);
}

/** Of a map's table when so many keys are in it. */
function sizeFor(keys: number, capacity: number): number {
  let size = capacity;
  while (keys > Math.floor(size * 0.75)) size *= 2;
  return size;
}

function bucketOf(key: string, size: number): number {
  const h = javaStringHash(key);
  return (h ^ (h >>> 16)) & (size - 1);
}
