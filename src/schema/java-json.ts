import { hashMapOrder } from '../util/java-hash-order';

const SHORT: Record<string, string> = { '"': '\\"', '\\': '\\\\', '\b': '\\b', '\t': '\\t', '\n': '\\n', '\f': '\\f', '\r': '\\r' };
// Control characters, quote, backslash and surrogates; everything else stands as it is, `/` and DEL too.
const ESCAPED = /["\\\u0000-\u001f\ud800-\udfff]/g;

/** Nearly all names: for them a loop is quicker than a regular expression. */
function isShortAndPlain(text: string): boolean {
  if (text.length > 64) return false;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c < 0x20 || c === 0x22 || c === 0x5c || (c >= 0xd800 && c <= 0xdfff)) return false;
  }
  return true;
}

/**
 * A JSON string the way the original's generator writes it, to the byte: characters above U+FFFF as two escaped surrogates,
 * hexadecimal in upper case. Stored objects must come out the same, or the original's compare-and-set on them fails.
 */
export function javaJsonString(text: string): string {
  if (isShortAndPlain(text)) return `"${text}"`;
  return `"${text.replace(ESCAPED, (c) => SHORT[c] ?? `\\u${c.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`)}"`;
}

/** The same, or `null`. */
export const javaJsonText = (text: string | null): string => (text === null ? 'null' : javaJsonString(text));

/** Custom fields in the order of the hash map that the original copies them to; `null` for none. */
export function customFieldsJson(custom: ReadonlyMap<string, string | null> | null): string {
  if (custom === null) return 'null';
  let capacity = 1;
  while (capacity < Math.floor(custom.size / 0.75 + 1)) capacity *= 2;
  const members = hashMapOrder(custom.keys(), capacity).map((key) => `${javaJsonString(key)}:${javaJsonText(custom.get(key) ?? null)}`);
  return `{${members.join(',')}}`;
}
