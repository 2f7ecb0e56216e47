export { PatternSyntaxError, UnsupportedPatternError } from './errors';
export { JavaRegexp, type PatternLimits } from './java-regexp';
