import { describeCharacter, isDigit, isIdentifierPart } from './characters';
import type { JsonError } from './errors';
import type { JsonSource } from './source';

/** A number as it stands in the text. */
export interface NumberText {
  readonly text: string;
  readonly whole: boolean;
}

const DOT = 0x2e;
const MINUS = 0x2d;
const PLUS = 0x2b;
const isExponent = (code: number): boolean => code === 0x65 || code === 0x45;

/**
 * Reads a number whose first character, a digit or a minus sign, was just read; `-INF` and `-Infinity` are numbers, too.
 * @param inRoot white space has to follow
 * @throws JsonError
 */
export function readNumber(source: JsonSource, inRoot: boolean): NumberText {
  const { text } = source;
  const from = source.at - 1;
  const negative = text.charCodeAt(from) === MINUS;
  let c = negative ? firstDigit(source) : text.charCodeAt(from);
  if (negative && !isDigit(c)) return readInfinity(source, c, '-');
  const leadingZero = c === 0x30;
  if (leadingZero) checkLeadingZero(source);
  const whole = skipDigits(source);
  c = whole.next;
  let fraction = false;
  let end = whole.end;
  // Where Jackson says that these errors are: a number with a zero in front takes a longer way through it.
  const behindWhole = leadingZero ? undefined : source.at;
  if (c === DOT) {
    const digits = skipDigits(source);
    if (digits.count === 0) throw inNumber(source, digits.end ? DOT : digits.next, 'Decimal point not followed by a digit', behindWhole);
    fraction = true;
    ({ next: c, end } = digits);
  }
  if (isExponent(c)) {
    fraction = true;
    c = exponentCharacter(source);
    if (c === MINUS || c === PLUS) c = exponentCharacter(source);
    source.at--;
    const digits = skipDigits(source);
    if (digits.count === 0) throw inNumber(source, digits.next, 'Exponent indicator not followed by a digit', behindWhole);
    end = digits.end;
    c = digits.next;
  }
  if (!end) source.at--;
  const number = { text: text.slice(from, source.at), whole: !fraction };
  if (!end && inRoot) checkRootSpace(source, c);
  return number;
}

/** Digits from where reading stands. @returns how many, and the character behind them, which is read as well; end: there is none */
function skipDigits(source: JsonSource): { count: number; next: number; end: boolean } {
  const { text } = source;
  const from = source.at;
  while (source.at < text.length) {
    const c = text.charCodeAt(source.at++);
    if (!isDigit(c)) return { count: source.at - 1 - from, next: c, end: false };
  }
  source.missMore();
  return { count: source.at - from, next: 0, end: true };
}

function firstDigit(source: JsonSource): number {
  if (source.atEnd) {
    source.missMore();
    throw source.ended('No digit following minus sign');
  }
  return source.text.charCodeAt(source.at++);
}

function exponentCharacter(source: JsonSource): number {
  if (source.atEnd) {
    source.missMore();
    throw source.ended('expected a digit for number exponent');
  }
  return source.text.charCodeAt(source.at++);
}

function checkLeadingZero(source: JsonSource): void {
  if (source.atEnd) source.missMore();
  else if (isDigit(source.text.charCodeAt(source.at))) throw source.error('syntax', 'Invalid numeric value: Leading zeroes not allowed');
}

function checkRootSpace(source: JsonSource, c: number): void {
  if (c === 0x20 || c === 0x09 || c === 0x0a || c === 0x0d) return;
  source.at++;
  throw source.unexpected(c, 'Expected space separating root-level values');
}

function inNumber(source: JsonSource, code: number, problem: string, at = source.at): JsonError {
  source.at = at;
  return source.error('syntax', `Unexpected character (${describeCharacter(code)}) in numeric value: ${problem}`);
}

/** Reads on after a sign with something else than a digit behind it. @param c that other character, just read */
export function readInfinity(source: JsonSource, c: number, sign: string): NumberText {
  let read = c;
  if (c === 0x49) {
    if (source.atEnd) {
      source.missMore();
      throw source.ended(' in a value');
    }
    read = source.text.charCodeAt(source.at++);
    const word = read === 0x4e ? `${sign}INF` : read === 0x6e ? `${sign}Infinity` : null;
    if (word !== null) {
      readWord(source, word, 3);
      return { text: word, whole: false };
    }
  }
  throw inNumber(source, read, 'expected digit (0-9) to follow minus sign, for valid numeric value');
}

const WORDS = "'null', 'true', 'false' or NaN";

/** Reads the rest of a word. @param from how many characters of it were read @throws JsonError for another word */
export function readWord(source: JsonSource, word: string, from: number): void {
  const { text } = source;
  for (let i = from; i < word.length; i++) {
    if (source.atEnd) source.missMore();
    if (text[source.at] !== word[i]) throw source.unknownWord(word.slice(0, i), WORDS);
    source.at++;
  }
  if (source.atEnd) {
    source.missMore();
    return;
  }
  const c = text.charCodeAt(source.at);
  if (c < 0x30 || c === 0x5d || c === 0x7d) return;
  if (isIdentifierPart(text[source.at])) throw source.unknownWord(word, WORDS);
}
