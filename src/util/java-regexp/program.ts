import type { CodePointSet } from './code-point-set';
import { UnsupportedPatternError } from './errors';
import { factor } from './factor';
import type { Anchor, PatternNode } from './tree';

/** What an instruction does; `x` and `y` are its operands. */
export const enum Op {
  /** Takes a character of set `x` and goes on with the next instruction. */
  Take,
  /** Goes on with `x` and with `y`. */
  Fork,
  /** Goes on when condition `x` holds at the place (`y` = 0) or when it doesn't (`y` = 1). */
  Check,
  Jump,
  /** Notes the place as number `x` of the spans: the start of a group is twice its number, the end one more. */
  Save,
  Match,
}

/** A condition on a place in the text: an anchor, or what a look-around found there. */
export type Condition = { readonly anchor: Anchor } | { readonly ahead: boolean; readonly program: Program };

/** A pattern as instructions of an automaton that is in many of them at once. */
export interface Program {
  readonly ops: readonly Op[];
  readonly x: readonly number[];
  readonly y: readonly number[];
}

/** A compiled pattern: its program, the programs of look-arounds among the conditions, and what they share. */
export interface Compiled {
  readonly program: Program;
  readonly sets: readonly CodePointSet[];
  /** Those inside a look-around stand before it. */
  readonly conditions: readonly Condition[];
}

/** Conditions are bits of a number. */
const MAX_CONDITIONS = 30;

/** How many instructions a pattern needs, without writing them: a count may say billions. */
export function programSize(node: PatternNode): number {
  switch (node.kind) {
    case 'characters':
    case 'anchor':
      return 1;
    case 'look':
    case 'group':
      return 2 + programSize(node.item);
    case 'sequence':
      return node.items.reduce((sum, item) => sum + programSize(item), 0);
    case 'choice':
      return node.options.reduce((sum, option) => sum + 2 + programSize(option), -2);
    case 'repeat': {
      const size = programSize(node.item);
      if (node.max === Infinity) return size * node.min + size + 2;
      return size * node.min + (size + 1) * (node.max - node.min);
    }
  }
}

/**
 * @param ordered the program keeps the order in which Java would try, and tells what groups hold; otherwise only whether there is a match is asked
 * @throws UnsupportedPatternError for more look-arounds than are supported
 */
export function compilePattern(node: PatternNode, ordered = false): Compiled {
  const compiler = new Compiler();
  const program = compiler.program(node, { backwards: false, ordered });
  return { program, sets: [...compiler.sets.keys()], conditions: compiler.conditions };
}

/** How a program is written. */
interface Manner {
  /** It reads the text from right to left. */
  readonly backwards: boolean;
  /** As of `compilePattern`. */
  readonly ordered: boolean;
}

class Compiler {
  readonly sets = new Map<CodePointSet, number>();
  readonly conditions: Condition[] = [];
  private readonly anchors = new Map<Anchor, number>();
  /** By what is looked for; a loop's body is written several times. */
  private readonly looks = new Map<PatternNode, number>();

  program(node: PatternNode, manner: Manner): Program {
    const writer = new Writer(this, manner);
    writer.write(node);
    writer.add(Op.Match);
    return writer;
  }

  setIndex(set: CodePointSet): number {
    const known = this.sets.get(set);
    if (known !== undefined) return known;
    this.sets.set(set, this.sets.size);
    return this.sets.size - 1;
  }

  anchorIndex(anchor: Anchor): number {
    const known = this.anchors.get(anchor) ?? this.condition({ anchor });
    this.anchors.set(anchor, known);
    return known;
  }

  lookIndex(item: PatternNode, ahead: boolean): number {
    const known = this.looks.get(item) ?? this.condition({ ahead, program: this.program(item, { backwards: ahead, ordered: false }) });
    this.looks.set(item, known);
    return known;
  }

  private condition(condition: Condition): number {
    if (this.conditions.length === MAX_CONDITIONS) {
      throw new UnsupportedPatternError(`More than ${MAX_CONDITIONS} look-arounds are not supported in a regular expression`);
    }
    return this.conditions.push(condition) - 1;
  }
}

class Writer implements Program {
  readonly ops: Op[] = [];
  readonly x: number[] = [];
  readonly y: number[] = [];

  constructor(
    private readonly compiler: Compiler,
    private readonly manner: Manner,
  ) {}

  add(op: Op, x = 0, y = 0): number {
    this.x.push(x);
    this.y.push(y);
    return this.ops.push(op) - 1;
  }

  write(node: PatternNode): void {
    switch (node.kind) {
      case 'characters':
        this.add(Op.Take, this.compiler.setIndex(node.set));
        return;
      case 'anchor':
        this.add(Op.Check, this.compiler.anchorIndex(node.anchor), Number(node.negated));
        return;
      case 'look':
        this.add(Op.Check, this.compiler.lookIndex(node.item, node.ahead), Number(node.negated));
        return;
      case 'sequence':
        for (const item of this.manner.backwards ? [...node.items].reverse() : node.items) this.write(item);
        return;
      case 'choice':
        this.choice(node.options);
        return;
      case 'group':
        if (this.manner.ordered) this.add(Op.Save, 2 * node.group);
        this.write(node.item);
        if (this.manner.ordered) this.add(Op.Save, 2 * node.group + 1);
        return;
      case 'repeat':
        this.repeat(node.item, node.min, node.max, node.greedy || !this.manner.ordered);
    }
  }

  private choice(written: readonly PatternNode[]): void {
    // Backwards it is the ends that would have to be alike; what is alike needn't be tried together.
    const options = this.manner.backwards || this.manner.ordered ? written : factor(written);
    const ends: number[] = [];
    for (const [i, option] of options.entries()) {
      const last = i === options.length - 1;
      const fork = last ? -1 : this.add(Op.Fork, this.ops.length + 1);
      this.write(option);
      if (last) break;
      ends.push(this.add(Op.Jump));
      this.y[fork] = this.ops.length;
    }
    for (const end of ends) this.x[end] = this.ops.length;
  }

  /** @param greedy once more is tried before going on is */
  private repeat(item: PatternNode, min: number, max: number, greedy: boolean): void {
    for (let i = 0; i < min; i++) {
      const start = this.ops.length;
      this.write(item);
      // What needs no instruction may be repeated billions of times.
      if (this.ops.length === start) break;
    }
    if (max === Infinity) {
      const fork = this.add(Op.Fork, this.ops.length + 1);
      this.write(item);
      this.add(Op.Jump, fork);
      this.leave(fork, greedy);
      return;
    }
    const forks: number[] = [];
    for (let i = min; i < max; i++) {
      forks.push(this.add(Op.Fork, this.ops.length + 1));
      this.write(item);
    }
    for (const fork of forks) this.leave(fork, greedy);
  }

  /** The fork of a loop goes into it, and to what is written next. */
  private leave(fork: number, greedy: boolean): void {
    const [into, out] = [this.x[fork], this.ops.length];
    this.x[fork] = greedy ? into : out;
    this.y[fork] = greedy ? out : into;
  }
}
