import { Alphabet } from './alphabet';
import { Automaton } from './automaton';
import { codePointAt, Conditions } from './conditions';
import { checkLength, checkSize, type PatternLimits } from './limits';
import { parse } from './parser';
import { compilePattern } from './program';

const PATTERN_LIMITS: PatternLimits = { characters: 65_536, instructions: 20_000 };

/**
 * A pattern of java.util.regex (Java 17) that is searched in time linear in the text. It tells only whether it is found, so
 * that greedy and lazy quantifiers are the same and groups capture nothing: `JavaMatcher` tells more, and costs more.
 */
export class JavaRegexp {
  private readonly automaton: Automaton;
  private readonly conditions: Conditions;

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
    const alphabet = new Alphabet(sets);
    this.automaton = new Automaton(program, sets, alphabet);
    this.conditions = new Conditions(conditions, sets, alphabet);
  }

  /** Whether the pattern matches some part of the text. Java's `matcher(text).find()`. */
  find(text: string): boolean {
    const conditions = this.conditions.in(text);
    const { automaton } = this;
    let state = automaton.start();
    for (let i = 0; ;) {
      const closure = automaton.close(state, conditions(i));
      if (closure.matches) return true;
      if (i >= text.length) return false;
      const c = codePointAt(text, i);
      state = automaton.step(closure, c);
      i += c > 0xffff ? 2 : 1;
    }
  }
}
