/** `String.hashCode()` of Java. */
export function javaStringHash(text: string): number {
  let h = 0;
  for (let i = 0; i < text.length; i++) h = (Math.imul(h, 31) + text.charCodeAt(i)) | 0;
  return h;
}

/**
 * Distinct keys in the order in which a java.util.HashMap (or HashSet) of default capacity, filled one by one, hands them out.
 * Clients can't rely on it, but answers are compared byte by byte with the original's.
 */
export function hashMapOrder(keys: Iterable<string>): string[] {
  const distinct = [...new Set(keys)];
  let capacity = 16;
  while (distinct.length > capacity * 0.75) capacity *= 2;
  const bucket = (key: string): number => {
    const h = javaStringHash(key);
    return (h ^ (h >>> 16)) & (capacity - 1);
  };
  return distinct
    .map((key) => ({ key, at: bucket(key) }))
    .sort((a, b) => a.at - b.at)
    .map((entry) => entry.key);
}
