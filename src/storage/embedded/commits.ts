/** Writes to LMDB: each is let in by the gate, has room on the disk, and ends with an error that says what was wrong. */
import type { RootDatabase } from 'lmdb';
import type { FileGuard } from './file-guard';
import type { ProcessGate } from './process-gate';
import type { StoreErrors } from './store-errors';
import type { StoredTable, TableState } from './table';

const UNKNOWN = (): unknown => null;

export class Commits {
  constructor(
    private readonly root: Pick<RootDatabase<Buffer, string>, 'transaction' | 'batch'>,
    private readonly gate: Pick<ProcessGate, 'enter' | 'leave'>,
    private readonly guard: Pick<FileGuard, 'look'>,
    private readonly errors: Pick<StoreErrors, 'checkRoom' | 'ofCommit'>,
  ) {}

  /**
   * Runs `action` in a write transaction, which no other process or call can interleave with.
   * @param bytes of what `action` puts, when that may be much
   */
  transaction<T>(action: () => T, bytes = 0): Promise<T> {
    let cause: unknown = null;
    const noted = (): T => {
      try {
        return action();
      } catch (e) {
        cause = e;
        throw e;
      }
    };
    return this.commit(
      () => this.root.transaction(noted),
      bytes,
      () => cause,
    );
  }

  /** Writes everything that `action` puts or removes, at once and in one transaction, on LMDB's own thread. */
  async batch(action: () => void): Promise<void> {
    await this.commit(() => this.root.batch(action), 0);
  }

  /**
   * As `batch`, if the table's state is still this one; else writes nothing and answers false.
   * @param bytes of what `action` puts
   */
  batchIf(table: StoredTable, state: TableState, bytes: number, action: () => void): Promise<boolean> {
    return this.commit(() => table.ifState(state, action), bytes);
  }

  private async commit<T>(start: () => Promise<T>, bytes: number, causeOf = UNKNOWN): Promise<T> {
    const entrance = this.gate.enter();
    if (entrance !== undefined) await entrance;
    try {
      this.errors.checkRoom(bytes);
      const done = await start();
      this.guard.look();
      return done;
    } catch (e) {
      throw await this.errors.ofCommit(e, causeOf());
    } finally {
      this.gate.leave();
    }
  }
}
