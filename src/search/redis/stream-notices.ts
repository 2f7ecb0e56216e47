import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import { StorageError } from '../../storage';
import { UID_KINDS, type Seal, type UidKind } from '../../uid';
import type { Log } from '../../util/log';
import { messageOf } from '../../util/message-of';
import { RateLimitedLog } from '../../util/rate-limited-log';
import { RedisLink, type RedisLinkOptions } from '../../util/redis-link';
import type { StatsSink } from '../../util/stats';
import type { Notices, NoticeUser } from '../notices';
import type { Changes } from '../types';

const POLL_MS = 250;
/** News that are kept for those who are away, and that are read at once. */
const KEPT = 2_000;
const READ = 16;

interface Notice {
  sender: string;
  /** Something has changed of which is not known what. */
  gap?: boolean;
  series?: string[];
  uids?: [UidKind, string][];
  notes?: [string, number][];
}

type Entry = [id: string, fields: string[]];

/**
 * News over a stream of Redis: it keeps some for those who are away. They only say what to look at in the tables, so that forged ones, which their seal keeps
 * out, and repeated ones would do no harm. Who finds that news are gone that he had not read looks at everything, and so has everybody to do when one
 * could not tell what he had changed.
 */
export class StreamNotices implements Notices {
  private readonly link: RedisLink;
  private readonly sender = randomUUID();
  private readonly log: RateLimitedLog;
  private seal: Seal | null = null;
  /** The last of the news that are taken in. */
  private position: string | null = null;
  private untold = false;
  private timer: NodeJS.Timeout | null = null;
  private polling: Promise<void> = Promise.resolve();
  private closed = false;
  private readonly figures = { sent: 0, received: 0, missed: 0 };

  /** @param sealOf what the users of the tables have in common; null: there is none yet */
  constructor(
    options: RedisLinkOptions,
    private readonly sealOf: () => Promise<Seal | null>,
    private readonly user: NoticeUser,
    logger: Log,
  ) {
    this.link = new RedisLink(options, 'Search notices', logger);
    this.log = new RateLimitedLog((message) => logger.error(message));
  }

  async open(): Promise<void> {
    this.position = await this.user.state.position();
    this.untold = await this.user.state.hasUntold();
    await this.link.open();
    await this.poll();
    this.schedule();
  }

  async close(): Promise<void> {
    this.closed = true;
    if (this.timer !== null) clearTimeout(this.timer);
    await this.polling;
    this.link.close();
  }

  async publish({ series, uids, notes }: Changes): Promise<void> {
    const told = await this.send({
      sender: this.sender,
      series: series.map((tsuid) => tsuid.toString('hex')),
      uids: uids.map(({ kind, id }) => [kind, id.toString('hex')]),
      notes: notes.map(({ tsuid, startTime }) => [tsuid, startTime]),
    });
    if (told || this.untold) return;
    this.untold = true;
    await this.user.state.setUntold(true);
  }

  collectStats(sink: StatsSink): void {
    for (const [type, count] of Object.entries(this.figures)) sink.record('search.notices', count, { type });
    sink.record('search.redis.errors', this.link.errors);
    sink.record('search.redis.up', this.link.isReady ? 1 : 0);
  }

  private schedule(): void {
    if (this.closed) return;
    this.timer = setTimeout(() => {
      this.polling = this.poll();
      void this.polling.then(() => this.schedule());
    }, POLL_MS);
    this.timer.unref();
  }

  /** Does not reject. */
  private async poll(): Promise<void> {
    if (!this.link.isReady) return;
    try {
      this.seal ??= await this.sealOf();
      if (this.seal === null) return;
      if (this.untold && (await this.send({ sender: this.sender, gap: true }))) {
        this.untold = false;
        await this.user.state.setUntold(false);
      }
      while ((await this.read(this.seal)) && !this.closed);
    } catch (error) {
      this.log.log(() => `News of other TSDs could not be taken into the search index, trying again: ${messageOf(error)}`);
    }
  }

  /** @returns whether there may be more */
  private async read(seal: Seal): Promise<boolean> {
    const { position } = this;
    // From the beginning on nobody has told anything that would be missing; later, somebody may have.
    if (position === null) return this.begin(seal, this.timer !== null);
    const key = keyOf(seal);
    const answer = await this.link.run(async (client) => {
      const [last, news] = await Promise.all([
        client.xrange(key, position, position),
        client.xread('COUNT', READ, 'STREAMS', key, position),
      ]);
      return { last, entries: news?.[0][1] ?? [] };
    });
    if (answer === null) return false;
    if (answer.last.length === 0) return this.begin(seal, true);
    for (const entry of answer.entries) await this.take(seal, entry);
    return answer.entries.length === READ;
  }

  /** Goes on from the end of the stream. @param missed there were news that nobody has read here */
  private async begin(seal: Seal, missed: boolean): Promise<boolean> {
    const key = keyOf(seal);
    const id = await this.link.run(async (client) => {
      const [end] = await client.xrevrange(key, '+', '-', 'COUNT', 1);
      // There must be something to find again.
      return end?.[0] ?? (await add(client, key, seal.closeText(JSON.stringify({ sender: this.sender }))));
    });
    if (id === null) return false;
    if (missed) this.missed();
    await this.reach(id);
    return true;
  }

  private async take(seal: Seal, [id, fields]: Entry): Promise<void> {
    const notice = readNotice(seal, fields[1] ?? '');
    if (notice !== null && notice.sender !== this.sender) {
      this.figures.received++;
      if (notice.gap === true) this.missed();
      await this.takeOver(notice);
    }
    await this.reach(id);
  }

  /** @throws StorageError: that is to be tried again */
  private async takeOver(notice: Notice): Promise<void> {
    try {
      await this.user.take(changesOf(notice));
    } catch (error) {
      if (error instanceof StorageError) throw error;
      this.log.log(() => `News of another TSD were not understood: ${messageOf(error)}`);
      this.missed();
    }
  }

  private async reach(position: string): Promise<void> {
    await this.user.state.setPosition(position);
    this.position = position;
  }

  private missed(): void {
    this.figures.missed++;
    this.user.missed();
  }

  /** @returns whether it was told */
  private async send(notice: Notice): Promise<boolean> {
    const { seal } = this;
    if (seal === null) return false;
    const id = await this.link.run((client) => add(client, keyOf(seal), seal.closeText(JSON.stringify(notice))));
    if (id !== null) this.figures.sent++;
    return id !== null;
  }
}

const keyOf = (seal: Seal): string => `tsd:search:${seal.fingerprint}`;

const add = (client: Redis, key: string, text: string): Promise<string | null> =>
  client.xadd(key, 'MAXLEN', '~', KEPT, '*', 'notice', text);

function readNotice(seal: Seal, sealed: string): Notice | null {
  const text = seal.openText(sealed);
  return text === null ? null : (JSON.parse(text) as Notice);
}

/** What is no such change, as in news of another version, is left out. */
function changesOf({ series = [], uids = [], notes = [] }: Notice): Changes {
  return {
    series: series.map((tsuid) => Buffer.from(tsuid, 'hex')),
    uids: uids.filter(([kind]) => UID_KINDS.includes(kind)).map(([kind, id]) => ({ kind, id: Buffer.from(id, 'hex') })),
    notes: notes.map(([tsuid, startTime]) => ({ tsuid, startTime })),
  };
}
