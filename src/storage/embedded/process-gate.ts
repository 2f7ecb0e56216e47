/**
 * Keeps processes that open or close the store apart from those that commit to it.
 *
 * LMDB needs that: opening a file reads the number of the last transaction and writes it to the memory that all processes share. A
 * commit between the two is undone by it: the next writer starts from the transaction before and overwrites it, though it was
 * answered. Closing has its own race: the last one out destroys the mutexes that somebody who is just coming in is about to use.
 *
 * So who opens or closes holds both locks alone. Who commits passes the door and holds the room together with others who commit, as
 * long as a commit of its is under way. Somebody who opens shuts the door first, so that the room empties.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { join } from 'node:path';
import { RetryableError } from '../errors';
import { FileLock } from './file-lock';

const FIRST_POLL_MS = 1;
const LAST_POLL_MS = 20;
/** Nobody opens that long; commits of a slow disk may take seconds. */
const DEFAULT_PATIENCE_MS = 60_000;
const EXIT_PATIENCE_MS = 1000;

export class ProcessGate {
  private readonly door: FileLock;
  private readonly room: FileLock;
  /** Held by everybody who has the store open. */
  private readonly use: FileLock;
  /** Commits of this process that are under way. */
  private inside = 0;
  /** Set while the door is shut for this process; all who come meanwhile stand in line. */
  private waiting: Promise<void> | null = null;

  /** @throws the system's error when the directory can't be written */
  constructor(
    private readonly directory: string,
    private readonly patienceMs = DEFAULT_PATIENCE_MS,
  ) {
    const locks: FileLock[] = [];
    try {
      for (const name of ['door', 'room', 'use']) locks.push(new FileLock(join(directory, `${name}.lock`)));
    } catch (e) {
      for (const lock of locks) lock.close();
      throw e;
    }
    [this.door, this.room, this.use] = locks;
  }

  /**
   * Runs while no process commits, opens or closes. The caller has no commit of its own under way.
   *
   * @throws RetryableError when the others don't get ready
   */
  async alone<T>(action: () => T | Promise<T>): Promise<T> {
    await this.poll(() => this.door.tryExclusive());
    try {
      await this.poll(() => this.room.tryExclusive());
      try {
        return await action();
      } finally {
        this.room.release();
      }
    } finally {
      this.door.release();
    }
  }

  /** Counts this process among those who have the store open. Within `alone`. @returns whether it is the only one */
  register(): boolean {
    const first = this.use.tryExclusive();
    this.use.tryShared();
    return first;
  }

  /** A commit may start when this returns nothing, or else when what it returns resolves; `leave` must follow. */
  enter(): Promise<void> | undefined {
    if (this.waiting !== null) return this.waiting.then(() => this.enter());
    if (this.tryEnter()) return undefined;
    this.waiting = this.poll(() => this.tryEnter());
    return this.waiting.finally(() => {
      this.waiting = null;
    });
  }

  private tryEnter(): boolean {
    if (!this.door.tryShared()) return false;
    try {
      // Nobody has the room alone while we hold the door.
      if (this.inside === 0 && !this.room.tryShared()) return false;
      this.inside++;
      return true;
    } finally {
      this.door.release();
    }
  }

  /** A commit of this process is under way. */
  get isCommitting(): boolean {
    return this.inside > 0;
  }

  leave(): void {
    if (--this.inside === 0) this.room.release();
  }

  /** When the process ends with its store open, LMDB closes the file on its way out: nobody may come in meanwhile. */
  holdUntilDeath(): void {
    const pause = new Int32Array(new SharedArrayBuffer(4));
    const until = performance.now() + EXIT_PATIENCE_MS;
    while (!this.door.tryExclusive() && performance.now() < until) Atomics.wait(pause, 0, 0, FIRST_POLL_MS);
  }

  close(): void {
    this.door.close();
    this.room.close();
    this.use.close();
  }

  private async poll(attempt: () => boolean): Promise<void> {
    const start = performance.now();
    for (let pause = FIRST_POLL_MS; !attempt(); pause = Math.min(pause * 2, LAST_POLL_MS)) {
      if (performance.now() - start > this.patienceMs)
        throw new RetryableError(`Another process keeps the embedded store in ${this.directory} locked`);
      // Not in step with others who wait for the same.
      await sleep(pause * (0.5 + Math.random()));
    }
  }
}
