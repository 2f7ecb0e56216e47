import { IllegalArgumentError } from '../../util/errors';
import type { JavaMatcher, StepBudget } from '../../util/java-regexp';
import { javaRegexps } from '../../util/java-regexps';

/** A pattern of a tree rule, with Java's meaning, in time linear in the name that it is looked for in. */
export class RulePattern {
  private readonly matcher: JavaMatcher;

  /** @throws IllegalArgumentError with Java's message, or for a form that is not supported (docs/regular-expressions.md) */
  constructor(text: string) {
    try {
      this.matcher = new (javaRegexps().JavaMatcher)(text);
    } catch (cause) {
      throw new IllegalArgumentError((cause as Error).message, { cause });
    }
  }

  /** Groups that capture. */
  get groups(): number {
    return this.matcher.groups;
  }

  /** What the groups hold where the pattern is found first, the whole match before them, null for one that took no part; null: it isn't found. @throws TooManyStepsError */
  find(text: string, budget: StepBudget | null = null): readonly (string | null)[] | null {
    const spans = this.matcher.find(text, budget);
    if (spans === null) return null;
    return Array.from({ length: this.groups + 1 }, (_, i) => (spans[2 * i] < 0 ? null : text.slice(spans[2 * i], spans[2 * i + 1])));
  }

  /** The pieces between the matches, without empty ones at the end. Mirrors String.split. @throws TooManyStepsError */
  split(text: string, budget: StepBudget | null = null): string[] {
    const pieces: string[] = [];
    let from = 0;
    for (const [start, end] of this.matcher.findAll(text, budget)) {
      if (end === 0) continue; // nothing stands before an empty match at the start
      pieces.push(text.slice(from, start));
      from = end;
    }
    pieces.push(text.slice(from));
    if (pieces.length === 1) return pieces;
    while (pieces.length > 0 && pieces[pieces.length - 1] === '') pieces.pop();
    return pieces;
  }
}
