import { WorkerGoneError, type Siblings } from '../../workers';
import { ADD_RECORDS, BACKLOG_NEWS, OPEN_BACKLOG, STORAGE_NEWS, type Keeper, type StorageNews } from './keeper-topics';
import { RemoteBacklog } from './remote-backlog';
import type { SpoolPace } from './types';

/**
 * The spool of a worker that has none: one directory serves all workers, and one of them has it, so that points of a row that came in through
 * different workers are replayed in one order. When the keeper ends, what it was sent and has not confirmed is sent to the next one.
 */
export class SpoolFollower implements Keeper {
  private readonly backlogs = new Map<string | null, RemoteBacklog>();
  private waiting: (() => void)[] = [];
  private closed = false;
  /** Workers that have been keepers so far. */
  private keepers = 0;

  constructor(
    private readonly siblings: Siblings,
    private readonly settings: SpoolPace,
  ) {
    siblings.answer(BACKLOG_NEWS, ({ name, state }) => {
      this.backlogs.get(name)?.follow(state);
      return null;
    });
    siblings.onKeeper(() => {
      this.keepers++;
      for (const backlog of this.backlogs.values()) void this.synchronise(backlog).catch(() => undefined);
      for (const wake of this.waiting.splice(0)) wake();
    });
  }

  /** Resolves when it is known what is in it. @param name of the table; null: points by name */
  async open(name: string | null): Promise<RemoteBacklog> {
    const backlog = this.begin(name);
    await this.synchronise(backlog);
    return backlog;
  }

  /** The same at once: until it is known what is in it, everything goes behind. */
  begin(name: string | null): RemoteBacklog {
    const backlog = new RemoteBacklog(name, this.settings, this);
    this.backlogs.set(name, backlog);
    return backlog;
  }

  async add(name: string | null, names: readonly Uint8Array[], payloads: readonly Buffer[]): Promise<void> {
    // A keeper that is about to end takes nothing; one that ended without an answer may have taken them, and twice is as good as once.
    for (;;) {
      const { keepers } = this;
      if (await this.ask(() => this.siblings.askKeeper(ADD_RECORDS, { name, names, payloads }))) return;
      await this.keeperAfter(keepers);
    }
  }

  tell(news: StorageNews): void {
    void this.siblings.askKeeper(STORAGE_NEWS, news).catch(() => undefined);
  }

  close(): void {
    this.closed = true;
    for (const wake of this.waiting.splice(0)) wake();
  }

  private async synchronise(backlog: RemoteBacklog): Promise<void> {
    backlog.follow(await this.ask(() => this.siblings.askKeeper(OPEN_BACKLOG, backlog.name)));
  }

  /** Asks as often as there is another keeper. @throws Error of the keeper, WorkerGoneError when there will be none */
  private async ask<T>(question: () => Promise<T>): Promise<T> {
    for (;;) {
      const { keepers } = this;
      try {
        return await question();
      } catch (error) {
        if (!(error instanceof WorkerGoneError)) throw error;
      }
      await this.keeperAfter(keepers);
    }
  }

  /** Resolves when there has been another keeper since there were so many. @throws WorkerGoneError when there will be none */
  private async keeperAfter(keepers: number): Promise<void> {
    if (this.keepers === keepers && !this.closed) await new Promise<void>((resolve) => this.waiting.push(resolve));
    if (this.closed) throw new WorkerGoneError();
  }
}
