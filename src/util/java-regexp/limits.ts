import { UnsupportedPatternError } from './errors';
import { programSize } from './program';
import type { PatternNode } from './tree';

/** How large a pattern may be. */
export interface PatternLimits {
  /** UTF-16 units of the pattern. */
  readonly characters: number;
  /** Instructions of its program, which is what a character of a text may cost. */
  readonly instructions: number;
}

/** @throws UnsupportedPatternError */
export function checkLength(pattern: string, { characters }: PatternLimits): void {
  if (pattern.length <= characters) return;
  throw new UnsupportedPatternError(`A regular expression of ${pattern.length} characters is longer than the ${characters} allowed`);
}

/** @throws UnsupportedPatternError */
export function checkSize(tree: PatternNode, { instructions }: PatternLimits): void {
  const size = programSize(tree);
  if (size <= instructions) return;
  throw new UnsupportedPatternError(
    `A regular expression that compiles to ${size} instructions is larger than the ${instructions} allowed`,
  );
}
