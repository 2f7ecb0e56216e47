/**
 * The text with which java.util.regex refuses a pattern, for the mistakes that people make; null for those that only
 * the linear-time engine refuses.
 * @param reason what re2js says, e.g. "missing closing ]"
 */
export function javaPatternError(pattern: string, reason: string): string | null {
  const text = (what: string, at: number): string => {
    const place = at >= 0 ? ` near index ${at}` : '';
    const caret = at >= 0 && at < pattern.length ? `\n${' '.repeat(at)}^` : '';
    return `${what}${place}\n${pattern}${caret}`;
  };
  if (reason.includes('missing closing ]')) return text('Unclosed character class', pattern.length - 1);
  if (reason.includes('missing closing )')) return text('Unclosed group', pattern.length);
  if (reason.includes('unexpected )')) return text("Unmatched closing ')'", unmatchedParen(pattern) - 1);
  if (reason.includes('missing argument to repetition operator')) {
    const at = pattern.search(/[*+?]/);
    return text(`Dangling meta character '${pattern[at]}'`, at);
  }
  return null;
}

function unmatchedParen(pattern: string): number {
  let depth = 0;
  for (let i = 0; i < pattern.length; i++) {
    if (pattern[i] === '\\') i++;
    else if (pattern[i] === '(') depth++;
    else if (pattern[i] === ')' && depth-- === 0) return i;
  }
  return 0;
}
