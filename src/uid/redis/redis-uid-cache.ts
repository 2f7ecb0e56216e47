import type { Storage } from '../../storage';
import type { StatsSink } from '../../util/stats';
import type { ChangeListener } from '../changes';
import type { Log } from '../../util/log';
import type { SharedUidCache, UidEnd } from '../shared-cache';
import { UID_KINDS, type UidKind } from '../types';
import type { Reading, SecondLevel } from '../unique-id';
import { EndNotices } from './end-notices';
import { Generation, type Moment } from './generation';
import { RedisLink, type RedisLinkOptions } from '../../util/redis-link';
import type { Direction, Seal } from './seal';
import { TableChanges } from './table-changes';

interface RedisUidCacheOptions extends RedisLinkOptions {
  table: string;
  /** Seconds after which Redis forgets a mapping that nobody has read from storage again. */
  ttlSeconds: number;
  /** `tsd.mode = ro`. */
  readOnly: boolean;
}

/** More mappings than this waiting to be written: Redis does not keep up, and what is offered is let go. */
const MAX_OFFERS = 20_000;
const OFFERS_PER_PIPELINE = 1000;

interface CacheFigures {
  hits: number;
  misses: number;
  rejected: number;
}

/**
 * Mappings that several TSDs share through Redis, so that one that starts, or meets a name for the first time, need not ask storage.
 *
 * Redis is not trusted, and never decides: no UID is allocated from it. What makes an answer of it as good as one of storage:
 *
 * - *Genuine*: a value carries a code over direction, kind, name, UID and generation, made with a secret that is kept in the UID table. Lies, accidents,
 *   values of another cluster or under another key do not open, and count as absent. (Whoever can read the table can forge; he could write it too.)
 * - *Read*: only what a TSD has read from storage, or assigned itself, is put there, for the direction that was read.
 * - *Current*: every rename and delete by this program, with or without Redis, daemon or tool, moves the generation, a counter in the UID table. A TSD
 *   looks at it three times a second, believes only values of the present generation, and none at all when its last look is older than a second. So
 *   a mapping that ended is used at most a second longer, as one in a memory cache that is told of the end at once.
 *
 * Not covered: a rename or delete by a Java TSD, which moves no generation, is noticed when the value expires, as the Java TSDs' own caches don't
 * notice it at all; and one whose process dies between changing the mapping and moving the generation, likewise.
 *
 * Redis slow, frozen or gone: after one timeout nothing is asked of it until it answers again.
 */
export class RedisUidCache implements SharedUidCache {
  private readonly link: RedisLink;
  private readonly generation: Generation;
  private readonly notices: EndNotices;
  private readonly changes: TableChanges;
  private readonly figures: Record<UidKind, CacheFigures> = { metrics: zero(), tagk: zero(), tagv: zero() };
  private readonly listeners: ((ended: UidEnd | 'all') => void)[] = [];
  private offers: { key: string; value: Buffer }[] = [];
  private offering = false;

  constructor(
    storage: Storage,
    private readonly options: RedisUidCacheOptions,
    logger: Log,
  ) {
    this.link = new RedisLink(options, 'UID cache', logger);
    this.generation = new Generation(storage, options.table, !options.readOnly, logger);
    this.notices = new EndNotices(options, this.generation, (ended) => this.tell(ended), logger);
    this.changes = new TableChanges(storage, options.table, logger, this.generation, (seal, from, to, ended) =>
      this.notices.publish(this.link, seal, from, to, ended),
    );
    this.generation.onGap(() => {
      this.tell('all');
      void this.notices.subscribe();
    });
  }

  async open(): Promise<void> {
    await this.generation.start();
    await Promise.all([this.link.open(), this.notices.open()]);
  }

  close(): Promise<void> {
    this.generation.stop();
    this.notices.close();
    this.link.close();
    return Promise.resolve();
  }

  onInvalidate(listener: (ended: UidEnd | 'all') => void): void {
    this.listeners.push(listener);
  }

  changesOf(kind: UidKind): ChangeListener {
    return this.changes.of(kind);
  }

  of(kind: UidKind, width: number): SecondLevel {
    return {
      ids: (names) =>
        this.ask(
          kind,
          names,
          (seal, name) => nameKey(seal, kind, name),
          ({ seal, generation }, name, value) => {
            const id = seal.openId(kind, generation, name, value);
            return id?.length === width ? id : null;
          },
        ),
      names: (ids) =>
        this.ask(
          kind,
          ids,
          (seal, id) => idKey(seal, kind, id),
          ({ seal, generation }, id, value) => seal.openName(kind, generation, id, value),
        ),
      moment: () => this.generation.moment,
      offer: (readings, since) => this.offer(kind, readings, since as Moment | null),
    };
  }

  collectStats(sink: StatsSink): void {
    for (const kind of UID_KINDS) {
      const { hits, misses, rejected } = this.figures[kind];
      sink.record('uid.redis.hits', hits, { kind });
      sink.record('uid.redis.misses', misses, { kind });
      sink.record('uid.redis.rejected', rejected, { kind });
    }
    sink.record('uid.redis.errors', this.link.errors);
    sink.record('uid.redis.invalidations', this.notices.received);
    sink.record('uid.redis.up', this.link.isReady && this.generation.moment ? 1 : 0);
  }

  /** Null for everything that Redis doesn't know, or that isn't to be believed. */
  private async ask<K, V>(
    kind: UidKind,
    asked: readonly K[],
    keyOf: (seal: Seal, key: K) => string,
    open: (moment: Moment, key: K, value: Buffer) => V | null,
  ): Promise<(V | null)[]> {
    const { moment } = this.generation;
    // Whatever is at the address that the configuration names may answer anything at all.
    const answer: unknown = moment && (await this.link.run((client) => client.mgetBuffer(asked.map((key) => keyOf(moment.seal, key)))));
    const values: readonly unknown[] = Array.isArray(answer) ? answer : [];
    const now = this.generation.moment; // the answer must be of the generation that is present when it arrives
    const figures = this.figures[kind];
    return asked.map((key, i) => {
      const value = values[i] ?? null;
      const opened = now && Buffer.isBuffer(value) ? open(now, key, value) : null;
      if (opened !== null) figures.hits++;
      else if (value === null) figures.misses++;
      else figures.rejected++;
      return opened;
    });
  }

  private offer(kind: UidKind, readings: readonly Reading[], since: Moment | null): void {
    if (since === null || since !== this.generation.moment || !this.link.isReady || this.offers.length >= MAX_OFFERS) return;
    const { seal, generation } = since;
    for (const { name, id, direction } of readings) {
      const key = direction === 'forward' ? nameKey(seal, kind, name) : idKey(seal, kind, id);
      this.offers.push({ key, value: seal.close(direction, kind, generation, name, id) });
    }
    if (this.offering) return;
    this.offering = true;
    setImmediate(() => void this.writeOffers());
  }

  private async writeOffers(): Promise<void> {
    while (this.offers.length > 0) {
      const offers = this.offers.splice(0, OFFERS_PER_PIPELINE);
      const done = await this.link.run((client) => {
        const pipeline = client.pipeline();
        for (const { key, value } of offers) pipeline.set(key, value, 'EX', this.options.ttlSeconds);
        return pipeline.exec();
      });
      if (done === null) this.offers = [];
    }
    this.offering = false;
  }

  private tell(ended: UidEnd | 'all'): void {
    for (const listener of this.listeners) listener(ended);
  }
}

const zero = (): CacheFigures => ({ hits: 0, misses: 0, rejected: 0 });

function nameKey(seal: Seal, kind: UidKind, name: string): string {
  return key(seal, 'forward', kind, name);
}

function idKey(seal: Seal, kind: UidKind, id: Buffer): string {
  return key(seal, 'reverse', kind, id.toString('hex'));
}

function key(seal: Seal, direction: Direction, kind: UidKind, what: string): string {
  return `tsd:uid:${seal.fingerprint}:${direction}:${kind}:${what}`;
}
