import { setTimeout as sleep } from 'node:timers/promises';
import type { Storage } from '../../storage';
import type { ChangeListener } from '../changes';
import type { Log } from '../../util/log';
import type { UidEnd } from '../shared-cache';
import type { UidKind } from '../types';
import { Generation, isShared } from './generation';
import type { Seal } from './seal';
import { messageOf } from '../../util/message-of';

const ADVANCE_ATTEMPTS = 5;
const FIRST_WAIT_MS = 100;

/** Hands the news to other processes; see EndNotices. */
export type Publish = (seal: Seal, from: number, to: number, ended: UidEnd) => Promise<void>;

/**
 * Moves the table's generation around renames and deletes, when any process shares the table's mappings. Before, so that what was shared until then is
 * void even if the process dies in the middle; and after, so that what was read and shared meanwhile is.
 */
export class TableChanges {
  /** @param publish absent in a process without Redis: the others see the generation move */
  constructor(
    private readonly storage: Storage,
    private readonly table: string,
    private readonly logger: Log,
    private readonly generation = new Generation(storage, table, false, logger),
    private readonly publish: Publish | null = null,
  ) {}

  /** @param kind as the table calls it; `uid` may name kinds that nobody shares, which is harmless */
  of(kind: string): ChangeListener {
    return {
      changing: async () => ((await isShared(this.storage, this.table)) ? this.generation.advance() : null),
      changed: async (from, names, id) => {
        if (from === null) return;
        const to = await this.advanceAfter();
        const seal = this.generation.latest?.seal;
        if (to !== null && seal && this.publish) await this.publish(seal, from, to, { kind: kind as UidKind, names, id });
      },
    };
  }

  /** The mapping has ended already: that must not be reported as a failure, nor be given up on lightly. */
  private async advanceAfter(): Promise<number | null> {
    for (let attempt = 1, wait = FIRST_WAIT_MS; ; attempt++, wait *= 2) {
      try {
        return await this.generation.advance();
      } catch (e) {
        if (attempt === ADVANCE_ATTEMPTS) {
          this.logger.error(
            `A UID mapping has ended, but other TSDs could not be told: they may use it until their caches are dropped (${messageOf(e)})`,
          );
          return null;
        }
        await sleep(wait);
      }
    }
  }
}
