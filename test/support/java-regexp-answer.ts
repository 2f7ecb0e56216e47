import { JavaMatcher, JavaRegexp, PatternSyntaxError, UnsupportedPatternError } from '../../src/util/java-regexp';
import type { PatternCase } from './java-patterns';

/** Our answer to a case in the form of JavaRegexp.java, or `unsupported`. */
export function ourAnswer({ pattern, texts }: PatternCase): string {
  return answerOf(() => {
    const regexp = new JavaRegexp(pattern);
    return texts.map((text) => (regexp.find(text) ? '1' : '0')).join('');
  });
}

/** The same of what groups hold. */
export function ourGroups({ pattern, texts }: PatternCase): string {
  return answerOf(() => {
    const matcher = new JavaMatcher(pattern);
    return texts.map((text) => ` ${matcher.find(text)?.join() ?? '0'}`).join('');
  });
}

function answerOf(work: () => string): string {
  try {
    return work();
  } catch (e) {
    if (e instanceof UnsupportedPatternError) return 'unsupported';
    if (e instanceof PatternSyntaxError) return `E${e.message}`;
    throw e;
  }
}
