import type { CaseRule } from './case-folding';

/** What the flags of `(?...)` switch on, by their letters. */
export interface Flags {
  /** `i`: case is ignored, of ASCII letters only unless `u` is on. */
  readonly i: boolean;
  /** `m`: `^` and `$` match at the ends of lines. */
  readonly m: boolean;
  /** `s`: the dot matches line terminators. */
  readonly s: boolean;
  /** `d`: only `\n` ends a line. */
  readonly d: boolean;
  readonly u: boolean;
  /** `U`: predefined and POSIX classes are Unicode's; implies `u`. */
  readonly U: boolean;
  /** `x`: white space and comments are left out. */
  readonly x: boolean;
  /** `c`: canonical equivalence. Java's documents don't mention it as an inline flag; here it is not supported. */
  readonly c: boolean;
}

export const NO_FLAGS: Flags = { i: false, m: false, s: false, d: false, u: false, U: false, x: false, c: false };

export function isFlag(letter: string): letter is keyof Flags {
  return Object.hasOwn(NO_FLAGS, letter);
}

export function withFlag(flags: Flags, letter: keyof Flags, on: boolean): Flags {
  return letter === 'U' ? { ...flags, U: on, u: on } : { ...flags, [letter]: on };
}

export function caseRule({ i, u }: Flags): CaseRule {
  if (!i) return 'exact';
  return u ? 'unicode' : 'ascii';
}
