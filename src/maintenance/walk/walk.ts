import { setMaxListeners } from 'node:events';
import type { Row, ScanOptions, Storage } from '../../storage';
import type { Checkpoint, RangeState, Tally } from './checkpoint';
import type { KeyRange } from './key-ranges';
import type { Pace } from './pace';

/** What is read, and how. */
export interface WalkParts {
  readonly storage: Storage;
  readonly table: string;
  /** Of a new job; one that goes on has those of its checkpoint. */
  readonly ranges: () => Promise<readonly KeyRange[]>;
  /** Ranges that are read at once. */
  readonly workers: number;
  readonly pace: Pace;
  readonly checkpoint: Checkpoint;
  /** Ends the walk: it rejects with the signal's reason, and the checkpoint says where it was. */
  readonly signal?: AbortSignal;
  /** Everything of the scans but their ranges. */
  readonly scan?: Omit<ScanOptions, 'start' | 'stop' | 'signal'>;
}

/** Told of the walk as it goes. */
export interface Walker {
  /**
   * Rows in key order, from one range. Whatever is done about them is done when it resolves; the next rows of the range come then.
   * @param worker from 0
   * @returns what is to be counted; it is added up
   */
  visit(rows: readonly Row[], worker: number): Promise<Tally>;
  /** A worker has nothing left to do. */
  finished?(worker: number): void;
}

const NEXT_KEY = Buffer.of(0);

/** Adds what was counted. */
export function addTally(to: Tally, from: Readonly<Tally>): void {
  for (const [name, count] of Object.entries(from)) to[name] = (to[name] ?? 0) + count;
}

/**
 * Shows all rows of a table to a walker, several ranges at once.
 * @returns what was counted, in what a stopped job has done before as well
 * @throws StorageError, the signal's reason, errors of the file system for the checkpoint
 */
export async function walk(parts: WalkParts, walker: Walker): Promise<Tally> {
  const { checkpoint, workers, signal } = parts;
  const states = checkpoint.load() ?? (await parts.ranges()).map(newState);
  checkpoint.save(states, true);
  const stop = new AbortController();
  const ended = signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]);
  setMaxListeners(0, ended);
  const waiting = states.filter(({ done }) => !done)[Symbol.iterator]();
  const work = async (worker: number): Promise<void> => {
    for (const state of waiting) {
      await walkRange(parts, walker, state, worker, ended, () => checkpoint.save(states));
      checkpoint.save(states);
    }
    walker.finished?.(worker);
  };
  try {
    // When one worker fails the others end where they are, and only then is the checkpoint the last one.
    const running = Array.from({ length: Math.max(1, Math.min(workers, states.length)) }, (_, worker) =>
      work(worker).catch((error: unknown) => {
        stop.abort(error);
        throw error;
      }),
    );
    await Promise.allSettled(running);
    await Promise.all(running);
    signal?.throwIfAborted();
  } catch (error) {
    checkpoint.save(states, true);
    // A scan that was cut short rejects with an error of its own.
    signal?.throwIfAborted();
    throw stop.signal.aborted ? stop.signal.reason : error;
  }
  checkpoint.remove();
  const total: Tally = {};
  for (const { tally } of states) addTally(total, tally);
  return total;
}

async function walkRange(
  { storage, table, scan, pace }: WalkParts,
  walker: Walker,
  state: RangeState,
  worker: number,
  signal: AbortSignal,
  reached: () => void,
): Promise<void> {
  const { range, at } = state;
  const start = at === null ? range.start : Buffer.concat([at, NEXT_KEY]);
  for await (const rows of storage.scan(table, { batchRows: pace.batchRows, ...scan, start, stop: range.stop, signal })) {
    signal.throwIfAborted();
    const { key } = rows[rows.length - 1];
    addTally(state.tally, await walker.visit(rows, worker));
    state.at = Buffer.from(key);
    reached();
    await pace.spend(rows.length, signal);
  }
  signal.throwIfAborted();
  state.done = true;
}

function newState(range: KeyRange): RangeState {
  return { range, at: null, done: false, tally: {} };
}
