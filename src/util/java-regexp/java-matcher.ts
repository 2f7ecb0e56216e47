import { Alphabet } from './alphabet';
import type { CodePointSet } from './code-point-set';
import { codePointAt, Conditions } from './conditions';
import { checkLength, checkSize, type PatternLimits } from './limits';
import { parse } from './parser';
import { compilePattern, Op, programSize, type Program } from './program';

const MATCHER_LIMITS: PatternLimits = { characters: 8192, instructions: 2000 };

/** Where a pattern was found: of the whole match and of each group the start and the end, -1 for a group that took no part. */
export type Spans = Int32Array;

/** What looking for patterns may cost. */
export interface StepBudget {
  /** Steps that are left; a step is one instruction of a pattern at one place of a text. */
  left: number;
}

/** Looking for a pattern took more steps than were allowed. */
export class TooManyStepsError extends Error {
  constructor() {
    super('Looking for a regular expression takes too long');
    this.name = 'TooManyStepsError';
  }
}

function charge(budget: StepBudget | null, steps: number): void {
  if (budget !== null && (budget.left -= steps) < 0) throw new TooManyStepsError();
}

/** Ways in which the program goes on at one place, the one that Java would try first in front. */
interface Threads {
  readonly at: number[];
  readonly spans: Spans[];
}

/**
 * A pattern of java.util.regex (Java 17) with what its groups hold, in time linear in the text: all ways in which Java could match go on side by
 * side, in the order in which it would try them, and of two that come to the same place of the pattern the first is kept.
 */
export class JavaMatcher {
  /** Groups that capture. */
  readonly groups: number;
  private readonly program: Program;
  private readonly sets: readonly CodePointSet[];
  private readonly conditions: Conditions;
  /** What a character of a text costs in all look-arounds, at most. */
  private readonly aroundSteps: number;
  /** By instruction, the round in which it was last come to. */
  private readonly seen: Int32Array;
  private round = 0;
  /** Taken so far, of all texts. */
  private steps = 0;

  /**
   * @throws PatternSyntaxError with Java's message
   * @throws UnsupportedPatternError for forms that are not supported (see docs/regular-expressions.md), and beyond the limits
   */
  constructor(
    readonly pattern: string,
    limits: PatternLimits = MATCHER_LIMITS,
  ) {
    checkLength(pattern, limits);
    const { tree, groups } = parse(pattern, true);
    checkSize(tree, limits);
    const { program, sets, conditions } = compilePattern(tree, true);
    this.groups = groups;
    this.program = program;
    this.aroundSteps = Math.max(0, programSize(tree) - program.ops.length);
    this.sets = sets;
    this.conditions = new Conditions(conditions, sets, new Alphabet(sets));
    this.seen = new Int32Array(program.ops.length);
  }

  /** The first match. Java's `matcher(text).find()`. @param budget is charged for it @throws TooManyStepsError */
  find(text: string, budget: StepBudget | null = null): Spans | null {
    return this.findFrom(text, 0, this.conditionsIn(text, budget), budget);
  }

  /** All matches, each behind the one before it. Java's repeated `find()`. @throws TooManyStepsError */
  findAll(text: string, budget: StepBudget | null = null): Spans[] {
    const conditions = this.conditionsIn(text, budget);
    const found: Spans[] = [];
    for (let from = 0; from <= text.length;) {
      const spans = this.findFrom(text, from, conditions, budget);
      if (spans === null) break;
      found.push(spans);
      from = spans[1] > spans[0] ? spans[1] : spans[1] + 1;
    }
    return found;
  }

  private conditionsIn(text: string, budget: StepBudget | null): (at: number) => number {
    charge(budget, text.length * this.aroundSteps);
    return this.conditions.in(text);
  }

  private findFrom(text: string, from: number, conditions: (at: number) => number, budget: StepBudget | null): Spans | null {
    let found: Spans | null = null;
    let threads: Threads = { at: [], spans: [] };
    for (let i = from; ;) {
      const next: Threads = { at: [], spans: [] };
      const holding = conditions(i);
      this.round++;
      const before = this.steps;
      const c = i < text.length ? codePointAt(text, i) : -1;
      const after = i + (c > 0xffff ? 2 : 1);
      const ways = found === null ? threads.at.length + 1 : threads.at.length;
      for (let t = 0; t < ways; t++) {
        const isNew = t === threads.at.length;
        const spans = isNew ? this.unmatched(i) : threads.spans[t];
        const matched = this.follow(isNew ? 0 : threads.at[t], spans, i, holding, c, next);
        if (matched === null) continue;
        // Whatever comes behind this way is not tried.
        found = matched;
        break;
      }
      charge(budget, this.steps - before + 1);
      if (c < 0 || (found !== null && next.at.length === 0)) return found;
      threads = next;
      i = after;
    }
  }

  private unmatched(start: number): Spans {
    const spans = new Int32Array(2 * (this.groups + 1)).fill(-1);
    spans[0] = start;
    return spans;
  }

  /**
   * Follows one way through everything that takes no character.
   * @param next gets the ways that go on behind the character `c`
   * @returns the spans when the pattern ends on the way
   */
  private follow(from: number, given: Spans, place: number, holding: number, c: number, next: Threads): Spans | null {
    const { ops, x, y } = this.program;
    const { seen, round, sets } = this;
    const open: { pc: number; spans: Spans }[] = [{ pc: from, spans: given }];
    for (let way = open.pop(); way !== undefined; way = open.pop()) {
      const { pc, spans } = way;
      this.steps++;
      if (seen[pc] === round) continue;
      seen[pc] = round;
      switch (ops[pc]) {
        case Op.Take:
          if (c >= 0 && sets[x[pc]].has(c)) {
            next.at.push(pc + 1);
            next.spans.push(spans);
          }
          break;
        case Op.Fork:
          open.push({ pc: y[pc], spans }, { pc: x[pc], spans });
          break;
        case Op.Check:
          if (((holding >> x[pc]) & 1) !== y[pc]) open.push({ pc: pc + 1, spans });
          break;
        case Op.Jump:
          open.push({ pc: x[pc], spans });
          break;
        case Op.Save: {
          const saved = spans.slice();
          saved[x[pc]] = place;
          open.push({ pc: pc + 1, spans: saved });
          break;
        }
        case Op.Match: {
          const matched = spans.slice();
          matched[1] = place;
          return matched;
        }
      }
    }
    return null;
  }
}
