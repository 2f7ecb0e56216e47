/** Java's regular expressions, loaded with the first one: most daemons never have any. */
export const javaRegexps = (): typeof import('./java-regexp') => require('./java-regexp') as typeof import('./java-regexp');
