/**
 * Looks at every page of a large store while it is open: at start that would take too long. A few milliseconds at a time, each part in a
 * read transaction, which keeps the pages that it leads to from being written over. What seems damaged is looked at a second time, some
 * time later, before anybody is told.
 */
import { join } from 'node:path';
import type { Log } from '../../util/log';
import { messageOf } from '../../util/message-of';
import type { FileGuard } from './file-guard';
import { LmdbFile } from './lmdb-file';
import { DATA_FILE } from './store-files';
import { describeDamage, walkPart, type WalkPosition } from './tree-walk';

const PART_MS = 5;
const PAUSE_MS = 250;

/** Holds the pages that are in use now; what it returns lets go of them. */
export type HoldPages = () => () => void;

export class LeafPatrol {
  private position: WalkPosition | null = null;
  /** What the last look found. */
  private suspicion: string | null = null;
  private timer: NodeJS.Timeout | null = null;

  /** @param clock milliseconds on a clock that never goes back */
  constructor(
    private readonly directory: string,
    private readonly hold: HoldPages,
    private readonly guard: FileGuard,
    private readonly log: Log,
    private readonly clock: () => number = () => performance.now(),
  ) {}

  start(): void {
    this.timer = setTimeout(() => {
      if (this.look()) this.start();
    }, PAUSE_MS).unref();
  }

  stop(): void {
    if (this.timer !== null) clearTimeout(this.timer);
  }

  /** Looks at one part. @returns whether there is more to look at */
  look(): boolean {
    if (this.guard.isDamaged) return false;
    const found = this.part();
    if (typeof found === 'string') {
      if (found === this.suspicion) this.guard.report(found);
      this.suspicion = found;
      return true;
    }
    this.suspicion = null;
    this.position = found;
    if (found === null) this.log.info(`All pages of the embedded store in ${this.directory} are as they should be`);
    return found !== null;
  }

  /** @returns where the next part starts, null: nowhere; or what is damaged */
  private part(): WalkPosition | string | null {
    const release = this.hold();
    try {
      const file = LmdbFile.open(join(this.directory, DATA_FILE));
      try {
        const started = this.clock();
        const { damage, next } = walkPart(file, this.position, () => this.clock() - started >= PART_MS);
        return damage === null ? next : describeDamage(damage);
      } finally {
        file.close();
      }
    } catch (e) {
      return messageOf(e);
    } finally {
      release();
    }
  }
}
