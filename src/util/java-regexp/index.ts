export { PatternSyntaxError, UnsupportedPatternError } from './errors';
export { DEFAULT_LIMITS, JavaRegexp, type PatternLimits } from './java-regexp';
