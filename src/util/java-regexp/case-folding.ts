import { CodePointSet } from './code-point-set';
import { unicodeSet } from './unicode';

/** How letters are told from each other: each is its own; ASCII letters ignore case; all letters ignore case. */
export type CaseRule = 'exact' | 'ascii' | 'unicode';

interface Folding {
  readonly codePoint: number;
  readonly upper: number;
  /** Lower case of the upper case: letters that agree in it are one letter to Java. */
  readonly folded: number;
}

let foldings: readonly Folding[] | null = null;

let letters: ReadonlyMap<number, CodePointSet> | null = null;

/** By letter, those that are the same without regard to case. */
function alike(): ReadonlyMap<number, CodePointSet> {
  if (letters) return letters;
  const byFolded = new Map<number, number[]>();
  for (const { codePoint, folded } of allFoldings()) byFolded.set(folded, [...(byFolded.get(folded) ?? []), codePoint]);
  return (letters = new Map([...byFolded.values()].flatMap((same) => same.map((c) => [c, CodePointSet.of(...same)] as const))));
}

function single(text: string): number | null {
  const codePoint = text.codePointAt(0) ?? 0;
  return text.length === (codePoint > 0xffff ? 2 : 1) ? codePoint : null;
}

/** Every letter that has another case. Java maps one character to one, where JavaScript may write several. */
function allFoldings(): readonly Folding[] {
  if (foldings) return foldings;
  const lowerOf = new Map<number, number>();
  const upperOf = new Map<number, number>();
  const cased = unicodeSet('Changes_When_Casemapped').bounds;
  const points: number[] = [];
  for (let i = 0; i < cased.length; i += 2) for (let c = cased[i]; c < cased[i + 1]; c++) points.push(c);
  for (const c of points) {
    const text = String.fromCodePoint(c);
    const lower = c === 0x130 ? 0x69 : single(text.toLowerCase());
    if (lower !== null && lower !== c) lowerOf.set(c, lower);
    const upper = single(text.toUpperCase());
    if (upper !== null && upper !== c) upperOf.set(c, upper);
  }
  // Greek letters with an iota below: the capital is one character to Java and two to JavaScript.
  for (const [upper, lower] of lowerOf) if (upper >= 0x1f88 && upper <= 0x1ffc && !upperOf.has(lower)) upperOf.set(lower, upper);
  foldings = points.map((codePoint) => {
    const upper = upperOf.get(codePoint) ?? codePoint;
    return { codePoint, upper, folded: lowerOf.get(upper) ?? upper };
  });
  return foldings;
}

function swapAsciiCase(c: number): number | null {
  if (c >= 0x41 && c <= 0x5a) return c + 32;
  return c >= 0x61 && c <= 0x7a ? c - 32 : null;
}

/** By rule, the sets of ASCII characters: those of one character are one object, which is how programs tell that they are alike. */
const ascii = new Map<CaseRule, (CodePointSet | undefined)[]>([
  ['exact', []],
  ['ascii', []],
  ['unicode', []],
]);

/** What one character of a pattern stands for. */
export function foldCharacter(c: number, rule: CaseRule): CodePointSet {
  const known = c < 0x80 ? ascii.get(rule) : undefined;
  if (!known) return setOf(c, rule);
  return (known[c] ??= setOf(c, rule));
}

function setOf(c: number, rule: CaseRule): CodePointSet {
  if (rule === 'exact') return CodePointSet.of(c);
  if (rule === 'ascii') {
    const other = swapAsciiCase(c);
    return other === null ? CodePointSet.of(c) : CodePointSet.of(c, other);
  }
  return alike().get(c) ?? CodePointSet.of(c);
}

/** What a range of a class stands for: a character whose upper case, or whose lower case of that, lies in it counts, too. */
export function foldRange(from: number, to: number, rule: CaseRule): CodePointSet {
  const range = CodePointSet.ranges([from, to]);
  if (rule === 'exact') return range;
  const inside = (c: number): boolean => c >= from && c <= to;
  const more: number[] = [];
  if (rule === 'ascii') {
    for (let c = 0x41; c <= 0x7a; c++) if (inside(swapAsciiCase(c) ?? -1)) more.push(c);
  } else {
    for (const { codePoint, upper, folded } of allFoldings()) if (inside(upper) || inside(folded)) more.push(codePoint);
  }
  return range.union(CodePointSet.of(...more));
}
