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
  let size = capacity;
  while (distinct.length > Math.floor(size * 0.75)) size *= 2;
  const bucket = (key: string): number => {
    const h = javaStringHash(key);
    return (h ^ (h >>> 16)) & (size - 1);
  };
  if (distinct.length === 2) return bucket(distinct[0]) <= bucket(distinct[1]) ? distinct : [distinct[1], distinct[0]];
  // Bucket and position in one number: both are less than 2^26, and numbers are sorted quickly.
  const order = new Float64Array(distinct.length);
  for (let i = 0; i < distinct.length; i++) order[i] = bucket(distinct[i]) * size + i;
  order.sort();
  return Array.from(order, (place) => distinct[place % size]);
}
