import { COUNTER_COLUMN, META_FAMILY } from '../../src/meta';
import { CounterWrites } from '../../src/meta/counter-writes';
import { RedisSeries } from '../../src/meta/redis/redis-series';
import { SeriesTable } from '../../src/meta/series-table';
import { SeriesTracker } from '../../src/meta/series-tracker';
import { TsMetas } from '../../src/meta/ts-metas';
import { UidMetas } from '../../src/meta/uid-metas';
import { LayeredConfig } from '../../src/config';
import { DEFAULT_LAYOUT } from '../../src/schema';
import { Seal } from '../../src/uid/redis/seal';
import { SILENT_LOG } from '../../src/util/log';
import { uidsOn } from '../support/parts';
import { openTempStore, type TempStore } from '../support/temp-store';
import { until } from '../support/until';
import { describeWithRedis, RedisServer } from '../uid/support/redis-server';
import { intercept, Lines } from '../uid/support/uid-store';

const HOUR = 1_700_002_800;
const SERIES = 700;
const row = (series: number): Buffer => Buffer.from([0, 0, 1, 0x65, 0x53, 0, 0, 0, 0, 1, 0, series >> 8, series & 0xff]);
const tsuid = (series: number): Buffer => Buffer.from([0, 0, 1, 0, 0, 1, 0, series >> 8, series & 0xff]);

describeWithRedis('series that other daemons have tracked', () => {
  let temp: TempStore;
  let redis: RedisServer;
  let now: number;
  let seal: Seal | null;
  let opened: SeriesTracker[];
  beforeEach(async () => {
    temp = await openTempStore();
    redis = await RedisServer.start();
    now = HOUR + 10;
    seal = new Seal(Buffer.alloc(32, 7));
    opened = [];
  });
  afterEach(async () => {
    redis.thaw();
    for (const tracker of opened) await tracker.close();
    await redis.kill();
    await temp.close();
  });

  /** A daemon's tracker, with what it asks of the meta table. Redis has all the time to answer, unless it is said that it is dead. */
  async function daemon(timeoutMs = 60_000): Promise<{
    tracker: SeriesTracker;
    asked: { reads: number; puts: number; increments: number };
    lines: string[];
  }> {
    const asked = { reads: 0, puts: 0, increments: 0 };
    const storage = intercept(temp.storage, {
      multiGet(table, gets, options) {
        asked.reads += gets.length;
        return temp.storage.multiGet(table, gets, options);
      },
      put(table, family, rows, options) {
        asked.puts += rows.length;
        return temp.storage.put(table, family, rows, options);
      },
      increment(...args) {
        asked.increments++;
        return temp.storage.increment(...args);
      },
    });
    const log = new Lines();
    const clock = (): number => now * 1000;
    const uids = uidsOn(temp.storage, new LayeredConfig([]));
    const { widths } = uids;
    const series = new SeriesTable(storage, 'tsdb-meta', widths);
    const uidMetas = new UidMetas(storage, 'tsdb-uid', uids, clock);
    const metas = new TsMetas({ storage, table: 'tsdb-meta', widths, series, uidMetas, now: clock });
    const settings = { creates: true, counts: true, intervalMs: 300_000, bytes: 1 << 20 };
    const shared = new RedisSeries({ url: redis.url, timeoutMs, ttlSeconds: 600 }, () => Promise.resolve(seal), log);
    const writes = new CounterWrites(storage, 'tsdb-meta', metas, settings);
    const tracker = new SeriesTracker(writes, settings, DEFAULT_LAYOUT, SILENT_LOG, clock, shared);
    await tracker.open();
    opened.push(tracker);
    // A daemon goes on without a Redis that takes long to connect to.
    const saying = (what: string): number => log.lines.filter((line) => line.includes(what)).length;
    await until(() => saying('is of no use now') === saying('answers again'), 'it is connected');
    log.lines.length = 0;
    return { tracker, asked, lines: log.lines };
  }

  const writePoints = (tracker: SeriesTracker): void => {
    for (let i = 0; i < SERIES; i++) tracker.stored(row(i), 2);
  };
  const keys = (): Promise<number> => redis.command((client) => client.dbsize());
  async function counters(): Promise<number[]> {
    const rows = await temp.storage.multiGet(
      'tsdb-meta',
      Array.from({ length: SERIES }, (_, i) => ({ row: tsuid(i), family: META_FAMILY, qualifiers: [COUNTER_COLUMN] })),
    );
    return [...new Set(rows.map((found) => Number(found?.value(0).readBigInt64BE() ?? -1)))];
  }

  /** A daemon that has tracked all series, and Redis knows it. */
  async function first(): Promise<void> {
    const { tracker, asked } = await daemon();
    writePoints(tracker);
    await tracker.flush();
    expect(asked).toMatchObject({ reads: SERIES, puts: SERIES });
    await until(async () => (await keys()) === SERIES, 'Redis knows all series');
  }

  test('are not looked up, and their points are counted when it is time', async () => {
    await first();
    const second = await daemon();
    writePoints(second.tracker);
    await until(() => figure(second.tracker, 'hits') === SERIES, 'Redis was asked for all');
    expect(second.asked).toEqual({ reads: 0, puts: 0, increments: 0 });
    expect(second.tracker.uncounted(tsuid(3))?.points).toBe(2);
    await second.tracker.flush();
    expect(second.asked).toEqual({ reads: 0, puts: 0, increments: SERIES });
    expect(await counters()).toEqual([4]);
  });

  test('move their counters at once when the hour is another one', async () => {
    await first();
    now += 3600;
    const second = await daemon();
    writePoints(second.tracker);
    await until(() => second.asked.increments === SERIES, 'all counters moved');
    expect(second.asked.reads).toBe(0);
  });

  test('are those of one UID table', async () => {
    await first();
    seal = new Seal(Buffer.alloc(32, 8));
    const other = await daemon();
    writePoints(other.tracker);
    await other.tracker.flush();
    expect(other.asked.reads).toBe(SERIES);
  });

  test.each(['nonsense', '-1', '99999999999', ''])('an hour of %j is none', async (text) => {
    await first();
    await redis.command(async (client) => {
      for (const key of await client.keys('*')) await client.set(key, text);
    });
    const second = await daemon();
    writePoints(second.tracker);
    await second.tracker.flush();
    expect(second.asked.reads).toBe(SERIES);
    expect(await counters()).toEqual([4]);
  });

  test.each(['killed', 'frozen'] as const)(
    'with a Redis that is %s everything is as without one, and the log says so once',
    async (how) => {
      const { tracker, asked, lines } = await daemon(100);
      if (how === 'killed') await redis.kill();
      else redis.freeze();
      writePoints(tracker);
      await tracker.flush();
      now += 400;
      writePoints(tracker);
      await tracker.flush();
      expect(asked).toEqual({ reads: SERIES, puts: SERIES, increments: SERIES });
      expect(await counters()).toEqual([4]);
      expect(lines.filter((line) => line.startsWith('warn Tracked series: Redis'))).toHaveLength(1);
    },
  );
});

function figure(tracker: SeriesTracker, wanted: string): number {
  let found = 0;
  tracker.collectStats({ record: (name, value, tags) => void (name === 'meta.redis' && tags?.type === wanted && (found = Number(value))) });
  return found;
}
