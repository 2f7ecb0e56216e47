import type { StepBudget } from '../../util/java-regexp';
import { javaRegexps } from '../../util/java-regexps';

/** Names from the root to the leaf, those that a level has not given included. */
const MOST_NAMES = 256;
/** Characters of all names of a place, of a tag's or metric's name and of a custom field as long as they are. */
const MOST_CHARACTERS = 8192;
/** Steps of one pattern with one value: some 20 ms. */
const STEPS_AT_ONCE = 200_000;
/** Steps of all patterns of a tree with one series, and characters that it is told in. */
const MOST_STEPS = 5_000_000;
const MOST_TOLD = 1_000_000;

/** A series is not placed in a tree: its place, or finding it, is beyond what is allowed. */
export class TooMuchForATreeError extends Error {
  constructor(what: string) {
    super(what);
    this.name = 'TooMuchForATreeError';
  }
}

/** What the rules of a tree may do for one series. */
export class PlacingBudget {
  private names = 0;
  private characters = 0;
  private told = 0;
  private steps = MOST_STEPS;

  /** @throws TooMuchForATreeError */
  name(name: string | null): void {
    this.names++;
    this.characters += name?.length ?? 0;
    if (this.names > MOST_NAMES) throw new TooMuchForATreeError(`more than ${MOST_NAMES} levels`);
    if (this.characters > MOST_CHARACTERS) throw new TooMuchForATreeError(`names of more than ${MOST_CHARACTERS} characters`);
  }

  /** @throws TooMuchForATreeError */
  say(message: string): void {
    this.told += message.length;
    if (this.told > MOST_TOLD) throw new TooMuchForATreeError('too many rules');
  }

  /** Looks for a pattern. @throws TooMuchForATreeError */
  charge<T>(look: (steps: StepBudget) => T): T {
    const given = Math.min(STEPS_AT_ONCE, this.steps);
    const budget = { left: given };
    try {
      return look(budget);
    } catch (error) {
      if (!(error instanceof javaRegexps().TooManyStepsError)) throw error;
      throw new TooMuchForATreeError('the regular expressions of its rules take too long');
    } finally {
      this.steps -= given - budget.left;
    }
  }

  /** A name with a text in all of some places. @throws TooMuchForATreeError */
  replaced(name: string, place: string, text: string): string {
    const pieces = name.split(place);
    const length = name.length + (pieces.length - 1) * (text.length - place.length);
    if (length > MOST_CHARACTERS) throw new TooMuchForATreeError(`names of more than ${MOST_CHARACTERS} characters`);
    return pieces.join(text);
  }
}
