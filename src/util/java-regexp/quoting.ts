/**
 * Writes what stands between `\Q` and `\E` with escapes, which is what the rest of Java's reader sees, so that places in
 * its messages are counted in this text. A quote without an end goes on to the end of the pattern.
 */
export function unquote(pattern: string): string {
  let result = '';
  let quoted = false;
  let first = false;
  for (let i = 0; i < pattern.length; i++) {
    const c = pattern[i];
    const next = pattern[i + 1];
    if (quoted) {
      if (c === '\\' && next === 'E') {
        quoted = false;
        i++;
      } else {
        result += quote(c, first);
        first = false;
      }
    } else if (c === '\\' && next === 'Q') {
      quoted = first = true;
      i++;
    } else if (c === '\\' && next !== undefined) {
      result += c + next;
      i++;
    } else {
      result += c;
    }
  }
  return result;
}

/** @param first a digit there could be taken for the end of an escape that stands before the quote */
function quote(c: string, first: boolean): string {
  if (/[0-9]/.test(c)) return first ? `\\x3${c}` : c;
  return c.charCodeAt(0) < 0x80 && !/[A-Za-z]/.test(c) ? `\\${c}` : c;
}
