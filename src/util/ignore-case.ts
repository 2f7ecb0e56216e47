/** Java's String.compareToIgnoreCase: character by character, in capitals and then in small letters, the shorter text first. */
export function compareIgnoringCase(a: string, b: string): number {
  const shorter = Math.min(a.length, b.length);
  for (let i = 0; i < shorter; i++) {
    const [x, y] = [folded(a[i]), folded(b[i])];
    if (x !== y) return x < y ? -1 : 1;
  }
  return a.length - b.length;
}

/** One UTF-16 unit, as Character.toUpperCase and Character.toLowerCase make it: never longer than it was. */
function folded(character: string): string {
  const upper = single(character.toUpperCase(), character);
  return single(upper.toLowerCase(), upper);
}

const single = (changed: string, original: string): string => (changed.length === 1 ? changed : original);

/** A java.util.TreeSet of texts in that order: of those that differ only in their case the first one is in it. */
export function sortedIgnoringCase<T>(items: Iterable<T>, textOf: (item: T) => string): T[] {
  const sorted = [...items].sort((a, b) => compareIgnoringCase(textOf(a), textOf(b)));
  return sorted.filter((item, i) => i === 0 || compareIgnoringCase(textOf(sorted[i - 1]), textOf(item)) !== 0);
}
