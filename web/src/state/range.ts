/** A range of an axis; null: by the values. */
export interface Range {
  readonly min: number | null;
  readonly max: number | null;
}

const NUMBER = '[-+]?(?:[0-9]+\\.?[0-9]*|\\.[0-9]+)(?:[eE][-+]?[0-9]+)?';
const RANGE = new RegExp(`^\\[\\s*(${NUMBER}|\\*)?\\s*:\\s*(${NUMBER}|\\*)?\\s*\\]$`);

/** Reads gnuplot's `[min:max]`, either end of which may be missing or `*`. @returns null for anything else */
export function parseRange(text: string): Range | null {
  const found = RANGE.exec(text.trim());
  if (found === null) return null;
  const end = (word: string | undefined): number | null => (word === undefined || word === '*' ? null : Number(word));
  return { min: end(found[1]), max: end(found[2]) };
}
