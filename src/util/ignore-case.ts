import { sortInSlices } from './sort-in-slices';
import type { TimeSlice } from './time-slice';

const ASCII = /^[\0-\x7f]*$/;

/**
 * A text whose place among others, by UTF-16 units and the shorter one first, is that of Java's String.compareToIgnoreCase: every unit as
 * Character.toUpperCase and then Character.toLowerCase make it.
 */
export function foldedCase(text: string): string {
  if (ASCII.test(text)) return text.toLowerCase();
  let folded = '';
  for (let i = 0; i < text.length; i++) folded += foldedUnit(text[i]);
  return folded;
}

/** Never longer than it was. */
function foldedUnit(character: string): string {
  const upper = single(character.toUpperCase(), character);
  return single(upper.toLowerCase(), upper);
}

const single = (changed: string, original: string): string => (changed.length === 1 ? changed : original);

/** A java.util.TreeSet of texts without regard to case: of those that differ only in their case the first one is in it. */
export async function sortedIgnoringCase<T>(items: Iterable<T>, textOf: (item: T) => string, slice: TimeSlice): Promise<T[]> {
  const keyed: { readonly key: string; readonly item: T }[] = [];
  for (const item of items) {
    keyed.push({ key: foldedCase(textOf(item)), item });
    if (slice.isOver()) await slice.next();
  }
  const sorted = await sortInSlices(keyed, (a, b) => (a.key === b.key ? 0 : a.key < b.key ? -1 : 1), slice);
  const distinct: T[] = [];
  for (let i = 0; i < sorted.length; i++) {
    if (i === 0 || sorted[i - 1].key !== sorted[i].key) distinct.push(sorted[i].item);
    if (i % 1024 === 0 && slice.isOver()) await slice.next();
  }
  return distinct;
}
