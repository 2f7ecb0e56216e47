import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { IllegalArgumentError } from '../../util/errors';
import { messageOf } from '../../util/message-of';
import type { KeyRange } from './key-ranges';

/** What was counted, by name. */
export type Tally = Record<string, number>;

/** How far a range has come. */
export interface RangeState {
  readonly range: KeyRange;
  /** The last key that is done with; null: none is. */
  at: Buffer | null;
  done: boolean;
  /** Of the keys that are done with. */
  readonly tally: Tally;
}

interface StoredState {
  start: string;
  stop: string;
  at: string | null;
  done: boolean;
  tally: Tally;
}

/** Milliseconds between two writes. */
const INTERVAL_MS = 1000;

/**
 * A file that says how far a job has come, so that one that was stopped, however it ended, goes on where it was. It is replaced as a whole; when the job is
 * done it goes. What was done after the last write is done again.
 */
export class Checkpoint {
  private written = -Infinity;

  /**
   * @param path null: nothing is remembered
   * @param task what the job does: one that does something else must not go on from here
   */
  constructor(
    private readonly path: string | null,
    private readonly task: string,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** The ranges of the job that was stopped; null: there is none. @throws IllegalArgumentError for another job's file, or what is none */
  load(): RangeState[] | null {
    if (this.path === null || !existsSync(this.path)) return null;
    const { task, ranges } = this.read(this.path);
    if (task !== this.task)
      throw new IllegalArgumentError(`The checkpoint ${this.path} is of another job: ${task}; remove it, or go on with what it says`);
    return ranges.map(({ start, stop, at, done, tally }) => {
      const range = { start: Buffer.from(start, 'hex'), stop: Buffer.from(stop, 'hex') };
      return { range, at: at === null ? null : Buffer.from(at, 'hex'), done, tally };
    });
  }

  private read(path: string): { task: string; ranges: StoredState[] } {
    try {
      const stored = JSON.parse(readFileSync(path, 'utf8')) as { task: string; ranges: StoredState[] };
      if (typeof stored.task !== 'string' || !Array.isArray(stored.ranges)) throw new Error('it has no ranges');
      return stored;
    } catch (cause) {
      throw new IllegalArgumentError(`${path} is no checkpoint: ${messageOf(cause)}`, { cause });
    }
  }

  /** Writes where the ranges are, now and then. @param always now @throws errors of the file system */
  save(ranges: readonly RangeState[], always = false): void {
    if (this.path === null || (!always && this.now() - this.written < INTERVAL_MS)) return;
    this.written = this.now();
    const stored = ranges.map(({ range, at, done, tally }): StoredState => {
      return { start: range.start.toString('hex'), stop: range.stop.toString('hex'), at: at?.toString('hex') ?? null, done, tally };
    });
    const beginning = `${this.path}.new`;
    writeFileSync(beginning, `${JSON.stringify({ task: this.task, ranges: stored })}\n`);
    renameSync(beginning, this.path);
  }

  /** The job is done: the next one begins at the beginning. */
  remove(): void {
    if (this.path !== null) rmSync(this.path, { force: true });
  }
}
