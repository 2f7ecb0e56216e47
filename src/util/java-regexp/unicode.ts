import { CodePointSet } from './code-point-set';

const SURROGATES = 0xd800;
const AFTER_SURROGATES = 0xe000;
const CHUNK = 0x8000;

const known = new Map<string, CodePointSet>();
let chunks: readonly (readonly [start: number, text: string])[] | null = null;

/** Every code point that can stand in well-formed text, in order, in pieces. */
function everything(): readonly (readonly [start: number, text: string])[] {
  const pieces: (readonly [number, string])[] = [];
  const add = (from: number, to: number): void => {
    for (let start = from; start < to; start += CHUNK) {
      const points = Array.from({ length: Math.min(CHUNK, to - start) }, (_, i) => start + i);
      pieces.push([start, points.map((c) => String.fromCodePoint(c)).join('')]);
    }
  };
  add(0, SURROGATES);
  add(AFTER_SURROGATES, 0x10000);
  add(0x10000, 0x110000);
  return (chunks ??= pieces);
}

/**
 * The code points of a Unicode property, from the tables of the JavaScript engine.
 * @param expression between the braces of `\p{}` in a JavaScript pattern, e.g. `Lu` or `Script=Greek`
 * @throws SyntaxError for one that the engine doesn't know
 */
export function unicodeSet(expression: string): CodePointSet {
  const found = known.get(expression);
  if (found) return found;
  const pattern = new RegExp(`\\p{${expression}}+`, 'gu');
  const ranges: [number, number][] = [];
  for (const [start, text] of chunks ?? everything()) {
    const width = start >= 0x10000 ? 2 : 1;
    for (const { 0: run, index } of text.matchAll(pattern)) {
      const from = start + index / width;
      ranges.push([from, from + run.length / width - 1]);
    }
  }
  if (/^(Cs|C|Any|Assigned)$/.test(expression)) ranges.push([SURROGATES, AFTER_SURROGATES - 1]);
  const set = CodePointSet.ranges(...ranges);
  known.set(expression, set);
  return set;
}

/** The code points of any of several properties. */
export function unicodeUnion(...expressions: readonly string[]): CodePointSet {
  const key = expressions.join(' ');
  const found = known.get(key);
  if (found) return found;
  const set = expressions.map(unicodeSet).reduce((a, b) => a.union(b));
  known.set(key, set);
  return set;
}
