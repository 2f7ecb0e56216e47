import { runInNewContext } from 'node:vm';
import { IllegalArgumentError } from '../../util/errors';
import { JavaRegexp } from '../../util/java-regexp';

/** Milliseconds that a pattern may take for a name, where it could take for ever. */
const PATIENCE_MS = 100;

/** Repeated groups are what can take exponential time. */
const REPEATED_GROUP = /\)[*+{]/;

/** Forms that mean something else to JavaScript, or nothing: they are refused rather than misread. */
const NOT_SHARED = [
  /\\(?![dDwWsSbBtnrf0-9]|[^a-zA-Z0-9])/, // \A, \z, \Q, \h, \p{...}
  /[*+?}]\+/, // possessive quantifiers
  /\(\?(?![:=!]|<[=!a-zA-Z])/, // inline flags, atomic groups
  /\[[^\]]*(?:&&|\[)/, // intersections and classes in classes
];

/** A pattern of a tree rule: Java's syntax, as far as JavaScript reads it alike, since groups and splits are wanted here. */
export class RulePattern {
  private readonly pattern: RegExp;
  private readonly risky: boolean;
  /** Groups that capture. */
  readonly groups: number;

  /** @throws IllegalArgumentError with Java's message */
  constructor(text: string) {
    try {
      new JavaRegexp(text);
      if (NOT_SHARED.some((form) => form.test(text)))
        throw new SyntaxError(`Regular expressions of tree rules can't have this form: ${text}`);
      this.pattern = new RegExp(text, 'g');
      this.groups = (new RegExp(`${text}|`).exec('')?.length ?? 1) - 1;
    } catch (cause) {
      throw new IllegalArgumentError((cause as Error).message, { cause });
    }
    this.risky = REPEATED_GROUP.test(text);
  }

  /** What the groups hold where the pattern is found first, the whole match before them; null: it isn't found, or takes too long. */
  find(text: string): readonly (string | undefined)[] | null {
    return this.bounded(() => {
      this.pattern.lastIndex = 0;
      return this.pattern.exec(text);
    });
  }

  /** The pieces between the matches, without empty ones at the end. Mirrors String.split. */
  split(text: string): string[] {
    const pieces: string[] = [];
    let from = 0;
    for (const match of this.bounded(() => [...text.matchAll(this.pattern)]) ?? []) {
      const end = match.index + match[0].length;
      if (end === 0) continue; // nothing stands before an empty match at the start
      if (match[0] === '' && match.index === text.length) continue;
      pieces.push(text.slice(from, match.index));
      from = end;
    }
    pieces.push(text.slice(from));
    if (pieces.length === 1) return pieces;
    while (pieces.length > 0 && pieces[pieces.length - 1] === '') pieces.pop();
    return pieces;
  }

  private bounded<T>(work: () => T): T | null {
    if (!this.risky) return work();
    try {
      return runInNewContext('work()', { work }, { timeout: PATIENCE_MS }) as T;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return null;
      throw error;
    }
  }
}
