import fc from 'fast-check';
import { buildQualifier, buildRowKey, baseTimeOf } from '../../src/schema';
import type { PointOrigin } from '../../src/write';
import { readValueText } from '../../src/write/value-text';
import { openTempStore, type TempStore } from '../support/temp-store';
import { cellsOf, writingOn, type Writing } from './support/data-table';

let store: TempStore;
beforeEach(async () => {
  store = await openTempStore();
});
afterEach(() => store.close());

const HOSTS = ['web01', 'web02', 'db'];
const KEYS = ['host', 'dc', 'a', 'zone'];

const value = fc.oneof(
  fc.integer({ min: -(2 ** 53), max: 2 ** 53 }).map(String),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String),
  fc.float({ noNaN: true, noDefaultInfinity: true }).map((n) => n.toExponential()),
  fc.constantFrom('42.5', '-0', '-0.0', '+5', '1e3', '.5', '5.', '1.5f', '0.1'),
);
const timestamp = fc.oneof(fc.integer({ min: 1, max: 2 ** 32 - 1 }), fc.integer({ min: 2 ** 32, max: 9999999999999 }));
const tags = fc.uniqueArray(fc.tuple(fc.constantFrom(...KEYS), fc.constantFrom(...HOSTS)), {
  minLength: 1,
  maxLength: 4,
  selector: ([key]) => key,
});
const point = fc.record({ metric: fc.constantFrom('m', 'n.o'), timestamp, value, tags });

/** The cell as the codecs of the schema build it, from UIDs asked for one by one. */
async function cellOf(
  writing: Writing,
  layout: Parameters<typeof buildRowKey>[0],
  p: { metric: string; timestamp: number; value: string; tags: [string, string][] },
  source: PointOrigin,
): Promise<string> {
  const { uids } = writing;
  const metric = await uids.getId('metrics', p.metric);
  const pairs = await Promise.all(p.tags.map(async ([k, v]) => Buffer.concat([await uids.getId('tagk', k), await uids.getId('tagv', v)])));
  const { bytes, flags } = readValueText(p.value, source);
  const key = buildRowKey(layout, metric, baseTimeOf(p.timestamp), pairs);
  return `${key.toString('hex')} ${buildQualifier(p.timestamp, flags).toString('hex')}=${bytes.toString('hex')}`;
}

describe.each([
  ['plain keys', {}, { salt: 0, saltBuckets: 20, metric: 3, tagk: 3, tagv: 3 }],
  ['salted keys', { 'tsd.storage.salt.width': '1' }, { salt: 1, saltBuckets: 20, metric: 3, tagk: 3, tagv: 3 }],
  [
    'other widths',
    {
      'tsd.storage.salt.width': '2',
      'tsd.storage.salt.buckets': '1000',
      'tsd.storage.uid.width.metric': '4',
      'tsd.storage.uid.width.tagk': '2',
      'tsd.storage.uid.width.tagv': '8',
    },
    { salt: 2, saltBuckets: 1000, metric: 4, tagk: 2, tagv: 8 },
  ],
])('%s', (_name, settings, layout) => {
  it.each<PointOrigin>(['telnet', 'http', 'import'])('are the same by the fast path, the slow path and the codecs (%s)', async (source) => {
    const writing = writingOn(store.storage, settings);
    for (const key of KEYS) await writing.uids.getOrCreateId('tagk', key);
    for (const host of HOSTS) await writing.uids.getOrCreateId('tagv', host);
    const { writer } = writing;
    let short = 0;
    const expected = new Map<string, string>();
    await fc.assert(
      fc.asyncProperty(fc.array(point, { minLength: 1, maxLength: 10 }), async (points) => {
        for (const p of points) {
          const line = Buffer.from(`${p.metric} ${p.timestamp} ${p.value} ${p.tags.map(([k, v]) => `${k}=${v}`).join(' ')}`);
          if (writer.addLine(line, 0, line.length, source, null)) short++;
          else await writer.submitPoint({ ...p, tags: new Map(p.tags) }, source, null);
          const cell = await cellOf(writing, layout, p, source);
          expected.set(cell.slice(0, cell.indexOf('=')), cell);
        }
      }),
      { numRuns: 60 },
    );
    await writer.flush();
    expect(await cellsOf(store.storage)).toEqual([...expected.values()].sort());
    // How many depends on what was drawn; none would mean that the fast path was not tested.
    expect(short).toBeGreaterThan(5);
    await writer.close();
  });
});

describe('names', () => {
  it('are forgotten by the fast path when they are renamed, deleted or the caches dropped', async () => {
    const { writer, uids } = writingOn(store.storage);
    const line = Buffer.from('m 1356998400 1 host=a');
    const add = (): boolean => writer.addLine(line, 0, line.length, 'telnet', null);
    const long = async (): Promise<void> => {
      await writer.submitPoint({ metric: 'm', timestamp: 1356998400, value: '1', tags: new Map([['host', 'a']]) }, 'telnet', null);
      expect(add()).toBe(true);
    };
    expect(add()).toBe(false);
    await long();
    await uids.rename('tagv', 'a', 'b');
    expect(add()).toBe(false);
    await long();
    await uids.delete('metrics', 'm');
    expect(add()).toBe(false);
    await long();
    uids.dropCaches();
    expect(add()).toBe(false);
    await writer.close();
    const rows = new Set((await cellsOf(store.storage)).map((cell) => cell.split(' ')[0]));
    expect(rows.size).toBe(3);
  });

  it('of many new points at once are assigned once, and the points kept in order', async () => {
    const { writer, uids } = writingOn(store.storage);
    const waits = Array.from({ length: 200 }, async (_, i) =>
      writer.submitPoint(
        { metric: 'm', timestamp: 1356998400, value: String(i % 100), tags: new Map([['host', `h${i % 4}`]]) },
        'telnet',
        null,
      ),
    );
    await Promise.all(waits);
    await writer.flush();
    expect(await uids.usedIds()).toEqual({ metrics: 1n, tagk: 1n, tagv: 4n });
    expect((await cellsOf(store.storage)).map((cell) => parseInt(cell.split('=')[1], 16)).sort()).toEqual([96, 97, 98, 99]);
    await writer.close();
  });

  it('that may not be created refuse the point, and nothing else is assigned for it', async () => {
    const { writer, uids } = writingOn(store.storage, { 'tsd.core.auto_create_metrics': 'false' });
    await expect(writer.addPoint({ metric: 'm', timestamp: '1', value: '1', tags: new Map([['host', 'a']]) }, 'telnet')).rejects.toThrow(
      "No such name for 'metrics': 'm'",
    );
    expect(await uids.usedIds()).toEqual({ metrics: 0n, tagk: 0n, tagv: 0n });
    await writer.close();
  });
});

it('gives cells the time of their point when asked to', async () => {
  const { writer } = writingOn(store.storage, { 'tsd.storage.use_otsdb_timestamp': 'true' });
  await writer.addPoint({ metric: 'm', timestamp: '1356998400', value: '1', tags: new Map([['host', 'a']]) }, 'telnet');
  const line = Buffer.from('m 1356998401500 1 host=a');
  expect(writer.addLine(line, 0, line.length, 'telnet', null)).toBe(true);
  await writer.flush();
  for await (const rows of store.storage.scan('tsdb', { start: Buffer.alloc(0), stop: Buffer.alloc(0) }))
    expect([rows[0].timestamp(0), rows[0].timestamp(1)]).toEqual([1356998400000, 1356998401500]);
  await writer.close();
});
