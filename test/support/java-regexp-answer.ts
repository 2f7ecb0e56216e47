import { JavaRegexp, PatternSyntaxError, UnsupportedPatternError } from '../../src/util/java-regexp';
import type { PatternCase } from './java-patterns';

/** Our answer to a case in the form of JavaRegexp.java, or `unsupported`. */
export function ourAnswer({ pattern, texts }: PatternCase): string {
  try {
    const regexp = new JavaRegexp(pattern);
    return texts.map((text) => (regexp.find(text) ? '1' : '0')).join('');
  } catch (e) {
    if (e instanceof UnsupportedPatternError) return 'unsupported';
    if (e instanceof PatternSyntaxError) return `E${e.message}`;
    throw e;
  }
}
