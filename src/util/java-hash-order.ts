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
  return distinct
    .map((key) => ({ key, at: bucket(key) }))
    .sort((a, b) => a.at - b.at)
    .map((entry) => entry.key);
}
