import { randomBytes } from 'node:crypto';
import type { Storage } from '../../storage';
import type { Log } from '../../util/log';
import { MAXID_ROW, NAME_FAMILY } from '../uid-table';
import { Seal } from './seal';
import { messageOf } from '../../util/message-of';

/** Columns in the row of the counters, in the family that no tool of the original reads there. */
const SECRET = Buffer.from('redis_secret');
const GENERATION = Buffer.from('redis_generation');
const SECRET_BYTES = 32;

const POLL_MS = 300;
/** Answers of Redis are used only if storage was read within this time. */
const MAX_AGE_MS = 1000;
const READ_DEADLINE_MS = 1000;

/** One generation of mappings: between two of them a mapping ended. Compared by identity. */
export interface Moment {
  readonly seal: Seal;
  readonly generation: number;
}

/**
 * What the UID table itself says about the sharing of its mappings: a secret, and a counter that every rename and delete moves. It is read
 * several times a second, so that what was shared before a change stops being believed within a second, whether or not Redis brings the news.
 */
export class Generation {
  private present: Moment | null = null;
  private readAt = -Infinity;
  private timer: NodeJS.Timeout | null = null;
  private reading: Promise<void> | null = null;
  private readonly listeners: (() => void)[] = [];

  /** @param mayCreate false in a process that must not write (`tsd.mode = ro`): it waits for another to bring the secret */
  constructor(
    private readonly storage: Storage,
    private readonly table: string,
    private readonly mayCreate: boolean,
    private readonly logger: Log,
  ) {}

  /** The present generation, as far as it is certain; null: Redis must be neither asked nor told. */
  get moment(): Moment | null {
    return performance.now() - this.readAt <= MAX_AGE_MS ? this.present : null;
  }

  /** The last one known, certain or not. */
  get latest(): Moment | null {
    return this.present;
  }

  /** Called when mappings have ended and it is not known which. */
  onGap(listener: () => void): void {
    this.listeners.push(listener);
  }

  /** Reads now, and from now on. */
  async start(): Promise<void> {
    await this.refresh();
    this.schedule();
  }

  stop(): void {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
  }

  /** Looks at the table. Doesn't reject: without an answer the present merely becomes uncertain. */
  refresh(): Promise<void> {
    this.reading ??= this.read()
      .catch((e: unknown) => void this.logger.debug(`The UID generation could not be read: ${messageOf(e)}`))
      .finally(() => (this.reading = null));
    return this.reading;
  }

  /** Moves to the next generation. @returns its number. @throws StorageError */
  async advance(): Promise<number> {
    const generation = Number(await this.storage.increment(this.table, MAXID_ROW, NAME_FAMILY, GENERATION, 1n));
    const { present } = this;
    if (present && generation > present.generation) {
      const unseen = generation > present.generation + 1;
      this.present = { seal: present.seal, generation };
      if (unseen) this.gap();
    }
    return generation;
  }

  /**
   * Takes the news of a change by another process, which took the generations `from` (before it began) and `to` (when it was done).
   * @returns whether that is all that has happened since the present generation; false also for old news
   */
  follow(from: number, to: number): boolean {
    const { present } = this;
    if (!present || to <= present.generation) return false;
    const steps = to - present.generation;
    this.present = { seal: present.seal, generation: to };
    if (steps === 1 || (steps === 2 && from === to - 1)) return true;
    this.gap();
    return false;
  }

  private schedule(): void {
    this.timer = setTimeout(() => void this.refresh().then(() => this.timer && this.schedule()), POLL_MS);
    this.timer.unref();
  }

  private async read(): Promise<void> {
    const startedAt = performance.now();
    const get = { row: MAXID_ROW, family: NAME_FAMILY, qualifiers: [SECRET, GENERATION] };
    const row = await this.storage.get(this.table, get, { deadline: Date.now() + READ_DEADLINE_MS });
    const secret = row?.get(NAME_FAMILY, SECRET) ?? null;
    if (secret?.length !== SECRET_BYTES) {
      this.present = null;
      if (secret !== null || !this.mayCreate) return;
      await this.create();
      return this.read();
    }
    const counter = row?.get(NAME_FAMILY, GENERATION);
    const generation = counter?.length === 8 ? Number(counter.readBigInt64BE(0)) : 0;
    const { present } = this;
    if (!present || !present.seal.secret.equals(secret)) {
      this.present = { seal: new Seal(Buffer.from(secret)), generation };
      if (this.readAt > -Infinity) this.gap();
    } else if (generation > present.generation) {
      this.present = { seal: present.seal, generation };
      this.gap();
    }
    this.readAt = startedAt;
  }

  /** The first process to come invents the secret; a race has one winner. */
  private async create(): Promise<void> {
    await this.storage.compareAndSet(this.table, MAXID_ROW, NAME_FAMILY, SECRET, null, randomBytes(SECRET_BYTES));
  }

  private gap(): void {
    for (const listener of this.listeners) listener();
  }
}

/** The seal of the processes that share something of a table through Redis; null: there is none yet. @throws StorageError */
export async function readSeal(storage: Storage, table: string): Promise<Seal | null> {
  const row = await storage.get(table, { row: MAXID_ROW, family: NAME_FAMILY, qualifiers: [SECRET] });
  const secret = row?.get(NAME_FAMILY, SECRET) ?? null;
  return secret?.length === SECRET_BYTES ? new Seal(Buffer.from(secret)) : null;
}

/** Whether mappings of this table are shared through Redis by any process: changes must move the generation then. */
export async function isShared(storage: Storage, table: string): Promise<boolean> {
  const row = await storage.get(table, { row: MAXID_ROW, family: NAME_FAMILY, qualifiers: [SECRET] });
  return row?.get(NAME_FAMILY, SECRET) !== null && row !== null;
}
