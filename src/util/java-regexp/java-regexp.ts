import { Alphabet } from './alphabet';
import { Automaton } from './automaton';
import { codePointAt, Conditions } from './conditions';
import { checkLength, checkSize, type PatternLimits } from './limits';
import { parse } from './parser';
import { compilePattern, programSize } from './program';

const PATTERN_LIMITS: PatternLimits = { characters: 65_536, instructions: 20_000 };

/** Steps after which others may have a turn: a millisecond or two. */
const STEPS_AT_ONCE = 100_000;

/**
 * A pattern of java.util.regex (Java 17) that is searched in time linear in the text. It tells only whether it is found, so
 * that greedy and lazy quantifiers are the same and groups capture nothing: `JavaMatcher` tells more, and costs more.
 */
export class JavaRegexp {
  private readonly automaton: Automaton;
  private readonly conditions: Conditions;
  /** Steps that a character costs, at most. */
  private readonly size: number;

  /**
   * @throws PatternSyntaxError with Java's message
   * @throws UnsupportedPatternError for forms that are not supported (see docs/regular-expressions.md), and beyond the limits
   */
  constructor(
    readonly pattern: string,
    limits: PatternLimits = PATTERN_LIMITS,
  ) {
    checkLength(pattern, limits);
    const { tree } = parse(pattern, false);
    checkSize(tree, limits);
    const { program, sets, conditions } = compilePattern(tree);
    this.size = programSize(tree);
    const alphabet = new Alphabet(sets);
    this.automaton = new Automaton(program, sets, alphabet);
    this.conditions = new Conditions(conditions, sets, alphabet);
  }

  /** Steps of all searches so far: those that no earlier search has taken. */
  get steps(): number {
    return this.automaton.steps + this.conditions.steps;
  }

  /** Whether a search of the text is over in a moment, however little is known from others. */
  isQuick(text: string): boolean {
    return text.length * this.size <= STEPS_AT_ONCE;
  }

  /** Whether the pattern matches some part of the text. Java's `matcher(text).find()`. */
  find(text: string): boolean {
    return new Search(this.automaton, this.conditions.in(text), text).run(Infinity) === true;
  }

  /** As `find`, in parts of a millisecond or two. Yields the steps that each has taken. */
  *search(text: string): Generator<number, boolean> {
    const { automaton } = this;
    const search = new Search(automaton, yield* this.conditions.inSteps(text, STEPS_AT_ONCE), text);
    for (;;) {
      const before = automaton.steps;
      const found = search.run(STEPS_AT_ONCE);
      yield automaton.steps - before;
      if (found !== null) return found;
    }
  }
}

/** How far a search of one text has come. */
class Search {
  private at = 0;
  private state: ReturnType<Automaton['start']>;

  constructor(
    private readonly automaton: Automaton,
    private readonly conditions: (at: number) => number,
    private readonly text: string,
  ) {
    this.state = automaton.start();
  }

  /** Goes on for about so many steps. @returns null: it has not come to the end */
  run(most: number): boolean | null {
    const { automaton, conditions, text } = this;
    const until = automaton.steps + most;
    let { state } = this;
    for (let i = this.at; ;) {
      const closure = automaton.close(state, conditions(i));
      if (closure.matches) return true;
      if (i >= text.length) return false;
      const c = codePointAt(text, i);
      state = automaton.step(closure, c);
      i += c > 0xffff ? 2 : 1;
      if (automaton.steps < until) continue;
      this.at = i;
      this.state = state;
      return null;
    }
  }
}
