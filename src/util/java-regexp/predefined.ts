import { CodePointSet } from './code-point-set';
import { unicodeSet, unicodeUnion } from './unicode';

const { ranges, of } = CodePointSet;

const DIGIT = ranges([0x30, 0x39]);
const UPPER = ranges([0x41, 0x5a]);
const LOWER = ranges([0x61, 0x7a]);
const ALPHA = UPPER.union(LOWER);
const ALNUM = ALPHA.union(DIGIT);
const GRAPH = ranges([0x21, 0x7e]);
const SPACE = ranges([0x09, 0x0d], [0x20, 0x20]);
const WORD = ALNUM.union(of(0x5f));

export const LINE_TERMINATORS = of(0x0a, 0x0d, 0x85, 0x2028, 0x2029);
export const VERTICAL_SPACE = ranges([0x0a, 0x0d], [0x85, 0x85], [0x2028, 0x2029]);
const HORIZONTAL_SPACE = ranges(
  ...[0x09, 0x20, 0xa0, 0x1680, 0x180e, 0x202f, 0x205f, 0x3000].map((c) => [c, c] as const),
  [0x2000, 0x200a],
);

/** The POSIX classes of `\p{...}`, ASCII only. */
export const POSIX: ReadonlyMap<string, CodePointSet> = new Map([
  ['ASCII', ranges([0, 0x7f])],
  ['Alnum', ALNUM],
  ['Alpha', ALPHA],
  ['Blank', of(0x09, 0x20)],
  ['Cntrl', ranges([0, 0x1f], [0x7f, 0x7f])],
  ['Digit', DIGIT],
  ['Graph', GRAPH],
  ['Lower', LOWER],
  ['Print', ranges([0x20, 0x7e])],
  ['Punct', GRAPH.intersect(ALNUM.complement())],
  ['Space', SPACE],
  ['Upper', UPPER],
  ['XDigit', ranges([0x30, 0x39], [0x41, 0x46], [0x61, 0x66])],
]);

/** Letters, marks, digits and joiners: `\w` under `(?U)`. */
export function unicodeWord(): CodePointSet {
  return unicodeUnion('Alphabetic', 'Mn', 'Me', 'Mc', 'Nd', 'Pc', 'Join_Control');
}

/** What `\b` takes for part of a word without `(?U)`, beside the underscore. */
export function lettersAndDigits(): CodePointSet {
  return unicodeUnion('L', 'Nd');
}

/**
 * The set that a letter after a backslash stands for; null for one that stands for none.
 * @param unicode whether `(?U)` is on
 */
export function predefinedClass(letter: string, unicode: boolean): CodePointSet | null {
  const positive = positiveClass(letter.toLowerCase(), unicode);
  return positive && letter !== letter.toLowerCase() ? positive.complement() : positive;
}

function positiveClass(letter: string, unicode: boolean): CodePointSet | null {
  switch (letter) {
    case 'd':
      return unicode ? unicodeSet('Nd') : DIGIT;
    case 's':
      return unicode ? unicodeSet('White_Space') : SPACE;
    case 'w':
      return unicode ? unicodeWord() : WORD;
    case 'h':
      return HORIZONTAL_SPACE;
    case 'v':
      return VERTICAL_SPACE;
    default:
      return null;
  }
}
