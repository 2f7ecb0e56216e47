export { PatternSyntaxError, UnsupportedPatternError } from './errors';
export { JavaMatcher, TooManyStepsError, type Spans, type StepBudget } from './java-matcher';
export { JavaRegexp } from './java-regexp';
export type { PatternLimits } from './limits';
