import { caseRule, type Flags } from './flags';
import { CodePointSet } from './code-point-set';
import { foldCharacter, foldRange } from './case-folding';
import { escapedCharacter, namedCharacter, property } from './escapes';
import { predefinedClass } from './predefined';
import { PATTERN_END, type Reader } from './reader';

const OPEN = 0x5b;
const CLOSE = 0x5d;
const AND = 0x26;
const MINUS = 0x2d;
const CARET = 0x5e;
const BACKSLASH = 0x5c;
/** What a range costs under `(?iu)`, where all letters are looked at. */
const RANGE_WITHOUT_CASE = 500;

/** Reads a class whose `[` is taken: unions, nested classes, intersections and all that Java makes of odd ones. */
export function characterClass(reader: Reader, depth: number): CodePointSet {
  reader.checkDepth(depth);
  // Right behind the bracket only: with white space before it, a caret is a character.
  const negated = reader.peek() === CARET;
  if (negated) reader.take();
  const set = members(reader, depth, true);
  return negated ? set.complement() : set;
}

/**
 * @param closing whether the `]` is taken at the end: not by the right side of an intersection, which shares it with
 *   the class around
 */
function members(reader: Reader, depth: number, closing: boolean): CodePointSet {
  let parts: CodePointSet[] = [];
  for (;;) {
    const c = reader.look();
    if (c === PATTERN_END) return reader.fail('Unclosed character class', reader.pos - 1);
    if (c === OPEN) {
      reader.take();
      parts.push(characterClass(reader, depth + 1));
    } else if (c === AND && isIntersection(reader)) {
      const right = rightSide(reader, depth);
      if (right) parts = [parts.length > 0 ? CodePointSet.union(parts).intersect(right) : right];
      else if (parts.length === 0) reader.fail('Bad class syntax', reader.pos - 1);
      else reader.refuse('An intersection (&&) without a right side is');
    } else if (c === CLOSE && parts.length > 0) {
      if (closing) reader.take();
      const set = CodePointSet.union(parts);
      reader.spend(set.bounds.length);
      return set;
    } else {
      parts.push(member(reader));
    }
  }
}

/** Takes `&&`; a single ampersand is a character. */
function isIntersection(reader: Reader): boolean {
  const start = reader.pos;
  reader.take();
  if (reader.accept('&')) return true;
  // The original loses its place there.
  if (reader.pos > start + 1) reader.refuse('An ampersand before white space in a class under (?x) is');
  reader.pos = start;
  return false;
}

/** What stands behind `&&`: nested classes and what is written without brackets, joined. */
function rightSide(reader: Reader, depth: number): CodePointSet | null {
  const parts: CodePointSet[] = [];
  for (let c = reader.look(); c !== CLOSE && c !== AND; c = reader.look()) {
    if (c === PATTERN_END) return reader.fail('Unclosed character class', reader.pos - 1);
    if (c === OPEN) {
      reader.take();
      parts.push(characterClass(reader, depth + 1));
    } else {
      parts.push(members(reader, depth, false));
    }
  }
  return parts.length > 0 ? CodePointSet.union(parts) : null;
}

/** One character, a range, or a predefined class. */
function member(reader: Reader): CodePointSet {
  const { flags } = reader;
  const from = bound(reader, false);
  if (from instanceof CodePointSet) return from;
  if (reader.look() !== MINUS) return foldCharacter(from, caseRule(flags));
  const start = reader.pos;
  reader.take();
  const next = reader.peek();
  if (next === CLOSE || next === OPEN) {
    reader.pos = start;
    return foldCharacter(from, caseRule(flags));
  }
  return range(reader, from, flags);
}

function range(reader: Reader, from: number, flags: Flags): CodePointSet {
  // White space may stand before the end of a range, which then may be a bracket.
  reader.look();
  const to = bound(reader, true);
  if (to instanceof CodePointSet || to < from) return reader.fail('Illegal character range', reader.pos - 1);
  const rule = caseRule(flags);
  if (rule === 'unicode') reader.spend(RANGE_WITHOUT_CASE);
  return foldRange(from, to, rule);
}

/** A character, or the class that an escape stands for. */
function bound(reader: Reader, upper: boolean): number | CodePointSet {
  const c = reader.take();
  if (c !== BACKSLASH) return c;
  const at = reader.pos;
  const letter = reader.take();
  // The original reads on at the end of the pattern, as if a NUL stood there.
  if (letter === PATTERN_END) return 0;
  const name = String.fromCodePoint(letter);
  if (name === 'v' && (upper || reader.peek() === MINUS)) return 0x0b;
  if (/[pP]/.test(name) && !upper) return property(reader, name === 'P') ?? CodePointSet.NONE;
  const set = predefinedClass(name, reader.flags.U);
  if (set) return set;
  if (name === 'N') {
    namedCharacter(reader);
    return CodePointSet.NONE;
  }
  return escapedCharacter(reader, letter) ?? reader.fail('Illegal/unsupported escape sequence', at);
}
