import type { Siblings } from '../../workers';
import { ADD_RECORDS, BACKLOG_NEWS, OPEN_BACKLOG, STORAGE_NEWS, type BacklogState } from './keeper-topics';
import type { Backlog } from './backlog';

/** Takes points from the other workers into the spool, and keeps them informed of what is in it. */
export class SpoolKeeper {
  private closed = false;

  /** @param backlogOf a table, by its name; null: points by name */
  constructor(
    private readonly siblings: Siblings,
    backlogOf: (name: string | null) => Promise<Backlog>,
  ) {
    siblings.answer(OPEN_BACKLOG, async (name) => (await backlogOf(name)).state);
    siblings.answer(ADD_RECORDS, async ({ name, names, payloads }) => {
      if (this.closed) return false;
      const backlog = await backlogOf(name);
      await backlog.add(
        names,
        payloads.map((payload) => Buffer.from(payload.buffer, payload.byteOffset, payload.length)),
      );
      return true;
    });
    siblings.answer(STORAGE_NEWS, async ({ name, lost, found }) => {
      const backlog = await backlogOf(name);
      if (lost !== undefined) backlog.lost(new Error(lost));
      else if (found) backlog.found();
      return null;
    });
  }

  /** Resolves when all others know, or are too busy to do anything. */
  async tell(name: string | null, state: BacklogState): Promise<void> {
    await this.siblings.ask(BACKLOG_NEWS, { name, state });
  }

  /** From now on the others wait for the next keeper. */
  close(): void {
    this.closed = true;
  }
}
