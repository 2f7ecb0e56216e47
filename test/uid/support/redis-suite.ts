import type { Storage } from '../../../src/storage';
import type { Uids, UidInvalidation } from '../../../src/uid';
import { Generation } from '../../../src/uid/redis/generation';
import { b, cell, intercept, Lines, putCell, uid, uidsOver, UID_TABLE } from './uid-store';
import { openTempStore } from '../../support/temp-store';
import { until } from '../../support/until';
import { RedisServer } from './redis-server';
import { figuresOf } from '../../support/figures';

/** What the Redis cache of UIDs promises. @param eachTestHasAStore gives every test of the suite an empty store */
export function redisCacheSuite(eachTestHasAStore: () => { readonly storage: Storage }): void {
  const store = eachTestHasAStore();
  let redis: RedisServer;
  let open: Uids[];

  beforeEach(async () => {
    open = [];
    redis = await RedisServer.start();
    // What was seen of the table does not become old, however long this process stands still.
    jest.spyOn(Generation.prototype, 'moment', 'get').mockImplementation(function (this: Generation) {
      return this.latest;
    });
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    for (const uids of open) await uids.close();
    redis.thaw();
    await redis.kill();
  });

  /** A TSD's UIDs, with a count of what it asks of storage about mappings. */
  interface Tsd {
    uids: Uids;
    reads: number;
    lines: string[];
  }
  async function tsd(settings: Record<string, string> = {}, calls: Partial<Storage> = {}): Promise<Tsd> {
    const lines = new Lines();
    const state = { reads: 0, lines: lines.lines } as Tsd;
    const counted = intercept(store.storage, {
      get: (table, get, options) => {
        if (!get.row.equals(uid('00'))) state.reads++;
        return (calls.get ?? store.storage.get.bind(store.storage))(table, get, options);
      },
      multiGet: (table, gets, options) => {
        state.reads += gets.length;
        return store.storage.multiGet(table, gets, options);
      },
      ...(calls.compareAndSet ? { compareAndSet: calls.compareAndSet } : {}),
    });
    state.uids = uidsOver(counted, { 'tsd.redis.url': redis.url, 'tsd.redis.timeout': '10000', ...settings }, lines);
    await state.uids.open();
    open.push(state.uids);
    // A TSD goes on without a Redis that takes long to connect to.
    if (redis.isRunning && settings['tsd.mode'] === undefined) {
      await until(() => figuresOf(state.uids)['uid.redis.up'] === 1, 'it is connected');
      lines.lines.length = 0;
    }
    return state;
  }
  const keys = (): Promise<string[]> => redis.command(async (client) => (await client.keys('*')).sort());
  const keysAre = (n: number, withinMs?: number): Promise<void> =>
    until(async () => (await keys()).length === n, `${n} keys in Redis`, withinMs);
  const names = Array.from({ length: 300 }, (_, i) => `name.${i}`);
  const redisComplaints = (t: Tsd): string[] => t.lines.filter((l) => l.startsWith('warn UID cache:'));

  /** A first TSD that has assigned all names, and Redis with them. */
  async function warm(): Promise<{ first: Tsd; ids: Buffer[] }> {
    const first = await tsd();
    const ids = await Promise.all(names.map((name) => first.uids.getOrCreateId('metrics', name)));
    // What is read while the look at the table is older than a second is not shared; on a busy machine storage takes that long.
    for (let last: unknown = null, tries = 0; ; tries++) {
      const shared = await keysAre(2 * names.length, 2000).then(
        () => true,
        (error: unknown) => void (last = error),
      );
      if (shared) break;
      if (tries === 5) throw last;
      // What was read in one direction is in memory for both.
      first.uids.dropCaches();
      await Promise.all(names.map((name) => first.uids.getId('metrics', name)));
      first.uids.dropCaches();
      await first.uids.getNames('metrics', ids);
    }
    return { first, ids };
  }

  it('lets a second TSD start warm, both ways', async () => {
    const { ids } = await warm();
    const second = await tsd();
    expect(await Promise.all(names.map((name) => second.uids.getId('metrics', name)))).toEqual(ids);
    second.uids.dropCaches();
    expect(await second.uids.getNames('metrics', ids)).toEqual(names);
    expect(second.reads).toBe(0);
    expect(figuresOf(second.uids)).toMatchObject({
      'uid.redis.hits kind=metrics': 600,
      'uid.redis.misses kind=metrics': 0,
      'uid.redis.up': 1,
    });
  });

  it('is filled by what is read from storage, in the direction that was read', async () => {
    const id = await uidsOver(store.storage).getOrCreateId('tagk', 'host');
    const first = await tsd();
    await first.uids.getId('tagk', 'host');
    await keysAre(1);
    expect((await keys())[0]).toMatch(/^tsd:uid:[0-9a-f]{16}:forward:tagk:host$/);
    const second = await tsd();
    expect(await second.uids.getName('tagk', id)).toBe('host');
    expect(second.reads).toBe(1);
    await keysAre(2);
  });

  it('says nothing of unknown names', async () => {
    const t = await tsd({ 'tsd.core.auto_create_metrics': 'false' });
    await expect(t.uids.getOrCreateId('metrics', 'nope')).rejects.toThrow("No such name for 'metrics': 'nope'");
    expect(await keys()).toEqual([]);
  });

  describe('filled with lies', () => {
    /** Puts a value made from the true one under each key, and sees that nobody believes it. */
    async function lie(make: (value: Buffer, key: string, all: Map<string, Buffer>) => Buffer): Promise<Tsd> {
      const { ids } = await warm();
      await redis.command(async (client) => {
        const all = new Map<string, Buffer>();
        for (const key of await client.keys('*')) all.set(key, (await client.getBuffer(key))!);
        for (const [key, value] of all) await client.set(key, make(value, key, all));
      });
      const victim = await tsd();
      expect(await Promise.all(names.map((name) => victim.uids.getId('metrics', name)))).toEqual(ids);
      const other = await tsd({ 'tsd.uid.use_mode': 'true', 'tsd.mode': 'ro' });
      expect(await other.uids.getNames('metrics', ids)).toEqual(names);
      expect(figuresOf(victim.uids)['uid.redis.hits kind=metrics']).toBe(0);
      expect(figuresOf(victim.uids)['uid.redis.rejected kind=metrics']).toBe(names.length);
      return victim;
    }

    it('of another width', () => lie((value) => Buffer.concat([value, uid('01')])));
    it('shorter than any value', () => lie(() => uid('000001')));
    it('empty', () => lie(() => Buffer.alloc(0)));
    it('with another id', () =>
      lie((value) => Buffer.concat([value.subarray(0, value.length - 1), Buffer.of(value[value.length - 1] ^ 1)])));
    it('with the genuine value of another name', () => {
      let previous: Buffer | null = null;
      return lie((value, key, all) => {
        const direction = key.split(':')[3];
        const others = [...all].filter(([k]) => k.split(':')[3] === direction && k !== key);
        const answer = previous && !previous.equals(value) ? previous : others[0][1];
        previous = value;
        return answer.equals(value) ? others[1][1] : answer;
      });
    });

    it('of another type than a string', async () => {
      const { ids } = await warm();
      await redis.command(async (client) => {
        for (const key of await client.keys('*')) await client.del(key).then(() => client.lpush(key, 'x'));
      });
      const victim = await tsd();
      expect(await victim.uids.getId('metrics', names[7])).toEqual(ids[7]);
    });

    it('that are the truth of another cluster', async () => {
      await warm();
      const elsewhere = await openTempStore();
      try {
        const other = uidsOver(elsewhere.storage, { 'tsd.redis.url': redis.url, 'tsd.redis.timeout': '10000' });
        open.push(other);
        await other.open();
        await other.getOrCreateId('metrics', 'one more');
        await Promise.all([...names].reverse().map((name) => other.getOrCreateId('metrics', name)));
        await keysAre(2 * names.length + 2 * (names.length + 1));
        const prefixOf = (key: string): string => key.slice(0, 'tsd:uid:'.length + 16);
        await redis.command(async (client) => {
          const all = await client.keys('*');
          const [one, two] = [...new Set(all.map(prefixOf))];
          for (const key of all) {
            const swapped = key.replace(prefixOf(key), prefixOf(key) === one ? two : one);
            if (!key.endsWith('swapped')) await client.copy(key, `${swapped}swapped`);
          }
          for (const key of await client.keys('*swapped')) await client.rename(key, key.slice(0, -'swapped'.length));
        });
        const [here, there] = [await tsd(), uidsOver(elsewhere.storage, { 'tsd.redis.url': redis.url, 'tsd.redis.timeout': '10000' })];
        open.push(there);
        await there.open();
        expect(await here.uids.getId('metrics', names[0])).toEqual(await uidsOver(store.storage).getId('metrics', names[0]));
        expect(await there.getId('metrics', names[0])).toEqual(await uidsOver(elsewhere.storage).getId('metrics', names[0]));
        expect(figuresOf(here.uids)['uid.redis.rejected kind=metrics']).toBe(1);
        expect(figuresOf(there)['uid.redis.rejected kind=metrics']).toBe(1);
      } finally {
        for (const uids of open.splice(0)) await uids.close();
        await elsewhere.close();
      }
    });

    it('in old truths: what was sealed before a rename does not open after it', async () => {
      const { first, ids } = await warm();
      const old = await redis.command(async (client) => {
        const all: [string, Buffer][] = [];
        for (const key of await client.keys('*')) all.push([key, (await client.getBuffer(key))!]);
        return all;
      });
      await first.uids.rename('metrics', names[0], 'renamed');
      const again = await first.uids.getOrCreateId('metrics', names[0]);
      expect(again).not.toEqual(ids[0]);
      await redis.command(async (client) => {
        for (const [key, value] of old) await client.set(key, value);
      });
      const victim = await tsd();
      expect(await victim.uids.getId('metrics', names[0])).toEqual(again);
      expect(await victim.uids.getName('metrics', ids[0])).toBe('renamed');
    });
  });

  describe('of a TSD that renames or deletes', () => {
    const subscribers = (): Promise<number> =>
      redis.command(async (client) => {
        const channels = (await client.pubsub('CHANNELS')) as string[];
        return channels.length === 0 ? 0 : Number((await client.pubsub('NUMSUB', channels[0]))[1]);
      });
    /** A TSD that sees nothing of the table's generation once it is told so: it knows of changes what others tell it. */
    const listener = async (): Promise<Tsd & { looks: boolean }> => {
      const state = { looks: true };
      const t = await tsd(
        {},
        {
          get: (table, get, options) =>
            state.looks || !get.row.equals(uid('00')) ? store.storage.get(table, get, options) : Promise.reject(new Error('not looked at')),
        },
      );
      return Object.assign(state, t);
    };
    const told = (uids: Uids): UidInvalidation[] => {
      const heard: UidInvalidation[] = [];
      uids.onInvalidate((what) => heard.push(what));
      return heard;
    };

    it('tells the others exactly', async () => {
      const { first, ids } = await warm();
      const second = await listener();
      await second.uids.getNames('metrics', ids);
      for (const name of names) await second.uids.getId('metrics', name);
      await until(async () => (await subscribers()) === 2, 'both are subscribed');
      const heard = told(second.uids);
      second.looks = false;
      await first.uids.rename('metrics', names[3], 'renamed');
      await until(async () => second.uids.cachedId('metrics', names[3]) === undefined, 'the rename is seen');
      expect(await second.uids.getName('metrics', ids[3])).toBe('renamed');
      await expect(second.uids.getId('metrics', names[3])).rejects.toThrow('No such name');
      await first.uids.delete('metrics', names[4]);
      await until(() => second.uids.cachedId('metrics', names[4]) === undefined, 'the delete is seen');
      await expect(second.uids.getName('metrics', ids[4])).rejects.toThrow('No such unique ID');
      expect(heard).toContainEqual({ kind: 'metrics', name: names[3] });
    });

    it('is seen by those whose Redis is dead', async () => {
      const { first, ids } = await warm();
      const second = await tsd();
      await second.uids.getId('metrics', names[0]);
      await redis.kill();
      await first.uids.rename('metrics', names[0], 'renamed');
      await until(() => second.uids.cachedId('metrics', names[0]) === undefined, 'the rename is seen');
      expect(await second.uids.getId('metrics', 'renamed')).toEqual(ids[0]);
    });

    it('is seen by all when it is a tool without Redis', async () => {
      const { ids } = await warm();
      const second = await tsd();
      await second.uids.getId('metrics', names[0]);
      await uidsOver(store.storage).rename('metrics', names[0], 'renamed');
      await until(() => second.uids.cachedId('metrics', names[0]) === undefined, 'the rename is seen');
      expect(await second.uids.getId('metrics', 'renamed')).toEqual(ids[0]);
      const third = await tsd();
      await expect(third.uids.getId('metrics', names[0])).rejects.toThrow('No such name');
    });

    it('writes nothing of its own into a table that nobody shares', async () => {
      const plain = uidsOver(store.storage);
      await plain.getOrCreateId('metrics', 'a');
      await plain.rename('metrics', 'a', 'b');
      const row = await store.storage.get(UID_TABLE, { row: uid('00') });
      expect(row?.size).toBe(1);
    });

    it('is not fooled by forged notices', async () => {
      const { first, ids } = await warm();
      const second = await listener();
      for (const name of [names[0], names[1]]) await second.uids.getId('metrics', name);
      await until(async () => (await subscribers()) === 2, 'both are subscribed');
      second.looks = false;
      const [channel] = await redis.command(async (client) => (await client.pubsub('CHANNELS')) as string[]);
      expect(channel).toMatch(/^tsd:uid:[0-9a-f]{16}:ended$/);
      const notice = { sender: 'x', from: 1, to: 1, kind: 'metrics', names: [names[0]], id: ids[0].toString('hex') };
      await redis.command((client) => client.publish(channel, `${'A'.repeat(22)}${JSON.stringify(notice)}`));
      await redis.command((client) => client.publish(channel, 'rubbish'));
      // Behind them comes a genuine one.
      await first.uids.rename('metrics', names[1], 'renamed');
      await until(() => second.uids.cachedId('metrics', names[1]) === undefined, 'the rename is seen');
      expect(second.uids.cachedId('metrics', names[0])).toEqual(ids[0]);
      expect(figuresOf(second.uids)['uid.redis.invalidations']).toBe(1);
    });

    it('leaves no stale answer with a TSD that shares what it read before the change', async () => {
      const { first, ids } = await warm();
      await redis.command((client) => client.flushall());
      let asked = false;
      let release = (): void => {};
      const gate = new Promise<void>((resolve) => (release = resolve));
      const slow = await tsd(
        {},
        {
          get: async (table, get, options) => {
            const row = await store.storage.get(table, get, options);
            if (get.row.toString() === names[0]) {
              asked = true;
              await gate;
            }
            return row;
          },
        },
      );
      const early = slow.uids.getId('metrics', names[0]);
      await until(() => asked);
      await first.uids.rename('metrics', names[0], 'renamed');
      release();
      expect(await early).toEqual(ids[0]);
      await until(() => slow.uids.cachedId('metrics', names[0]) === undefined, 'the rename is seen');
      const third = await tsd();
      await expect(third.uids.getId('metrics', names[0])).rejects.toThrow('No such name');
    });
  });

  describe('in trouble', () => {
    it('frozen: costs one timeout, says so once, and works again afterwards', async () => {
      const { ids } = await warm();
      const t = await tsd({ 'tsd.redis.timeout': '1000' });
      redis.freeze();
      await t.uids.getId('metrics', names[0]);
      // From here on nothing waits for it.
      expect(figuresOf(t.uids)['uid.redis.up']).toBe(0);
      for (const name of names.slice(1, 100)) await t.uids.getId('metrics', name);
      for (let i = 0; i < 20; i++) await t.uids.getOrCreateId('tagk', `k${i}`);
      expect(redisComplaints(t)).toEqual([
        expect.stringMatching(/^warn UID cache: Redis at 127\.0\.0\.1:\d+ is of no use now \(no answer within 1000 ms\)/),
      ]);
      expect(figuresOf(t.uids)['uid.redis.up']).toBe(0);
      redis.thaw();
      await until(() => figuresOf(t.uids)['uid.redis.up'] === 1, 'Redis is used again');
      const hits = figuresOf(t.uids)['uid.redis.hits kind=metrics'];
      expect(await t.uids.getId('metrics', names[200])).toEqual(ids[200]);
      expect(figuresOf(t.uids)['uid.redis.hits kind=metrics']).toBe(hits + 1);
      expect(t.lines.filter((l) => l.includes('UID cache') && l.includes('answers again'))).toHaveLength(1);
    });

    it('killed and started again', async () => {
      const { ids } = await warm();
      const t = await tsd();
      await redis.kill();
      expect(await Promise.all(names.map((name) => t.uids.getId('metrics', name)))).toEqual(ids);
      await t.uids.getOrCreateId('tagk', 'fresh');
      expect(redisComplaints(t)).toHaveLength(1);
      await redis.start();
      await until(() => figuresOf(t.uids)['uid.redis.up'] === 1, 'Redis is used again');
      t.uids.dropCaches();
      await t.uids.getId('metrics', names[0]);
      await keysAre(1);
    });

    it('not there at the start', async () => {
      await redis.kill();
      const t = await tsd();
      expect(await t.uids.getOrCreateId('metrics', 'm')).toEqual(uid('000001'));
      expect(redisComplaints(t)).toHaveLength(1);
    });

    it('flushed', async () => {
      const { ids } = await warm();
      const t = await tsd();
      await redis.command((client) => client.flushall());
      expect(await Promise.all(names.map((name) => t.uids.getOrCreateId('metrics', name)))).toEqual(ids);
      expect(await t.uids.usedIds()).toMatchObject({ metrics: 300n });
    });

    it('without what the table says about sharing, is not believed', async () => {
      const { ids } = await warm();
      let fails = false;
      const t = await tsd(
        {},
        {
          get: (table, get, options) =>
            fails && get.row.equals(uid('00')) ? Promise.reject(new Error('unreadable')) : store.storage.get(table, get, options),
        },
      );
      fails = true;
      jest.restoreAllMocks();
      await until(() => figuresOf(t.uids)['uid.redis.up'] === 0, 'Redis is left alone');
      expect(await t.uids.getId('metrics', names[0])).toEqual(ids[0]);
      expect(t.reads).toBe(1);
    });

    it('after somebody removed the secret, starts over', async () => {
      const { ids } = await warm();
      const t = await tsd();
      await t.uids.getId('metrics', names[0]);
      const before = await cell(store.storage, uid('00'), 'name', 'redis_secret');
      await store.storage.delete(UID_TABLE, [{ row: uid('00'), family: b('name') }]);
      await until(async () => ![null, before].includes(await cell(store.storage, uid('00'), 'name', 'redis_secret')), 'a new secret');
      await until(() => t.uids.cachedId('metrics', names[0]) === undefined, 'the caches are dropped');
      await until(() => figuresOf(t.uids)['uid.redis.up'] === 1, 'Redis is used again');
      expect(await t.uids.getId('metrics', names[1])).toEqual(ids[1]);
      expect(figuresOf(t.uids)['uid.redis.hits kind=metrics']).toBe(1);
    });
  });

  it('is not set up by a read-only TSD, which writes nothing', async () => {
    await putCell(store.storage, b('m'), 'id', 'metrics', uid('000001'));
    const ro = await tsd({ 'tsd.mode': 'ro' });
    expect(await ro.uids.getId('metrics', 'm')).toEqual(uid('000001'));
    expect(await cell(store.storage, uid('00'), 'name', 'redis_secret')).toBeNull();
    await tsd();
    await until(() => figuresOf(ro.uids)['uid.redis.up'] === 1, 'the reader joins');
  });

  it('is off without its key', () => {
    const uids = uidsOver(store.storage);
    expect(Object.keys(figuresOf(uids)).filter((name) => name.includes('redis'))).toEqual([]);
  });
}
