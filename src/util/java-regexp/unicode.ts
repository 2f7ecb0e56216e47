import { CodePointSet } from './code-point-set';

const SURROGATES = 0xd800;
const AFTER_SURROGATES = 0xe000;
const CHUNK = 0x1000;

const known = new Map<string, CodePointSet>();
let chunks: readonly (readonly [start: number, text: string])[] | null = null;

/** Planes in which characters differ; of the others only the last two of each are not like the first. */
const PLANES = [0, 1, 2, 3, 14];

/** The code points of those planes that can stand in well-formed text, in order, in pieces. */
function everything(): readonly (readonly [start: number, text: string])[] {
  const pieces: (readonly [number, string])[] = [];
  const add = (from: number, to: number): void => {
    for (let start = from; start < to; start += CHUNK) {
      const points = Array.from({ length: Math.min(CHUNK, to - start) }, (_, i) => start + i);
      pieces.push([start, String.fromCodePoint(...points)]);
    }
  };
  add(0, SURROGATES);
  add(AFTER_SURROGATES, 0x10000);
  for (const plane of PLANES.slice(1)) add(plane << 16, (plane + 1) << 16);
  return (chunks = pieces);
}

/** The stretches of the other planes whose code points have all the same properties. */
function uniformStretches(): readonly (readonly [from: number, to: number])[] {
  return Array.from({ length: 17 }, (_, plane) => plane)
    .filter((plane) => !PLANES.includes(plane))
    .flatMap((plane) => {
      const start = plane << 16;
      return [
        [start, start + 0xfffd],
        [start + 0xfffe, start + 0xffff],
      ] as const;
    });
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
  const one = new RegExp(`\\p{${expression}}`, 'u');
  for (const range of uniformStretches()) if (one.test(String.fromCodePoint(range[0]))) ranges.push([...range]);
  if (/^(Cs|C|Any|Assigned)$/.test(expression)) ranges.push([SURROGATES, AFTER_SURROGATES - 1]);
  const set = CodePointSet.fromRanges(ranges);
  known.set(expression, set);
  return set;
}

/** The code points of any of several properties. */
export function unicodeUnion(...expressions: readonly string[]): CodePointSet {
  const key = expressions.join(' ');
  const found = known.get(key);
  if (found) return found;
  const set = CodePointSet.union(expressions.map(unicodeSet));
  known.set(key, set);
  return set;
}
