import type { Alphabet } from './alphabet';
import { anchorHolds } from './anchors';
import { Automaton } from './automaton';
import type { CodePointSet } from './code-point-set';
import type { Condition } from './program';

/** Tells whether a condition holds at each place of a text. */
type Places = (at: number) => boolean;

/** The conditions that a pattern asks for, ready to be looked at in any text. */
export class Conditions {
  private readonly conditions: readonly { readonly condition: Condition; readonly automaton: Automaton | null }[];

  constructor(conditions: readonly Condition[], sets: readonly CodePointSet[], alphabet: Alphabet) {
    this.conditions = conditions.map((condition) => ({
      condition,
      automaton: 'program' in condition ? new Automaton(condition.program, sets, alphabet) : null,
    }));
  }

  /** @returns for a place of this text the bits of the conditions that hold there */
  in(text: string): (at: number) => number {
    const places: Places[] = [];
    for (const { condition, automaton } of this.conditions) {
      if ('anchor' in condition) places.push((at) => anchorHolds(condition.anchor, text, at));
      else if (automaton) places.push(lookAround(automaton, condition.ahead, text, places));
    }
    return (at) => holding(places, at);
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

/** A half of a character beyond U+FFFF that stands alone is one by itself. */
export function codePointAt(text: string, at: number): number {
  const unit = text.charCodeAt(at);
  return unit < 0xd800 || unit > 0xdbff ? unit : (text.codePointAt(at) ?? unit);
}

function codePointBefore(text: string, at: number): number {
  const pair = at > 1 ? codePointAt(text, at - 2) : 0;
  return pair > 0xffff ? pair : text.charCodeAt(at - 1);
}
