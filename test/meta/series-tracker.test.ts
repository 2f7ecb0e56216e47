import { COUNTER_COLUMN, META_COLUMN, META_FAMILY } from '../../src/meta';
import { CounterWrites } from '../../src/meta/counter-writes';
import { SeriesTracker } from '../../src/meta/series-tracker';
import { TsMetas } from '../../src/meta/ts-metas';
import { SeriesTable } from '../../src/meta/series-table';
import { UidMetas } from '../../src/meta/uid-metas';
import { LayeredConfig } from '../../src/config';
import { DEFAULT_LAYOUT } from '../../src/schema';
import { PackedCells, RetryableError, type Storage } from '../../src/storage';
import { SILENT_LOG } from '../../src/util/log';
import { uidsOn } from '../support/parts';
import { openTempStore, type TempStore } from '../support/temp-store';
import { intercept } from '../uid/support/uid-store';

const HOUR = 1_700_002_800;
const row = (series: number, hour = 0): Buffer => Buffer.from([0, 0, 1, 0x65, 0x53, hour, 0, 0, 0, 1, 0, 0, series]);
const tsuid = (series: number): Buffer => Buffer.from([0, 0, 1, 0, 0, 1, 0, 0, series]);

let temp: TempStore;
let now: number;
let calls: Record<'put' | 'increment', number>;
let broken: boolean;
beforeEach(async () => {
  temp = await openTempStore();
  now = HOUR + 10;
  calls = { put: 0, increment: 0 };
  broken = false;
});
afterEach(() => temp.close());

function trackerWith({ creates = true, counts = true, intervalMs = 300_000, bytes = 1 << 20 }): SeriesTracker {
  const check = (): void => {
    if (broken) throw new RetryableError('away', { table: 'tsdb-meta' });
  };
  const storage: Storage = intercept(temp.storage, {
    async put(...args) {
      check();
      calls.put++;
      return temp.storage.put(...args);
    },
    async increment(...args) {
      check();
      calls.increment++;
      return temp.storage.increment(...args);
    },
  });
  const uids = uidsOn(temp.storage, new LayeredConfig([]));
  const clock = (): number => now * 1000;
  const { widths } = uids;
  const series = new SeriesTable(storage, 'tsdb-meta', widths);
  const uidMetas = new UidMetas(storage, 'tsdb-uid', uids, clock);
  const metas = new TsMetas({ storage, table: 'tsdb-meta', widths, series, uidMetas, now: clock });
  const settings = { creates, counts, intervalMs, bytes };
  return new SeriesTracker(new CounterWrites(storage, 'tsdb-meta', metas, settings), settings, DEFAULT_LAYOUT, SILENT_LOG, clock);
}

/** Counter and metadata of a series as the table has them. */
async function stored(series: number): Promise<{ counter: number | null; meta: string | null }> {
  const found = await temp.storage.get('tsdb-meta', { row: tsuid(series), family: META_FAMILY });
  const counter = found?.get(META_FAMILY, COUNTER_COLUMN) ?? null;
  return { counter: counter && Number(counter.readBigInt64BE()), meta: found?.get(META_FAMILY, META_COLUMN)?.toString() ?? null };
}

const blank = (series: number, created: number): string =>
  `{"tsuid":"${tsuid(series).toString('hex').toUpperCase()}","displayName":"","description":"","notes":"","created":${created},"custom":null,` +
  '"units":"","dataType":"","retention":0,"max":"NaN","min":"NaN"}';

test('new series are stored in one write, further points are counted by time', async () => {
  const tracker = trackerWith({});
  const created: string[] = [];
  tracker.onCreated((tsuids) => created.push(...tsuids.map((id) => id.toString('hex'))));
  for (let series = 0; series < 100; series++) tracker.stored(row(series), 2);
  await tracker.flush();
  expect(calls).toEqual({ put: 1, increment: 0 });
  expect(created).toHaveLength(100);
  expect(await stored(42)).toEqual({ counter: 2, meta: blank(42, now) });
  now += 5;
  for (let i = 0; i < 10; i++) tracker.stored(row(42), 3);
  expect(calls).toEqual({ put: 1, increment: 0 });
  expect(tracker.uncounted(tsuid(42))).toEqual({ points: 30, seenAt: now });
  now += 300;
  tracker.stored(row(42), 1);
  await tracker.close();
  expect(calls).toEqual({ put: 1, increment: 1 });
  expect(await stored(42)).toEqual({ counter: 33, meta: blank(42, HOUR + 10) });
  expect(tracker.uncounted(tsuid(42))).toBeNull();
});

test('the first point of an hour moves the counter, since the last point is looked for in the hour of its time', async () => {
  const tracker = trackerWith({ intervalMs: 86_400_000 });
  tracker.stored(row(1), 1);
  await tracker.flush();
  now = HOUR + 3600;
  tracker.stored(row(1, 1), 1);
  expect(tracker.uncounted(tsuid(1))).toBeNull();
  await tracker.flush();
  expect(await stored(1)).toMatchObject({ counter: 2 });
  await tracker.close();
});

test('with an interval of 0 counters move with every write', async () => {
  const tracker = trackerWith({ intervalMs: 0 });
  for (let i = 1; i <= 5; i++) {
    tracker.stored(row(7), 2);
    await tracker.flush();
    expect(await stored(7)).toEqual({ counter: 2 * i, meta: blank(7, HOUR + 10) });
  }
  expect(calls).toEqual({ put: 1, increment: 5 });
  await tracker.close();
});

test('a series that another TSD or an earlier run knows is counted on, and its metadata stay', async () => {
  await temp.storage.increment('tsdb-meta', tsuid(1), META_FAMILY, COUNTER_COLUMN, 40n);
  const known = [{ row: tsuid(2), cells: PackedCells.of(META_COLUMN, Buffer.from(blank(2, 5))) }];
  await temp.storage.put('tsdb-meta', META_FAMILY, known);
  const tracker = trackerWith({});
  tracker.stored(row(1), 2);
  tracker.stored(row(2), 2);
  await tracker.close();
  // Whose metadata were removed stays without, as in the original; and what a client has made before the first point is not replaced.
  expect(await stored(1)).toEqual({ counter: 42, meta: null });
  expect(await stored(2)).toEqual({ counter: 2, meta: blank(2, 5) });
});

test('tracking alone marks series as seen; metadata without counting need no counter', async () => {
  const marks = trackerWith({ creates: false, counts: false });
  marks.stored(row(1), 5);
  await marks.close();
  expect(await stored(1)).toEqual({ counter: 1, meta: null });
  const creates = trackerWith({ counts: false });
  creates.stored(row(2), 5);
  await creates.close();
  expect(await stored(2)).toEqual({ counter: null, meta: blank(2, now) });
});

test('what could not be counted while storage was away is counted later', async () => {
  const tracker = trackerWith({});
  broken = true;
  tracker.stored(row(1), 3);
  await tracker.flush();
  expect(await stored(1)).toEqual({ counter: null, meta: null });
  broken = false;
  now += 11;
  tracker.stored(row(1), 1);
  await tracker.close();
  expect(await stored(1)).toEqual({ counter: 4, meta: blank(1, now) });
});

test('with a full memory everything is forgotten, and no point is lost', async () => {
  const tracker = trackerWith({ bytes: 1 << 16 });
  const series = 4000;
  const many = (n: number): Buffer => Buffer.from([0, 0, 1, 0x65, 0x53, 0, 0, 0, 0, 1, 0, n >> 8, n & 255]);
  for (let round = 0; round < 3; round++) for (let n = 0; n < series; n++) tracker.stored(many(n), 1);
  await tracker.close();
  let total = 0n;
  for await (const rows of temp.storage.scan('tsdb-meta', {
    start: Buffer.alloc(0),
    stop: Buffer.alloc(0),
    family: META_FAMILY,
    qualifiers: [COUNTER_COLUMN],
  }))
    for (const found of rows) total += found.value(0).readBigInt64BE();
  expect(total).toBe(BigInt(3 * series));
});
