import { Alphabet } from './alphabet';
import { anchorHolds } from './anchors';
import { Automaton } from './automaton';
import { UnsupportedPatternError } from './errors';
import { parse } from './parser';
import { compilePattern, programSize, type Condition } from './program';

/** How large a pattern may be. */
export interface PatternLimits {
  /** UTF-16 units of the pattern. */
  readonly characters: number;
  /** Instructions of its program, which is what a character of a text may cost. */
  readonly instructions: number;
}

const PATTERN_LIMITS: PatternLimits = { characters: 65_536, instructions: 20_000 };

/** Tells whether a condition holds at each place of a text. */
type Places = (at: number) => boolean;

/**
 * A pattern of java.util.regex (Java 17) that is searched in time linear in the text. It tells only whether it is found, so
 * that greedy and lazy quantifiers are the same and groups capture nothing.
 */
export class JavaRegexp {
  private readonly automaton: Automaton;
  private readonly conditions: readonly { readonly condition: Condition; readonly automaton: Automaton | null }[];

  /**
   * @throws PatternSyntaxError with Java's message
   * @throws UnsupportedPatternError for forms that are not supported (see docs/regular-expressions.md), and beyond the limits
   */
  constructor(
    readonly pattern: string,
    limits: PatternLimits = PATTERN_LIMITS,
  ) {
    if (pattern.length > limits.characters) {
      throw new UnsupportedPatternError(
        `A regular expression of ${pattern.length} characters is longer than the ${limits.characters} allowed`,
      );
    }
    const tree = parse(pattern);
    const size = programSize(tree);
    if (size > limits.instructions) {
      throw new UnsupportedPatternError(
        `A regular expression that compiles to ${size} instructions is larger than the ${limits.instructions} allowed`,
      );
    }
    const { program, sets, conditions } = compilePattern(tree);
    const alphabet = new Alphabet(sets);
    this.automaton = new Automaton(program, sets, alphabet);
    this.conditions = conditions.map((condition) => ({
      condition,
      automaton: 'program' in condition ? new Automaton(condition.program, sets, alphabet) : null,
    }));
  }

  /** Whether the pattern matches some part of the text. Java's `matcher(text).find()`. */
  find(text: string): boolean {
    const places = this.places(text);
    const { automaton } = this;
    let state = automaton.start();
    for (let i = 0; ;) {
      const closure = automaton.close(state, holding(places, i));
      if (closure.matches) return true;
      if (i >= text.length) return false;
      const c = codePointAt(text, i);
      state = automaton.step(closure, c);
      i += c > 0xffff ? 2 : 1;
    }
  }

  private places(text: string): readonly Places[] {
    const places: Places[] = [];
    for (const { condition, automaton } of this.conditions) {
      if ('anchor' in condition) places.push((at) => anchorHolds(condition.anchor, text, at));
      else if (automaton) places.push(lookAround(automaton, condition.ahead, text, places));
    }
    return places;
  }
}

function holding(places: readonly Places[], at: number): number {
  let bits = 0;
  for (let i = 0; i < places.length; i++) if (places[i](at)) bits |= 1 << i;
  return bits;
}

/** One pass over the text tells at which places the program matches: backwards for what lies ahead. */
function lookAround(automaton: Automaton, ahead: boolean, text: string, inner: readonly Places[]): Places {
  const found = new Uint8Array(text.length + 1);
  const known = [...inner];
  let state = automaton.start();
  for (let i = ahead ? text.length : 0; ;) {
    const closure = automaton.close(state, holding(known, i));
    found[i] = Number(closure.matches);
    if (i === (ahead ? 0 : text.length)) break;
    const c = ahead ? codePointBefore(text, i) : codePointAt(text, i);
    state = automaton.step(closure, c);
    i += (c > 0xffff ? 2 : 1) * (ahead ? -1 : 1);
  }
  return (at) => found[at] === 1;
}

function codePointAt(text: string, at: number): number {
  const unit = text.charCodeAt(at);
  return unit < 0xd800 || unit > 0xdbff ? unit : (text.codePointAt(at) ?? unit);
}

function codePointBefore(text: string, at: number): number {
  const pair = at > 1 ? codePointAt(text, at - 2) : 0;
  return pair > 0xffff ? pair : text.charCodeAt(at - 1);
}
