/** Failures of LMDB and of the system, as whoever called the store is told of them. */
import { constants } from 'node:os';
import { messageOf } from '../../util/message-of';
import { DamagedStoreError, StorageError, StoreFullError } from '../errors';
import type { DiskRoom } from './disk-room';
import type { FileGuard } from './file-guard';
import { DATA_FILE, damagesIn } from './store-files';
import { describeDamages } from './tree-walk';

/** By their names, which the system's errors have, and their numbers, which LMDB's have. */
const NO_ROOM: ReadonlySet<unknown> = new Set((['ENOSPC', 'EDQUOT', 'EFBIG'] as const).flatMap((name) => [name, constants.errno[name]]));
/** MDB_PAGE_NOTFOUND, MDB_CORRUPTED. */
const DAMAGE: ReadonlySet<unknown> = new Set([-30797, -30796]);
/** MDB_BAD_TXN: something before has failed in this transaction, most often the reading of a page. */
const FAILED_BEFORE = -30782;
/** How long a look at all pages that found nothing holds. */
const LOOK_AGAIN_MS = 60_000;

/** Tells damage and a full disk from other failures. What is damaged goes to the guard, which refuses every later use of the store. */
export class StoreErrors {
  /** When all pages were looked at because LMDB did not name the damage that it met. */
  private lookedAt = -Infinity;

  /**
   * @param holdPages keeps the pages that are in use from being written over, and returns what lets go of them
   * @param clock milliseconds on a clock that never goes back
   */
  constructor(
    private readonly path: string,
    private readonly guard: FileGuard,
    private readonly room: DiskRoom,
    private readonly holdPages: () => () => void,
    private readonly clock: () => number = () => performance.now(),
  ) {}

  /** To be called before each write. @param bytes of what is to be written @throws DamagedStoreError, StoreFullError */
  checkRoom(bytes: number): void {
    this.guard.check();
    if (!this.room.isEnough(this.guard.bytes, bytes)) throw fullDisk(this.path);
  }

  /** A failed read as its caller is told of it. */
  ofRead(error: unknown): unknown {
    return this.damageOf(error) ?? error;
  }

  /** A failed write as its caller is told of it. */
  ofWrite(reason: unknown): unknown {
    const damage = this.damageOf(reason);
    if (damage !== null) return damage;
    if (reason instanceof StorageError) return reason;
    if (NO_ROOM.has(errorCode(reason))) return fullDisk(this.path, reason);
    return new StorageError(`The embedded store in ${this.path} could not write: ${messageOf(reason)}`, { cause: reason });
  }

  /**
   * A failed commit as its caller is told of it.
   * @param cause what has ended the transaction: LMDB itself says no more than that it can't be committed. null: it is not known
   */
  async ofCommit(failure: unknown, cause: unknown): Promise<unknown> {
    let reason = failure;
    // LMDB keeps the reason in a promise on the error; it must be taken, or it counts as unhandled.
    if (failure instanceof Error && 'commitError' in failure) reason = await Promise.resolve(failure.commitError).catch((e: unknown) => e);
    const error = this.damageOf(cause) ?? this.ofRead(reason);
    // LMDB says `Input/output error` to a disk that became full meanwhile.
    if (!(error instanceof StorageError) && !this.room.isEnough(this.guard.bytes)) return fullDisk(this.path, error);
    return this.ofWrite(error);
  }

  /** What an error says of a damage, with the file that has it; from then on the store is not used. Null: it says nothing of one. */
  private damageOf(error: unknown): DamagedStoreError | null {
    if (error instanceof DamagedStoreError) return this.guard.report(error.message);
    if (DAMAGE.has(errorCode(error))) return this.guard.report(`its file ${DATA_FILE}: ${messageOf(error)}`);
    return errorCode(error) === FAILED_BEFORE ? this.damagedPage() : null;
  }

  /** Looks for what LMDB has met and doesn't name. */
  private damagedPage(): DamagedStoreError | null {
    if (this.clock() - this.lookedAt < LOOK_AGAIN_MS) return null;
    this.lookedAt = this.clock();
    const letGo = this.holdPages();
    try {
      const damages = damagesIn(this.path);
      return damages.length === 0 ? null : this.guard.report(`its file ${DATA_FILE}: ${describeDamages(damages)}`);
    } finally {
      letGo();
    }
  }
}

/** There may be room again: what was to be written is worth keeping. */
export function fullDisk(path: string, cause?: unknown): StoreFullError {
  return new StoreFullError(`The embedded store in ${path} could not write: no space left on the disk`, { cause });
}

/** Why a store can't be opened, in words for who runs it. */
export function openFailure(error: unknown): string {
  const code = errorCode(error);
  if (code === 'EROFS' || code === 'EACCES' || code === 'EPERM') return `its directory can't be written: ${messageOf(error)}`;
  if (NO_ROOM.has(code)) return `no space left on the disk: ${messageOf(error)}`;
  return messageOf(error);
}

/** The system's name of the error, or its number from LMDB's binding. */
function errorCode(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}
