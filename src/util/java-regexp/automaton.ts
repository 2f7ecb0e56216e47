import type { Alphabet } from './alphabet';
import type { CodePointSet } from './code-point-set';
import { Op, type Program } from './program';

/** Where a program is after some text, before conditions at the place are looked at. */
interface State {
  readonly at: Int32Array;
  /** By the conditions that hold. */
  readonly closures: (Closure | undefined)[];
}

/** Where a program is at a place whose conditions are known. */
interface Closure {
  readonly matches: boolean;
  /** The instructions that take a character. */
  readonly takes: Int32Array;
  /** By stretch of the alphabet. */
  readonly next: (State | undefined)[];
}

/** Numbers that the states of one program may hold together before they are forgotten. */
const MAX_CACHED = 250_000;

/**
 * Runs a program over a text from any start, in time linear in the text: each character is looked at once, and where
 * the program is after it is kept for the next text. A program of n instructions costs at most n steps a character.
 */
export class Automaton {
  /** Steps taken so far: instructions looked at. What is known from texts before takes none. */
  steps = 0;
  private readonly states = new Map<string, State>();
  private cached = 0;
  private readonly seen: Int32Array;
  private round = 0;

  constructor(
    private readonly program: Program,
    private readonly sets: readonly CodePointSet[],
    private readonly alphabet: Alphabet,
  ) {
    this.seen = new Int32Array(program.ops.length);
  }

  /** Where a search begins. */
  start(): Closure['next'][number] & object {
    return this.intern([]);
  }

  /** @param conditions bits of those that hold at the place */
  close(state: State, conditions: number): Closure {
    return (state.closures[conditions] ??= this.closure(state, conditions));
  }

  step(closure: Closure, codePoint: number): State {
    const stretch = this.alphabet.stretchOf(codePoint);
    return (closure.next[stretch] ??= this.take(closure, this.alphabet.sample(stretch)));
  }

  private take({ takes }: Closure, codePoint: number): State {
    const at: number[] = [];
    this.steps += takes.length;
    for (const pc of takes) if (this.sets[this.program.x[pc]].has(codePoint)) at.push(pc + 1);
    return this.intern(at);
  }

  private intern(at: readonly number[]): State {
    const key = at.join();
    const known = this.states.get(key);
    if (known) return known;
    this.cached += at.length + 10;
    if (this.cached > MAX_CACHED) {
      this.states.clear();
      this.cached = at.length;
    }
    const state = { at: Int32Array.from(at), closures: [] };
    this.states.set(key, state);
    return state;
  }

  /** Follows everything that takes no character, from where the program is and from its start. */
  private closure(state: State, conditions: number): Closure {
    const { ops, x, y } = this.program;
    const { seen } = this;
    const round = ++this.round;
    const takes: number[] = [];
    const open = [...state.at, 0];
    let matches = false;
    for (let pc = open.pop(); pc !== undefined; pc = open.pop()) {
      this.steps++;
      if (seen[pc] === round) continue;
      seen[pc] = round;
      switch (ops[pc]) {
        case Op.Take:
          takes.push(pc);
          break;
        case Op.Fork:
          open.push(y[pc], x[pc]);
          break;
        case Op.Check:
          if (((conditions >> x[pc]) & 1) !== y[pc]) open.push(pc + 1);
          break;
        case Op.Jump:
          open.push(x[pc]);
          break;
        case Op.Save:
          // Only programs that tell groups have it; where a group begins or ends takes no character.
          open.push(pc + 1);
          break;
        case Op.Match:
          matches = true;
      }
    }
    this.cached += takes.length + 10;
    return { matches, takes: Int32Array.from(takes).sort(), next: [] };
  }
}
