export { PatternSyntaxError, UnsupportedPatternError } from './errors';
export { JavaMatcher, type Spans } from './java-matcher';
export { JavaRegexp } from './java-regexp';
export type { PatternLimits } from './limits';
