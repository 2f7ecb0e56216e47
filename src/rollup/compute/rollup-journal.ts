import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import type { RollupTask } from './rollup-run';

/** A stretch of time that is rolled up, in seconds. */
export interface RollupRange {
  readonly since: number;
  readonly until: number;
}

/**
 * A file that says how far runs came: `range SINCE UNTIL` where one begins, `done METRIC SALT` for each part that is stored, `complete UNTIL` at its end. Lines are
 * only ever added; one without an end, from a process that was killed, counts for nothing.
 */
export class RollupJournal {
  /** The range of a run that has not come to its end; null: there is none. */
  unfinished: RollupRange | null = null;
  /** Up to where runs have come to their end; null: none has. */
  completeUntil: number | null = null;
  private readonly done = new Set<string>();
  private torn = false;

  /** @param path null: nothing is remembered @throws errors of the file system */
  constructor(private readonly path: string | null) {
    if (path === null || !existsSync(path)) return;
    const lines = readFileSync(path, 'utf8').split('\n');
    this.torn = lines.pop() !== '';
    for (const line of lines) this.read(line.split(' '));
  }

  private read([word, a, b]: readonly string[]): void {
    if (word === 'range') this.start({ since: Number(a), until: Number(b) });
    else if (word === 'done') this.done.add(`${a} ${b}`);
    else if (word === 'complete') this.end(Number(a));
  }

  private start(range: RollupRange): void {
    this.unfinished = range;
    this.done.clear();
  }

  private end(until: number): void {
    this.unfinished = null;
    this.completeUntil = until;
  }

  /** A run begins, or goes on where the last one was stopped. */
  begin(range: RollupRange): void {
    const { unfinished } = this;
    if (unfinished !== null && unfinished.since === range.since && unfinished.until === range.until) return;
    this.start(range);
    this.write(`range ${range.since} ${range.until}`);
  }

  isDone(task: RollupTask): boolean {
    return this.done.has(nameOf(task));
  }

  taskDone(task: RollupTask): void {
    this.write(`done ${nameOf(task)}`);
  }

  complete(until: number): void {
    this.end(until);
    this.write(`complete ${until}`);
  }

  private write(line: string): void {
    if (this.path === null) return;
    appendFileSync(this.path, `${this.torn ? '\n' : ''}${line}\n`);
    this.torn = false;
  }
}

function nameOf({ metric, salt }: RollupTask): string {
  return `${metric.toString('hex')} ${salt.toString('hex')}`;
}
