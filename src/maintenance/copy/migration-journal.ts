import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { IllegalArgumentError } from '../../util/errors';
import { messageOf } from '../../util/message-of';
import { Checkpoint } from '../walk/checkpoint';

/** How the other store numbers names: as this one, or in its own way. */
export type Numbering = 'keep' | 'assign';

/** How far a migration has come. */
export interface MigrationState {
  numbering: Numbering;
  /** Milliseconds: when the pass began that is under way. Null: none is. */
  began: number | null;
  /** Milliseconds: what was written before is copied. Null: no pass has ended. */
  complete: number | null;
  /** Tables that this pass is done with. */
  done: string[];
}

/** A file that says how far a migration has come, and beside it one for the table that is being copied. */
export class MigrationJournal {
  /**
   * @param path null: nothing is remembered
   * @param task from which store to which: another migration must not go on from here
   */
  constructor(
    private readonly path: string | null,
    private readonly task: string,
  ) {}

  /** Null: there is none yet. @throws IllegalArgumentError for another migration's file, or what is none */
  load(): MigrationState | null {
    if (this.path === null || !existsSync(this.path)) return null;
    let stored: MigrationState & { task: unknown };
    try {
      stored = JSON.parse(readFileSync(this.path, 'utf8')) as MigrationState & { task: unknown };
      if (typeof stored.task !== 'string' || !Array.isArray(stored.done)) throw new Error('it says nothing of tables');
    } catch (cause) {
      throw new IllegalArgumentError(`${this.path} is no journal of a migration: ${messageOf(cause)}`, { cause });
    }
    const { task, ...state } = stored;
    if (task !== this.task) throw new IllegalArgumentError(`The journal ${this.path} is of another migration: ${String(task)}`);
    return state;
  }

  /** @throws errors of the file system */
  save(state: MigrationState): void {
    if (this.path === null) return;
    writeFileSync(`${this.path}.new`, `${JSON.stringify({ task: this.task, ...state })}\n`);
    renameSync(`${this.path}.new`, this.path);
  }

  /** How far the copy of a table has come. */
  checkpoint(table: string): Checkpoint {
    return new Checkpoint(this.path === null ? null : `${this.path}.${table}`, `${this.task}, table ${table}`);
  }

  remove(): void {
    if (this.path !== null) rmSync(this.path, { force: true });
  }
}
