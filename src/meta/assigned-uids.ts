import type { UidKind } from '../uid';
import type { Log } from '../util/log';
import { messageOf } from '../util/message-of';
import { RateLimitedLog } from '../util/rate-limited-log';
import type { KindedUid, UidMetas } from './uid-metas';

/** Stores metadata of UIDs as they are assigned: those of one turn of the event loop together. */
export class AssignedUids {
  private waiting: KindedUid[] = [];
  private writing: Promise<void> = Promise.resolve();
  private readonly log: RateLimitedLog;

  constructor(
    private readonly metas: UidMetas,
    logger: Log,
  ) {
    this.log = new RateLimitedLog((message) => logger.error(message));
  }

  assigned(kind: UidKind, id: Buffer): void {
    this.waiting.push({ kind, id });
    if (this.waiting.length === 1)
      setImmediate(() => void (this.writing = Promise.all([this.writing, this.write()]).then(() => undefined)));
  }

  /** Resolves when everything is stored, or can't be. */
  async flush(): Promise<void> {
    const last = this.write();
    await this.writing;
    await last;
  }

  private async write(): Promise<void> {
    const uids = this.waiting;
    this.waiting = [];
    try {
      await this.metas.create(uids);
    } catch (error) {
      this.log.log(() => `Metadata of ${uids.length} UIDs could not be stored: ${messageOf(error)}`);
    }
  }
}
