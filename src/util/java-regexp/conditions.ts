import type { Alphabet } from './alphabet';
import { anchorHolds } from './anchors';
import type { Anchor } from './tree';
import { Automaton } from './automaton';
import type { CodePointSet } from './code-point-set';
import type { Condition } from './program';

/** Tells whether a condition holds at each place of a text. */
type Places = (at: number) => boolean;

const NONE = (): number => 0;

/** The conditions that a pattern asks for, ready to be looked at in any text. */
export class Conditions {
  private readonly conditions: readonly { readonly condition: Condition; readonly automaton: Automaton | null }[];
  private readonly automata: readonly Automaton[];

  constructor(conditions: readonly Condition[], sets: readonly CodePointSet[], alphabet: Alphabet) {
    this.conditions = conditions.map((condition) => ({
      condition,
      automaton: 'program' in condition ? new Automaton(condition.program, sets, alphabet) : null,
    }));
    this.automata = this.conditions.flatMap(({ automaton }) => automaton ?? []);
  }

  /** Steps of look-arounds taken so far. */
  get steps(): number {
    let steps = 0;
    for (const automaton of this.automata) steps += automaton.steps;
    return steps;
  }

  /** @returns for a place of this text the bits of the conditions that hold there */
  in(text: string): (at: number) => number {
    if (this.automata.length === 0) return this.anchorsIn(text);
    const looking = this.inSteps(text, Infinity);
    for (;;) {
      const step = looking.next();
      if (step.done) return step.value;
    }
  }

  /** As `in`, without look-arounds: most patterns have none, and are to cost nothing for them. */
  private anchorsIn(text: string): (at: number) => number {
    if (this.conditions.length === 0) return NONE;
    const places: Places[] = [];
    for (const { condition } of this.conditions) if ('anchor' in condition) places.push(anchorPlaces(condition.anchor, text));
    return (at) => holding(places, at);
  }

  /** As `in`; yields how many steps it has taken since the last time, at most about `most`. */
  *inSteps(text: string, most: number): Generator<number, (at: number) => number> {
    const places: Places[] = [];
    for (const { condition, automaton } of this.conditions) {
      if ('anchor' in condition) places.push(anchorPlaces(condition.anchor, text));
      else if (automaton) places.push(yield* lookAround(automaton, condition.ahead, text, [...places], most));
    }
    return (at) => holding(places, at);
  }
}

const anchorPlaces =
  (anchor: Anchor, text: string): Places =>
  (at) =>
    anchorHolds(anchor, text, at);

function holding(places: readonly Places[], at: number): number {
  let bits = 0;
  for (let i = 0; i < places.length; i++) if (places[i](at)) bits |= 1 << i;
  return bits;
}

/** One pass over the text tells at which places the program matches: backwards for what lies ahead. */
function* lookAround(
  automaton: Automaton,
  ahead: boolean,
  text: string,
  known: readonly Places[],
  most: number,
): Generator<number, Places> {
  const found = new Uint8Array(text.length + 1);
  let before = automaton.steps;
  let state = automaton.start();
  for (let i = ahead ? text.length : 0; ;) {
    const closure = automaton.close(state, holding(known, i));
    found[i] = Number(closure.matches);
    if (i === (ahead ? 0 : text.length)) break;
    const c = ahead ? codePointBefore(text, i) : codePointAt(text, i);
    state = automaton.step(closure, c);
    i += (c > 0xffff ? 2 : 1) * (ahead ? -1 : 1);
    if (automaton.steps - before < most) continue;
    yield automaton.steps - before;
    before = automaton.steps;
  }
  yield automaton.steps - before;
  return (at) => found[at] === 1;
}

/** A half of a character beyond U+FFFF that stands alone is one by itself. */
export function codePointAt(text: string, at: number): number {
  const unit = text.charCodeAt(at);
  return unit < 0xd800 || unit > 0xdbff ? unit : (text.codePointAt(at) ?? unit);
}

function codePointBefore(text: string, at: number): number {
  const pair = at > 1 ? codePointAt(text, at - 2) : 0;
  return pair > 0xffff ? pair : text.charCodeAt(at - 1);
}
