import type { CodePointSet } from './code-point-set';
import { keyedProperty, namedProperty } from './properties';
import { PATTERN_END, type Reader } from './reader';

const hexDigit = (c: number): number =>
  /^[0-9A-Fa-f]$/.test(c < 0 ? '' : String.fromCodePoint(c)) ? parseInt(String.fromCodePoint(c), 16) : -1;
const octalDigit = (c: number): number => (c >= 0x30 && c <= 0x37 ? c - 0x30 : -1);
const CONTROLS: ReadonlyMap<string, number> = new Map([
  ['a', 0x07],
  ['e', 0x1b],
  ['f', 0x0c],
  ['n', 0x0a],
  ['r', 0x0d],
  ['t', 0x09],
]);

/**
 * Reads the rest of an escape that stands for one character.
 * @param letter what followed the backslash, taken already
 * @returns null when the letter begins no such escape
 */
export function escapedCharacter(reader: Reader, letter: number): number | null {
  const name = String.fromCodePoint(letter);
  if (name === '0') return octal(reader);
  if (name === 'x') return hexadecimal(reader);
  if (name === 'u') return utf16(reader);
  if (name === 'c') return control(reader);
  return CONTROLS.get(name) ?? (/[A-Za-z0-9]/.test(name) ? null : letter);
}

/** `\0` and one to three digits, up to 0377. */
function octal(reader: Reader): number {
  let value = octalDigit(reader.look());
  if (value < 0) reader.fail('Illegal octal escape sequence');
  reader.take();
  for (let most = value <= 3 ? 2 : 1; most > 0; most--) {
    const digit = octalDigit(reader.look());
    if (digit < 0) break;
    reader.take();
    value = value * 8 + digit;
  }
  return value;
}

/** `\xhh` or `\x{h...}`. */
function hexadecimal(reader: Reader): number {
  const start = reader.pos;
  const first = hexDigit(reader.look());
  if (first >= 0) {
    reader.take();
    const second = hexDigit(reader.look());
    if (second < 0) reader.fail('Illegal hexadecimal escape sequence');
    reader.take();
    return first * 16 + second;
  }
  if (!reader.accept('{') || hexDigit(reader.look()) < 0) return reader.fail('Illegal hexadecimal escape sequence', start);
  let value = 0;
  for (let digit = hexDigit(reader.look()); digit >= 0; digit = hexDigit(reader.look())) {
    value = value * 16 + digit;
    if (value > 0x10ffff) reader.fail('Hexadecimal codepoint is too big');
    reader.take();
  }
  if (!reader.accept('}')) reader.fail('Unclosed hexadecimal escape sequence');
  return value;
}

function fourDigits(reader: Reader): number {
  let value = 0;
  for (let i = 0; i < 4; i++) {
    const digit = hexDigit(reader.look());
    if (digit < 0) reader.fail('Illegal Unicode escape sequence');
    reader.take();
    value = value * 16 + digit;
  }
  return value;
}

/** `\uhhhh`; two of them that are the halves of one character stand for that. */
function utf16(reader: Reader): number {
  const first = fourDigits(reader);
  if (first < 0xd800 || first > 0xdbff || !/^\\u[Dd][C-Fc-f][0-9A-Fa-f]{2}/.test(reader.text.slice(reader.pos, reader.pos + 6)))
    return first;
  reader.pos += 2;
  return 0x10000 + ((first - 0xd800) << 10) + (fourDigits(reader) - 0xdc00);
}

function control(reader: Reader): number {
  if (reader.peek() === PATTERN_END) reader.fail('Illegal control escape sequence', reader.pos - 1);
  return reader.take() ^ 64;
}

/**
 * Reads the rest of `\p` or `\P`.
 * @returns the characters; none when the property is not known here, which the reader then tells
 */
export function property(reader: Reader, negated: boolean): CodePointSet | null {
  const set = propertySet(reader);
  return negated && set ? set.complement() : set;
}

function propertySet(reader: Reader): CodePointSet | null {
  const { flags } = reader;
  const asked = { ignoreCase: flags.i, unicode: flags.U };
  if (!reader.accept('{')) {
    const at = reader.pos;
    const name = reader.peek() === PATTERN_END ? '\0' : String.fromCodePoint(reader.take());
    const set = namedProperty(name, asked);
    return typeof set === 'string' ? reader.fail(`Unknown character property name {${name}}`, at) : set;
  }
  const start = reader.pos;
  const end = reader.text.indexOf('}', start);
  if (end < 0) return reader.fail('Unclosed character family', reader.text.length);
  const name = reader.text.slice(start, end);
  if (name === '') return reader.fail('Empty character family', end);
  const equals = name.indexOf('=');
  reader.pos = end + 1;
  if (equals < 0) {
    const set = namedProperty(name, asked);
    if (set === 'unknown') return reader.fail(`Unknown character property name {${name}}`, end);
    return known(reader, set, name);
  }
  const key = name.slice(0, equals);
  const value = name.slice(equals + 1);
  const set = keyedProperty(key, value, asked);
  if (set === 'unknown') return reader.fail(`Unknown Unicode property {name=<${key}>, value=<${value}>}`, end);
  return known(reader, set, name);
}

function known(reader: Reader, set: CodePointSet | 'unsupported', name: string): CodePointSet | null {
  if (set !== 'unsupported') return set;
  reader.refuse(`The Unicode block of \\p{${name}} is`);
  return null;
}

/** Passes over `\N{name}`, whose names are not known here. */
export function namedCharacter(reader: Reader): void {
  if (!reader.accept('{')) reader.fail('Illegal character name escape sequence');
  const end = reader.text.indexOf('}', reader.pos);
  if (end < 0) reader.fail('Unclosed character name escape sequence', reader.text.length);
  reader.pos = end + 1;
  reader.refuse('A character by its name (\\N{...}) is');
}
