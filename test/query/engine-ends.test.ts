import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DATA_FAMILY, DEFAULT_LAYOUT, hexToUid, rowKeyOfTsuid } from '../../src/schema';
import { DoNotRetryError, PackedCells, TimeoutError, type Row, type Storage } from '../../src/storage';
import { registryJson } from '../../src/server/http/query/registry-json';
import { intercept } from '../uid/support/uid-store';
import { B, HOUR, brief, refusal, sums, TestEngine } from './support/engine';
import { until } from '../support/until';

let tsd: TestEngine;
const open = async (settings?: Record<string, string>, wrap?: (storage: Storage) => Storage): Promise<TestEngine> => {
  tsd = await TestEngine.open(settings, wrap);
  return tsd;
};
afterEach(() => tsd.close());

describe('limits', () => {
  const fill = async (): Promise<void> => tsd.put(...Array.from({ length: 20 }, (_, i) => `m ${B + i} ${i} host=a`), `other ${B} 1 host=a`);

  test('on data points and bytes', async () => {
    await open({ 'tsd.query.limits.data_points.default': '10' });
    await fill();
    expect(await refusal(tsd.ask(`${HOUR}&m=sum:m`))).toMatchObject({
      status: 413,
      message:
        'Sorry, you have attempted to fetch more than our limit of 10 data points. Please try filtering using more tags or decrease your time range.',
    });
    expect(sums(await tsd.ask(`${HOUR}&m=sum:other`))).toEqual([1]);
    await tsd.close();
    await open({ 'tsd.query.limits.bytes.default': '100' });
    await fill();
    expect(await refusal(tsd.ask(`${HOUR}&m=sum:m`))).toMatchObject({
      status: 413,
      message:
        'Sorry, you have attempted to fetch more than our maximum amount of 0MB from storage. Please try filtering using more tags or decrease your time range.',
    });
  });

  test('on the memory of all running queries together', async () => {
    await open({ 'tsd.query.memory.bytes': '5000' });
    await fill();
    await tsd.put(...Array.from({ length: 600 }, (_, i) => `m ${B + i} ${i} host=a`));
    for (let i = 0; i < 3; i++) {
      expect(await refusal(tsd.ask(`${HOUR}&m=sum:m`))).toMatchObject({ status: 413, message: expect.stringMatching('in memory') });
      expect(sums(await tsd.ask(`${HOUR}&m=sum:other`))).toEqual([1]);
    }
    expect(await tsd.ask(`start=${B + 5}&end=${B + 9}&m=sum:m`)).toHaveLength(1); // of what it reads it keeps less
  });

  test('of queries that have room one by one each is answered, however many come at once', async () => {
    await open({ 'tsd.query.memory.bytes': '40000' });
    await tsd.put(...Array.from({ length: 700 }, (_, i) => `m ${B + i} 1 host=a`));
    const each = await Promise.all(Array.from({ length: 30 }, (_, i) => tsd.ask(`start=${B}&end=${B + 1000 + i}&m=sum:m`)));
    expect(each.map(([{ dps }]) => Object.keys(dps).length)).toEqual(each.map(() => 700));
    expect(tsd.engine.registry.completed.map(({ completion }) => completion?.status)).toEqual(tsd.engine.registry.completed.map(() => 200));
  });

  test('one that would have to wait for memory for too long is refused', async () => {
    await open({ 'tsd.query.memory.bytes': '40000', 'tsd.query.queue.wait': '1' });
    await tsd.put(...Array.from({ length: 700 }, (_, i) => `m ${B + i} 1 host=a`));
    const asked = Array.from({ length: 10 }, (_, i) =>
      tsd.ask(`start=${B}&end=${B + 1000 + i}&m=sum:m`).then(
        () => 200,
        (e: { status: number }) => e.status,
      ),
    );
    const statuses = new Set(await Promise.all(asked));
    expect([...statuses].every((status) => status === 200 || status === 503)).toBe(true);
  });

  test('the request lifts them only where it may', async () => {
    const asking = { start: B, end: B + 60, queries: [{ aggregator: 'count', metric: 'm' }], overrideDataPointLimit: true };
    await open({ 'tsd.query.limits.data_points.default': '10' });
    await fill();
    expect((await refusal(tsd.ask(asking))).status).toBe(413);
    await tsd.close();
    await open({ 'tsd.query.limits.data_points.default': '10', 'tsd.query.limits.data_points.allow_override': 'true' });
    await fill();
    expect(await tsd.ask(asking)).toHaveLength(1);
  });

  test('a file gives metrics limits of their own', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'tsdb-limits-'));
    const file = join(dir, 'limits.json');
    writeFileSync(file, JSON.stringify([{ regex: '^m$', byteLimit: 0, dataPointsLimit: 5 }]));
    await open({ 'tsd.query.limits.overrides.config': file });
    await fill();
    expect((await refusal(tsd.ask(`${HOUR}&m=sum:m`))).message).toContain('our limit of 5 data points');
    expect(sums(await tsd.ask(`${HOUR}&m=sum:other`))).toEqual([1]);
    rmSync(dir, { recursive: true });
  });

  test('that file is read again', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'tsdb-limits-'));
    const file = join(dir, 'limits.json');
    const limit = (points: number): void => writeFileSync(file, JSON.stringify([{ regex: 'm', dataPointsLimit: points }]));
    limit(5);
    await open({ 'tsd.query.limits.overrides.config': file, 'tsd.query.limits.overrides.interval': '1' });
    await fill();
    expect((await refusal(tsd.ask(`${HOUR}&m=sum:m`))).message).toContain('our limit of 5 data points');
    limit(7);
    const asked = (): Promise<string> =>
      tsd.ask(`${HOUR}&m=sum:m`).then(
        () => 'answered',
        (e: Error) => e.message,
      );
    await until(async () => (await asked()).includes('our limit of 7 data points'));
    writeFileSync(file, '[]');
    await until(async () => (await asked()).includes('answered'));
    rmSync(dir, { recursive: true });
  });
});

describe('ends', () => {
  /** A store whose scans of the data table wait until the query gives up. */
  const stuck = (storage: Storage): Storage =>
    intercept(storage, {
      scan: (table, options) =>
        table === 'tsdb'
          ? (async function* (): AsyncGenerator<Row[]> {
              await new Promise((_, reject) => options.signal?.addEventListener('abort', () => reject(new Error('scan was stopped'))));
              yield [];
            })()
          : storage.scan(table, options),
    });

  test('at the time-out, with what the original would have said', async () => {
    await open({ 'tsd.query.timeout': '50' }, stuck);
    await tsd.put(`m ${B} 1 host=a`);
    expect(await refusal(tsd.ask(`${HOUR}&m=sum:m`))).toMatchObject({
      status: 408,
      message: 'Sorry, your query timed out. Time limit: 50 ms. Please try filtering using more tags or decrease your time range.',
    });
    expect(tsd.engine.registry.running).toHaveLength(0);
  });

  test('when the client goes away', async () => {
    await open({}, stuck);
    await tsd.put(`m ${B} 1 host=a`);
    const client = new AbortController();
    const failed = refusal(tsd.ask(`${HOUR}&m=sum:m`, client.signal));
    await until(() => tsd.engine.registry.running.length === 1);
    client.abort(new Error('gone'));
    expect((await failed).message).toBe('gone');
    expect(tsd.engine.registry.running).toHaveLength(0);
  });

  test.each([
    ['a storage time-out', 408, new TimeoutError('no answer from region server')],
    ['another failure of storage', 424, new DoNotRetryError('no such table')],
    ['anything else', 400, new Error('what now')],
  ])('with %s as %d', async (_, status, error) => {
    await open({}, (storage) =>
      intercept(storage, {
        scan: async function* () {
          throw error;
        },
      }),
    );
    await tsd.put(`m ${B} 1 host=a`);
    expect(await refusal(tsd.ask(`${HOUR}&m=sum:m`))).toMatchObject({ status, message: error.message, details: error.message });
  });

  test("arithmetic that fails is the client's to see", async () => {
    await open();
    await tsd.put(`m ${B} 1e300 host=a`, `m ${B} 1e300 host=b`);
    expect(await refusal(tsd.ask(`${HOUR}&m=mult:m`))).toMatchObject({
      status: 400,
      message: expect.stringMatching(/^Got Infinity: Infinity in this /),
    });
  });
});

test('a long query lets others have their turns', async () => {
  // Rows from memory, so that nothing but the query itself decides when others have a turn.
  let batches: Row[][] | null = null;
  await open({}, (storage) =>
    intercept(storage, {
      scan: async function* (table, options) {
        if (batches === null) {
          batches = [];
          for await (const batch of storage.scan(table, { ...options, transient: false })) batches.push([...batch]);
        }
        yield* batches;
      },
    }),
  );
  const row = hexToUid('000001000001000001');
  await tsd.put(`m ${B} 1 host=a`);
  const hours = 3000;
  const rows = Array.from({ length: hours }, (_, h) => {
    const cells = new PackedCells();
    for (let s = 0; s < 60; s++) cells.add(Buffer.from([(s * 60) >> 4, ((s * 60) << 4) & 0xff]), Buffer.from([s]));
    return { row: rowKeyOfTsuid(DEFAULT_LAYOUT, row, B + h * 3600), cells };
  });
  expect(await tsd.storage.put('tsdb', DATA_FAMILY, rows)).toEqual([]);
  /** Turns that others have during the query. @param step milliseconds that every look at the clock takes */
  const turnsAt = async (step: number): Promise<number> => {
    let clock = 0;
    jest.spyOn(performance, 'now').mockImplementation(() => (clock += step));
    let turns = 0;
    let asking = true;
    const turn = (): void => {
      turns++;
      if (asking) setImmediate(turn);
    };
    setImmediate(turn);
    const [all] = await tsd.ask(`start=${B}&end=${B + hours * 3600 - 1}&m=sum:1h-count:m`);
    asking = false;
    jest.restoreAllMocks();
    expect(Object.keys(all.dps)).toHaveLength(hours);
    return turns;
  };
  await turnsAt(0);
  expect(await turnsAt(0)).toBeLessThan(5);
  expect(await turnsAt(5)).toBeGreaterThan(15);
});

describe('deleting', () => {
  const body = { start: B, end: B + 60, queries: [{ aggregator: 'sum', metric: 'm', tags: { host: 'a' } }], delete: true };
  const lines = [`m ${B} 1 host=a`, `m ${B + 3599} 2 host=a`, `m ${B + 3600} 4 host=a`, `m ${B} 8 host=b`];

  test('is refused, by every way in, unless it is allowed', async () => {
    await open();
    await tsd.put(...lines);
    const query = tsd.parse(`${HOUR}&m=sum:m`);
    query.delete = true;
    for (const asked of [query, tsd.parse(body)]) {
      expect(() => tsd.engine.validate(asked)).toThrow(
        expect.objectContaining({ status: 400, details: 'Deleting data is not enabled (tsd.http.query.allow_delete=false)' }),
      );
    }
  });

  test('answers and removes the whole rows that it read', async () => {
    await open({ 'tsd.http.query.allow_delete': 'true' });
    await tsd.put(...lines);
    expect(sums(await tsd.ask(body))).toEqual([1]);
    expect(brief(await tsd.ask(`start=${B}&end=${B + 7200}&m=sum:m`))).toEqual([[{}, ['host'], { [B]: 8, [B + 3600]: 4 }]]);
  });

  test('does not bring back what was accepted for a row and is still on its way', async () => {
    await open({ 'tsd.http.query.allow_delete': 'true' });
    await tsd.put(...lines);
    await tsd.writer.flush();
    await tsd.put(`m ${B + 1} 16 host=a`);
    // Whether it is seen or not, it is deleted with its row.
    await tsd.ask(body);
    await tsd.writer.flush();
    expect(brief(await tsd.ask(`start=${B}&end=${B + 7200}&m=sum:m`))).toEqual([[{}, ['host'], { [B]: 8, [B + 3600]: 4 }]]);
  });
});

describe('statistics', () => {
  interface Stats {
    completed: {
      query: { start: string };
      exception: string;
      executed: number;
      httpResponse: { code: number };
      stats: Record<string, number>;
    }[];
    running: unknown[];
  }
  const stats = (): Stats => JSON.parse([...registryJson(tsd.engine.registry)].join('')) as Stats;

  test('remember what was asked and how it ended', async () => {
    await open();
    await tsd.put(`m ${B} 1 host=a`, `m ${B} 2 host=b`);
    for (let i = 0; i < 3; i++) await tsd.ask(`${HOUR}&m=sum:m{host=w*|a}`).catch(() => null);
    await tsd.ask(`${HOUR}&m=sum:m`);
    await tsd.ask(`${HOUR}&m=sum:m`);
    await refusal(tsd.ask(`${HOUR}&m=sum:nosuch`));
    const { completed, running } = stats();
    expect(running).toEqual([]);
    expect(completed.map((c) => [c.httpResponse.code, c.exception, c.executed])).toEqual([
      [200, 'null', 3],
      [200, 'null', 2],
      [400, "No such name for 'metrics': 'nosuch'", 1],
    ]);
    expect(completed[1].stats).toMatchObject({ rowsPreFilter: 2, dpsPostFilter: 2, emittedDPs: 1, successfulScan: 1 });
  });

  test('the last 256 are kept', async () => {
    await open();
    await tsd.put(`m ${B} 1 host=a`);
    for (let i = 0; i < 300; i++) await tsd.ask(`start=${B}&end=${B + 1 + i}&m=sum:m`);
    expect(stats().completed).toHaveLength(256);
  });

  test('the same client may be refused the same question while it runs', async () => {
    await open({ 'tsd.query.allow_simultaneous_duplicates': 'false' });
    await tsd.put(`m ${B} 1 host=a`);
    const [first, second] = [tsd.ask(`${HOUR}&m=sum:m`), refusal(tsd.ask(`${HOUR}&m=sum:m`))];
    expect((await second).message).toBe('Query is already executing for endpoint: /127.0.0.1:1');
    expect(await first).toHaveLength(1);
  });
});
