import { describeCharacter } from './characters';
import type { JsonSource } from './source';

const ESCAPES: Readonly<Record<string, string>> = { '"': '"', '\\': '\\', '/': '/', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };
const IN_ESCAPE = ' in character escape sequence';

/**
 * Reads the rest of a string, from behind its opening quote to behind its closing one.
 * @param what `string value` or `name`, for messages
 * @param endless what an end of the text within the string is called
 * @throws JsonError
 */
export function readString(source: JsonSource, what: string, endless: string): string {
  const { text } = source;
  const end = text.length;
  let read = '';
  let from = source.at;
  for (let at = from; at < end; at++) {
    const c = text.charCodeAt(at);
    if (c === 0x22) {
      source.at = at + 1;
      return from === source.at - 1 && read === '' ? '' : read + text.slice(from, at);
    }
    if (c < 0x20) {
      source.at = at + 1;
      throw source.unquoted(c, what);
    }
    if (c === 0x5c) {
      read += text.slice(from, at);
      source.at = at + 1;
      read += readEscape(source);
      from = source.at;
      at = from - 1;
    }
  }
  source.at = end;
  source.missMore();
  throw source.ended(endless);
}

/** Reads an escape from behind its backslash. */
function readEscape(source: JsonSource): string {
  const character = nextOfEscape(source);
  if (character !== 'u') {
    const plain = ESCAPES[character];
    if (plain !== undefined) return plain;
    throw source.error('syntax', `Unrecognized character escape ${describeCharacter(character.charCodeAt(0))}`);
  }
  let code = 0;
  for (let i = 0; i < 4; i++) {
    const digit = nextOfEscape(source).charCodeAt(0);
    const value = hexValue(digit);
    if (value < 0) throw source.unexpected(digit, 'expected a hex-digit for character escape sequence');
    code = code * 16 + value;
  }
  return String.fromCharCode(code);
}

/** -1: not a hex digit. */
function hexValue(digit: number): number {
  if (digit >= 0x30 && digit <= 0x39) return digit - 0x30;
  const lower = digit | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}

function nextOfEscape(source: JsonSource): string {
  if (source.atEnd) {
    source.missMore();
    throw source.ended(IN_ESCAPE);
  }
  return source.text[source.at++];
}
