import { randomBytes } from 'node:crypto';
import { uidToNumber } from '../schema/bytes';
import { IllegalArgumentError, IllegalStateError } from '../util/errors';
import { StorageError } from '../storage';
import { Batcher } from './batcher';
import { FailedToAssignUniqueId } from './errors';
import type { Log } from '../util/log';
import type { UidTable } from './uid-table';

/** The original decrements its budget before the first attempt, so 3 means two attempts, and 10 nine. */
const SERIAL_ATTEMPTS = 3;
const RANDOM_ATTEMPTS = 10;
const MAX_RANDOM_WIDTH = 7;
/** Fractions of all UIDs at which a warning is logged, by the TSD that assigns exactly that number. */
const WARN_PERCENT = [75n, 90n, 95n, 99n];

/** The outcome of an allocation: a new UID, or the one that another process assigned first. */
export interface Allocation {
  id: Buffer;
  fresh: boolean;
}

/**
 * The allocation protocol on one kind: take a number from the counter (or at random), claim its reverse row, then the name's forward row.
 * Each claim is a compare-and-set against an absent cell, so that a name never gets two UIDs and a visible forward mapping always has its
 * reverse. A process that loses the forward claim leaks its number, with the reverse cell, and takes the winner's.
 * Mirrors UniqueId.UniqueIdAllocator, its accounting of attempts included.
 */
export class UidAllocator {
  /** Random numbers that were taken already. */
  collisions = 0;
  private readonly winners: Batcher<string, Buffer | null>;

  constructor(
    private readonly table: UidTable,
    private readonly random: boolean,
    private readonly logger: Log,
  ) {
    this.winners = new Batcher(
      (names) => table.forward(names),
      (name) => name,
    );
  }

  /** @throws StorageError, IllegalStateError, FailedToAssignUniqueId */
  async allocate(name: string): Promise<Allocation> {
    const budget = this.random ? RANDOM_ATTEMPTS : SERIAL_ATTEMPTS;
    const { kind } = this.table;
    let lastError: StorageError | null = null;
    this.logger.info(`Creating ${this.random ? 'a random' : 'an'} ID for kind='${kind}' name='${name}'`);
    for (let attempt = budget - 1; ; attempt--) {
      try {
        const number = await this.candidate();
        // The original checks its budget only here, after one more increment.
        if (attempt === 0) break;
        this.logger.info(`Got ID=${number} for kind='${kind}' name='${name}'`);
        const done = await this.claim(this.uidOf(number), name);
        if (done) return done;
      } catch (e) {
        if (!(e instanceof StorageError)) throw e;
        if (attempt === 0) break;
        this.logger.error(`Failed attempt #${budget - attempt} to assign an UID for ${kind}:${name}: ${e.message}`);
        lastError = e;
      }
    }
    const failure =
      lastError ??
      (this.random ? FailedToAssignUniqueId.collided(kind, name, RANDOM_ATTEMPTS) : new IllegalStateError('Should never happen!'));
    this.logger.error(`Failed to assign an ID for kind='${kind}' name='${name}': ${failure.message}`);
    throw failure;
  }

  private async candidate(): Promise<bigint> {
    return this.random ? uidToNumber(randomUid(this.table.width)) : this.table.takeNumber();
  }

  /** Warns of the end of the UIDs as it comes nearer, and says when it is there. @throws IllegalStateError */
  private uidOf(number: bigint): Buffer {
    const { kind, width, maxId } = this.table;
    if (!this.random && WARN_PERCENT.some((percent) => number === (maxId * percent) / 100n))
      this.logger.warn(`${number} of ${maxId} Unique IDs for ${kind} on ${width} bytes are assigned, ${maxId - number} are left`);
    try {
      return this.table.uidOf(number);
    } catch (exhausted) {
      if (exhausted instanceof Error) this.logger.error(`OMG ${exhausted.message}`);
      throw exhausted;
    }
  }

  /** @returns null when the number has a name already */
  private async claim(id: Buffer, name: string): Promise<Allocation | null> {
    const { kind } = this.table;
    if (!(await this.table.claimReverse(id, name))) {
      if (this.random) this.collisions++;
      else this.logger.error(`UID ${uidToNumber(id)} of kind '${kind}' has a name already: run an fsck against the UID table!`);
      return null;
    }
    if (await this.table.claimForward(name, id)) return { id, fresh: true };
    this.logger.warn(`Race condition: tried to assign ID ${uidToNumber(id)} to ${kind}:${name}, another process was faster`);
    const winner = await this.winners.load(name);
    if (winner === null) throw new IllegalStateError(`The mapping of ${kind}:${name} went away while it was being assigned`);
    return { id: this.table.checkFound(winner), fresh: false };
  }
}

/** Mirrors RandomUniqueId: never 0. @throws IllegalArgumentError for more than 7 bytes */
function randomUid(width: number): Buffer {
  checkRandomWidth(width);
  const id = randomBytes(width);
  if (id.every((b) => b === 0)) id[width - 1] = 1;
  return id;
}

export function checkRandomWidth(width: number): void {
  if (width > MAX_RANDOM_WIDTH)
    throw new IllegalArgumentError('Expecting to return an unsigned long random integer, it can not be larger than 7 bytes wide');
}
