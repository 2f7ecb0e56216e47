import { COUNTER_COLUMN, META_FAMILY } from '../../src/meta';
import type { LastPoint, LastQuery, LookupQuery, QueryClient } from '../../src/query';
import { allSalts, globalAnnotationKey, DATA_FAMILY, DEFAULT_LAYOUT, hexToUid, uidToHex } from '../../src/schema';
import { registryJson } from '../../src/server/http/query/registry-json';
import { PackedCells, type Row, type RowGet, type ScanOptions, type Storage } from '../../src/storage';
import { intercept } from '../uid/support/uid-store';
import { TestEngine } from './support/engine';
import { turns } from '../support/until';
import type { StopSignal } from '../../src/util/stop-signal';

const HOUR = 1_700_000_000 - (1_700_000_000 % 3600);
const CLIENT: QueryClient = { remote: '/127.0.0.1:1', headers: new Map() };
const A = '000001000001000001';
const C = '000001000001000003';

let tsd: TestEngine;
const open = async (settings?: Record<string, string>, wrap?: (storage: Storage) => Storage): Promise<void> => {
  tsd = await TestEngine.open(settings, wrap);
};
beforeEach(() => jest.spyOn(Date, 'now').mockReturnValue((HOUR + 1800) * 1000));
afterEach(async () => {
  jest.restoreAllMocks();
  await tsd.close();
});

const forever = (): AbortSignal => new AbortController().signal;

async function last(query: Partial<LastQuery>, signal = forever()): Promise<readonly LastPoint[]> {
  const found = await tsd.engine.last({ queries: [], resolveNames: false, backScan: 0, ...query }, CLIENT, signal);
  found.finish(200, null, true);
  return found.points;
}

const brief = (points: readonly LastPoint[]): string[] => points.map((p) => `${uidToHex(p.tsuid)} ${p.timestamp - HOUR * 1000} ${p.value}`);
const tsuid = (hex: string): LastQuery['queries'] => [{ metric: null, tags: null, tsuids: [hex] }];
const metric = (name: string, tags: Record<string, string> = {}): LastQuery['queries'] => [
  { metric: name, tags: new Map(Object.entries(tags)), tsuids: null },
];

async function lookup(query: Partial<LookupQuery>, signal = forever()): Promise<string[]> {
  const asked = { query: null, metric: '*', tags: null, limit: 0, startIndex: 0, useMeta: false, ...query };
  const found = tsd.engine.lookup(asked, CLIENT, signal);
  const series: string[] = [];
  try {
    for await (const batch of found.series())
      series.push(...batch.map((s) => `${s.metric} ${[...s.tags].map(([k, v]) => `${k}=${v}`).join(' ')}`));
    found.finish(200, null, true);
  } catch (e) {
    found.finish(500, e as Error, false);
    throw e;
  }
  return series;
}

async function count(hex: string, at: number): Promise<void> {
  const cells = PackedCells.of(COUNTER_COLUMN, Buffer.alloc(8, 1));
  expect(await tsd.storage.put('tsdb-meta', META_FAMILY, [{ row: hexToUid(hex), cells, timestamps: [at * 1000] }])).toEqual([]);
}

/** Calls that never answer until they are given up. */
const never = (options?: { signal?: StopSignal }): Promise<never> =>
  new Promise((_, reject) => {
    const stopped = (): void => reject(new Error('the call was stopped'));
    if (options?.signal?.aborted) stopped();
    else options?.signal?.addEventListener('abort', stopped);
  });

describe('last points', () => {
  test('are found hours back, within a bounded number of reads at once', async () => {
    const asked: number[] = [];
    await open({}, (storage) =>
      intercept(storage, {
        multiGet: (table: string, gets: readonly RowGet[], options) => {
          asked.push(gets.length);
          return storage.multiGet(table, gets, options);
        },
      }),
    );
    await tsd.put(`m ${HOUR - 1000 * 3600} 7 host=a`, `m ${HOUR - 1000 * 3600 - 5} 6 host=a`);
    expect(brief(await last({ queries: tsuid(A), backScan: 999 }))).toEqual([]);
    expect(brief(await last({ queries: tsuid(A), backScan: 1000 }))).toEqual([`${A} ${-1000 * 3_600_000} 7`]);
    expect(Math.max(...asked)).toBeLessThanOrEqual(256);
  });

  test('a long way back lets others have their turns', async () => {
    await open();
    await tsd.put(`m ${HOUR} 1 host=a`);
    const client = new AbortController();
    const asked = last({ queries: tsuid(C), backScan: 2 ** 31 - 1 }, client.signal);
    void turns(5).then(() => client.abort(new Error('gone')));
    await expect(asked).rejects.toThrow('gone');
  });

  test('are not looked for before 1970', async () => {
    const rows: string[] = [];
    await open({}, (storage) =>
      intercept(storage, {
        multiGet: (table: string, gets: readonly RowGet[], options) => {
          rows.push(...gets.map(({ row }) => uidToHex(row)));
          return storage.multiGet(table, gets, options);
        },
      }),
    );
    jest.spyOn(Date, 'now').mockReturnValue(2 * 3_600_000 + 5);
    await tsd.put('m 7 1 host=a');
    expect(await last({ queries: tsuid(C), backScan: 2 ** 31 - 1 })).toEqual([]);
    expect(rows).toEqual(['00001C20', '00000E10', '00000000'].map((hour) => `000001${hour}000001000003`));
    expect((await last({ queries: tsuid(A), backScan: 2 ** 31 - 1 })).map(({ timestamp }) => timestamp)).toEqual([7000]);
  });

  test('of a metric are those that were counted, at the hour of their counters', async () => {
    await open();
    await tsd.put(`m ${HOUR} 1 host=a dc=x`, `m ${HOUR - 7200} 2 host=b dc=x`, `m ${HOUR} 3 host=c dc=y`);
    expect(await last({ queries: metric('m') })).toEqual([]);
    await count('000001000001000001000002000002', HOUR);
    await count('000001000001000003000002000002', HOUR - 7200 + 1800);
    expect(brief(await last({ queries: metric('m') }))).toEqual([
      '000001000001000001000002000002 0 1',
      `000001000001000003000002000002 ${-7_200_000} 2`,
    ]);
    expect(await last({ queries: metric('m', { dc: 'y' }) })).toEqual([]);
    expect((await last({ queries: metric('m', { dc: 'x' }), resolveNames: true }))[1].names).toEqual({
      metric: 'm',
      tags: new Map([
        ['host', 'b'],
        ['dc', 'x'],
      ]),
    });
  });

  test.each([0, 1])('without a counter are looked for as many hours back as configured, with %d bytes of salt', async (salt) => {
    const settings = { 'tsd.query.last.back_scan': '2', ...(salt > 0 && { 'tsd.storage.salt.width': '1' }) };
    await open(settings);
    await tsd.put(`m ${HOUR} 1 host=a`, `m ${HOUR - 7000} 9 host=a`, `m ${HOUR - 7000} 2 host=b`, `m ${HOUR - 7201} 3 host=c`);
    const wanted = [`${A} 0 1`, `000001000001000002 ${-7_000_000} 2`];
    expect(brief(await last({ queries: metric('m') })).sort()).toEqual(wanted);
    expect(brief(await last({ queries: metric('m', { host: 'b' }) }))).toEqual(wanted.slice(1));
    expect(brief(await last({ queries: tsuid('000001000001000002') }))).toEqual(wanted.slice(1));
    expect(await last({ queries: tsuid(C) })).toEqual([]);
    await count(C, HOUR - 7201); // those that were counted go first
    expect(brief(await last({ queries: metric('m') }))).toEqual([`${C} ${-7_201_000} 3`]);
  });

  test('pass over rows that have only annotations', async () => {
    await open();
    await tsd.put(`m ${HOUR - 3600} 5 host=a`);
    const key = Buffer.concat([hexToUid('000001'), Buffer.alloc(4), hexToUid('000001000001')]);
    key.writeUInt32BE(HOUR, 3);
    const note = PackedCells.of(Buffer.from([1, 0, 0]), Buffer.from(`{"startTime":${HOUR}}`));
    expect(await tsd.storage.put('tsdb', DATA_FAMILY, [{ row: key, cells: note }])).toEqual([]);
    expect(brief(await last({ queries: tsuid(A), backScan: 1 }))).toEqual([`${A} ${-3_600_000} 5`]);
  });

  test('are those written last of several at the same time', async () => {
    await open();
    await tsd.put(`m ${HOUR} 1 host=a`);
    await tsd.writer.flush();
    jest.spyOn(Date, 'now').mockReturnValue((HOUR + 1801) * 1000);
    await tsd.put(`m ${HOUR}000 2.5 host=a`);
    await tsd.writer.flush();
    expect(brief(await last({ queries: tsuid(A), backScan: 1 }))).toEqual([`${A} 0 2.5`]);
  });
});

describe('lookups of the data table', () => {
  const lines = [`m ${HOUR} 1 host=a`, `m ${HOUR} 2 host=b`, `m ${HOUR - 3600} 3 host=a`, `n ${HOUR} 4 host=a`];

  test('tell a series for each of its rows, or once', async () => {
    await open();
    await tsd.put(...lines);
    expect(await lookup({})).toEqual(['m host=a', 'm host=a', 'm host=b', 'n host=a']);
    expect(await lookup({ limit: 2 })).toEqual(['m host=a', 'm host=a']);
    await tsd.close();
    await open({ 'tsd.search.lookup.distinct': 'true' });
    await tsd.put(...lines);
    expect(await lookup({})).toEqual(['m host=a', 'm host=b', 'n host=a']);
    expect(await lookup({ limit: 2 })).toEqual(['m host=a', 'm host=b']);
    expect(await lookup({ tags: [{ key: null, value: 'a' }] })).toEqual(['m host=a', 'n host=a']);
  });

  test('read all buckets of salt, to one limit', async () => {
    await open({ 'tsd.storage.salt.width': '1' });
    const hosts = Array.from({ length: 50 }, (_, i) => `m ${HOUR} 1 host=h${i}`);
    await tsd.put(...hosts, `n ${HOUR} 1 host=h0`);
    expect(allSalts({ ...DEFAULT_LAYOUT, salt: 1 })).toHaveLength(20);
    expect((await lookup({ metric: 'm' })).sort()).toEqual(hosts.map((line) => `m ${line.split(' ')[3]}`).sort());
    expect(await lookup({ metric: 'm', limit: 30 })).toHaveLength(30);
    expect(await lookup({ metric: 'm', tags: [{ key: 'host', value: 'h7' }] })).toEqual(['m host=h7']);
    expect(await lookup({})).toHaveLength(51);
  });

  test('read keys only, no more at once than are wanted, and pass over rows without tags', async () => {
    const scans: ScanOptions[] = [];
    await open({}, (storage) =>
      intercept(storage, {
        scan: (table, options) => {
          scans.push(options);
          return storage.scan(table, options);
        },
      }),
    );
    await tsd.put(...lines);
    const note = PackedCells.of(Buffer.from([1, 0, 0]), Buffer.from('{}'));
    expect(await tsd.storage.put('tsdb', DATA_FAMILY, [{ row: globalAnnotationKey(DEFAULT_LAYOUT, HOUR), cells: note }])).toEqual([]);
    expect(await lookup({ limit: 3 })).toHaveLength(3);
    expect(scans).toEqual([expect.objectContaining({ firstCellOnly: true, withoutValues: true, batchRows: 3 })]);
  });

  test('end at the limits of queries, those of the metric', async () => {
    await open({ 'tsd.query.limits.data_points.default': '2' });
    await tsd.put(...lines);
    await expect(lookup({ metric: 'm' })).rejects.toMatchObject({ status: 413 });
    expect(await lookup({ metric: 'n' })).toEqual(['n host=a']);
    await expect(last({ queries: [...tsuid(A), ...tsuid(A)], backScan: 1 })).resolves.toHaveLength(2); // each has the limit for itself
  });

  test('remember only as many series as there is memory for', async () => {
    await open({ 'tsd.search.lookup.distinct': 'true', 'tsd.query.memory.bytes': '200' });
    await tsd.put(...lines);
    await expect(lookup({})).rejects.toMatchObject({ status: 413, message: expect.stringContaining('in memory') });
    expect(await lookup({ metric: 'n' })).toEqual(['n host=a']);
  });
});

describe('ends', () => {
  const stuck = (storage: Storage): Storage =>
    intercept(storage, {
      multiGet: (table: string, gets: readonly RowGet[], options) =>
        table === 'tsdb' ? never(options) : storage.multiGet(table, gets, options),
      scan: (table, options) =>
        table === 'tsdb'
          ? (async function* (): AsyncGenerator<Row[]> {
              yield await never(options);
            })()
          : storage.scan(table, options),
    });
  const questions: [string, (signal?: AbortSignal) => Promise<unknown>][] = [
    ['last', (signal) => last({ queries: tsuid(A), backScan: 1 }, signal)],
    ['lookup', (signal) => lookup({ metric: 'm' }, signal)],
    ['query', (signal) => tsd.ask(`start=${HOUR}&m=sum:m`, signal)],
  ];

  test.each(questions)('%s at the time-out', async (_, ask) => {
    await open({ 'tsd.query.timeout': '30' }, stuck);
    await tsd.put(`m ${HOUR} 1 host=a`);
    await expect(ask()).rejects.toMatchObject({ status: 408, message: expect.stringContaining('Time limit: 30 ms') });
    expect(tsd.engine.registry.running).toHaveLength(0);
  });

  test.each(questions)('%s with its client', async (_, ask) => {
    await open({}, stuck);
    await tsd.put(`m ${HOUR} 1 host=a`);
    const client = new AbortController();
    const asked = ask(client.signal);
    setImmediate(() => client.abort(new Error('gone')));
    await expect(asked).rejects.toThrow('gone');
    expect(tsd.engine.registry.running).toHaveLength(0);
  });

  test.each(questions)('%s when an operator says so', async (kind, ask) => {
    await open({}, stuck);
    await tsd.put(`m ${HOUR} 1 host=a`);
    const { registry } = tsd.engine;
    const asked = ask();
    const [{ id, question }] = registry.running;
    expect(question.kind).toBe(kind);
    expect([...registryJson(registry)].join('')).toContain(`"id":${id}`);
    expect([registry.stop(id + 1), registry.stop(id)]).toEqual([false, true]);
    await expect(asked).rejects.toMatchObject({ status: 400, message: 'The query was ended by an operator' });
    expect([registry.running.length, registry.stop(id)]).toEqual([0, false]);
    expect(registry.completed[0].completion?.failure).toBe('The query was ended by an operator');
  });

  test.each(questions)('%s is not run twice at once for a client where that is not allowed', async (_, ask) => {
    await open({ 'tsd.query.allow_simultaneous_duplicates': 'false' }, stuck);
    await tsd.put(`m ${HOUR} 1 host=a`);
    const first = ask();
    await expect(ask()).rejects.toMatchObject({ status: 500, message: 'Query is already executing for endpoint: /127.0.0.1:1' });
    const { registry } = tsd.engine;
    registry.stop(registry.running[0].id);
    await expect(first).rejects.toThrow('ended');
  });
});
