import { UID_KINDS, type UidKind, type Uids } from '../uid/types';
import type { CellBuilder } from './point-builder';
import type { NameScout } from './types';
import type { WriteBudget } from './write-budget';

/** Most names of one question. */
const MOST_NAMES = 1024;
/** Questions to storage at once. */
const MOST_RUNNING = 4;
/** Milliseconds that clients wait for an answer, and how long nothing is asked after a question that failed. */
const PATIENCE_MS = 3000;
const PAUSE_MS = 5000;
/** Bytes that a name counts for while it is asked for. */
const NAME_COST = 128;

/** Names that are asked for together. */
interface Question {
  readonly names: Record<UidKind, Set<string>>;
  size: number;
  /** Resolves when it is answered, or when those who asked are not to wait any longer. */
  readonly done: Promise<void>;
  readonly resolve: () => void;
}

/**
 * Teaches the fast path names that have UIDs but were not seen since the start. Whoever meets one looks ahead through the points that it has
 * and notes every name that is unknown; those of many points and clients are asked for at once. Names without a UID stay unknown, and so does
 * whatever could be wrong with a name or its UID: the slow path judges them. While storage does not answer nobody is kept waiting.
 */
export class UnknownNames implements NameScout {
  private open: Question | null = null;
  /** Questions that the names noted since the last `ask` are in. */
  private touched: Question[] = [];
  private readonly queue: Question[] = [];
  private running = 0;
  /** Questions that storage has not answered in time. */
  private late = 0;
  private quietUntil = 0;
  private scheduled = false;
  private readonly encoding: 'utf8' | 'latin1';
  /** A name as the fast path meets it. */
  private scratch = Buffer.alloc(1024);

  constructor(
    private readonly uids: Uids,
    private readonly cells: CellBuilder,
    private readonly budget: WriteBudget,
  ) {
    this.encoding = uids.codec.encoding;
  }

  get asks(): boolean {
    return this.cells.fastPathOpen && this.late === 0 && performance.now() >= this.quietUntil;
  }

  note(kind: UidKind, bytes: Buffer, from: number, to: number): void {
    if (to === from || this.cells.knows(kind, bytes, from, to)) return;
    const name = bytes.toString(this.encoding, from, to);
    if (!this.uids.validator.accepts(name)) return;
    let question = this.open;
    if (question === null || question.size === MOST_NAMES) {
      question = this.open = newQuestion();
      this.queue.push(question);
    }
    if (this.touched.at(-1) !== question) this.touched.push(question);
    const names = question.names[kind];
    if (names.has(name)) return;
    names.add(name);
    question.size++;
    this.budget.used += NAME_COST;
  }

  noteLine(b: Buffer, from: number, to: number): void {
    let p = from;
    while (p < to && b[p] !== 0x20) p++;
    this.note('metrics', b, from, p);
    // The time and the value.
    for (let words = 0; words < 2; words++) for (p++; p < to && b[p] !== 0x20;) p++;
    while (++p < to) {
      const key = p;
      let value = -1;
      for (; p < to && b[p] !== 0x20; p++) if (b[p] === 0x3d) value = p + 1;
      if (value < 0) continue;
      this.note('tagk', b, key, value - 1);
      this.note('tagv', b, value, p);
    }
  }

  ask(): Promise<void> | null {
    const { touched } = this;
    if (touched.length === 0) return null;
    this.touched = [];
    if (!this.scheduled) {
      this.scheduled = true;
      // Others add their names in this turn of the event loop.
      setImmediate(() => {
        this.scheduled = false;
        this.pump();
      });
    }
    return touched.length === 1 ? touched[0].done : Promise.all(touched.map(({ done }) => done)).then(() => undefined);
  }

  private pump(): void {
    while (this.running < MOST_RUNNING) {
      const question = this.queue.shift();
      if (question === undefined) return;
      if (question === this.open) this.open = null;
      this.running++;
      void this.answer(question).finally(() => {
        this.running--;
        this.pump();
      });
    }
  }

  private async answer(question: Question): Promise<void> {
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      this.late++;
      question.resolve();
      // Those in line would wait as long.
      for (const other of this.queue) other.resolve();
    }, PATIENCE_MS);
    const { generation } = this.cells;
    try {
      await Promise.all(UID_KINDS.map((kind) => this.learn(kind, [...question.names[kind]], generation)));
    } catch {
      // The slow path will meet the same error, and has the words for it.
      this.quietUntil = performance.now() + PAUSE_MS;
    } finally {
      clearTimeout(timer);
      if (late) this.late--;
      this.budget.release(NAME_COST * question.size);
      question.resolve();
    }
  }

  private async learn(kind: UidKind, names: readonly string[], generation: number): Promise<void> {
    if (names.length === 0) return;
    const ids = await this.uids.findIds(kind, names);
    if (generation !== this.cells.generation) return;
    for (let i = 0; i < names.length; i++) {
      const id = ids[i];
      if (id === null) continue;
      const name = names[i];
      if (3 * name.length > this.scratch.length) this.scratch = Buffer.alloc(4 * name.length);
      this.cells.learn(kind, this.scratch, this.scratch.write(name, this.encoding), id);
    }
  }
}

function newQuestion(): Question {
  let resolve = (): void => {};
  const done = new Promise<void>((answered) => (resolve = answered));
  return { names: { metrics: new Set(), tagk: new Set(), tagv: new Set() }, size: 0, done, resolve };
}
