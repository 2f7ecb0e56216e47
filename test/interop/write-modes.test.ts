import { spawnSync, type SpawnSyncReturns } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { splitCompacted } from '../../src/schema';
import { compileJavaPlugin, registerJavaPlugin } from './support/java-plugin';
import { until } from '../support/until';
import { describeWithHBase } from './support/needs';
import { OriginalTsd, runOriginalTool } from './support/original';
import { OurTsd } from './support/our-tsd';
import { BASE } from './support/points';
import { tableNames, TestTables } from './support/tables';
import { eventually, TsdClient } from './support/tsd-client';

jest.setTimeout(240_000);

type Settings = Record<string, string>;

const HOOK = resolve(__dirname, '../support/ts-hook.cjs');
const MAIN = resolve(__dirname, '../../src/tools/main.ts');
const WHITELIST = 'net.opentsdb.uid.UniqueIdWhitelistFilter';
const COMMON: Settings = {
  'tsd.core.auto_create_metrics': 'true',
  'tsd.storage.enable_compaction': 'false',
};
/** What comes in through several connections, one after the other, is in one buffer, in its order. Of workers each has a buffer. */
const ONE_BUFFER: Settings = { 'tsd.network.worker_threads': '1' };

describeWithHBase('the modes of writing, on a Java TSD and on ours', (quorum) => {
  let tables: TestTables;
  let dir: string;
  let classPath: string;
  let made = 0;

  beforeAll(async () => {
    tables = await TestTables.connect(quorum);
    dir = mkdtempSync(join(tmpdir(), 'write-modes-'));
    classPath = join(dir, 'classes');
    compileJavaPlugin('EvenValues', classPath);
    registerJavaPlugin('EvenValues', 'net.opentsdb.core.WriteableDataPointFilterPlugin', classPath);
    compileJavaPlugin('FailingUids', classPath);
    registerJavaPlugin(`${WHITELIST}\nFailingUids`, 'net.opentsdb.uid.UniqueIdFilterPlugin', classPath);
  });
  afterAll(async () => {
    await tables.close();
    rmSync(dir, { recursive: true, force: true });
  });

  interface Pair {
    /** Does the same with both and expects the same of both. */
    same<T>(work: (client: TsdClient) => Promise<T>): Promise<T>;
    prefixes: [java: string, ours: string];
  }

  async function prefixes(): Promise<[string, string]> {
    const pair: [string, string] = [`modes_j${process.pid}_${made}_`, `modes_o${process.pid}_${made++}_`];
    await Promise.all(pair.map((prefix) => tables.create(prefix)));
    return pair;
  }

  async function withBoth(
    settings: Settings,
    own: { java?: Settings; ours?: Settings },
    work: (pair: Pair) => Promise<void>,
  ): Promise<void> {
    const [javaPrefix, ourPrefix] = await prefixes();
    const daemon = OurTsd.launch({ quorum, prefix: ourPrefix, settings: { ...COMMON, ...settings, ...own.ours } });
    let original: OriginalTsd | undefined;
    try {
      original = await OriginalTsd.start({ quorum, prefix: javaPrefix, settings: { ...COMMON, ...settings, ...own.java }, classPath });
      await daemon.ready();
      const clients = [original, daemon].map(({ port }) => new TsdClient(port));
      await work({
        prefixes: [javaPrefix, ourPrefix],
        async same(step) {
          const [java, ours] = await Promise.all(clients.map(step));
          expect(ours).toEqual(java);
          return java;
        },
      });
    } finally {
      await Promise.all([original?.stop(), daemon.stop()]);
    }
  }

  const cellsOf = async ([java, ours]: [string, string], table = 'tsdb', timestamps = false): Promise<[string[], string[]]> => [
    await tables.cells(`${java}${table}`, timestamps),
    await tables.cells(`${ours}${table}`, timestamps),
  ];

  async function expectSameCells(pair: [string, string], count: number, timestamps = false): Promise<void> {
    await eventually(async () => {
      const [java, ours] = await cellsOf(pair, 'tsdb', timestamps);
      expect(java).toHaveLength(count);
      expect(ours).toEqual(java);
    });
  }

  async function expectSameUids(pair: [string, string]): Promise<string[]> {
    const [java, ours] = await cellsOf(pair, 'tsdb-uid');
    expect(ours).toEqual(java);
    return java;
  }

  /** A point at a time, each with its answer: telnet says nothing of what it took. */
  const putAll = async (client: TsdClient, lines: readonly string[]): Promise<string[]> => {
    const said: string[] = [];
    for (const line of lines) said.push(await client.telnet([`put ${line}`, 'help']));
    return said;
  };

  it('a write filter: names are assigned, clients hear nothing, points are not there; and tags are counted', async () => {
    const plugin = join(dir, 'even-values.cjs');
    writeFileSync(plugin, 'module.exports = { filterDataPoints: () => true, allowDataPoint: ({ value }) => value % 2 === 0 };');
    const settings = { 'tsd.timeseriesfilter.enable': 'true', 'tsd.storage.max_tags': '3' };
    const own = {
      java: { 'tsd.timeseriesfilter.plugin': 'EvenValues' },
      ours: { 'tsd.timeseriesfilter.plugin': plugin },
    };
    await withBoth(settings, own, async ({ same, prefixes: pair }) => {
      const lines = [
        `m.even ${BASE} 2 host=a`,
        `m.odd ${BASE} 3 host=odd`,
        `m.even ${BASE + 1} 300 host=a`,
        `m.even ${BASE + 2} 5 host=b`,
        `m.even ${BASE * 1000 + 7} 8 host=b`,
        `m.even ${BASE} 4 host=a k2=a k3=a`,
        `m.even ${BASE} 4 host=a k2=a k3=a k4=a`,
        `m.even ${BASE} 6`,
        `m.even ${BASE} 6 =a`,
      ];
      const said = await same((client) => putAll(client, lines));
      expect(said.filter((text) => text.startsWith('put: '))).toHaveLength(3);
      expect(said[6]).toContain('Too many tags: 4 maximum allowed: 3');
      const answer = await same((client) =>
        client.request('/api/put?details', [
          { metric: 'm.http', timestamp: BASE, value: 7, tags: { host: 'a' } },
          { metric: 'm.http', timestamp: BASE + 1, value: 8, tags: { host: 'a' } },
          { metric: 'm.http', timestamp: BASE + 1, value: 8, tags: { a: '1', b: '1', c: '1', d: '1' } },
        ]),
      );
      expect(JSON.parse(answer.body)).toMatchObject({ success: 2, failed: 1 });
      await expectSameCells(pair, 5);
      expect((await expectSameUids(pair)).some((cell) => cell.startsWith(`${Buffer.from('m.odd').toString('hex')} `))).toBe(true);
      const rejected = await same(async (client) =>
        Number(/tsd\.uid\.filter\.rejected \d+ (\d+) kind=raw/.exec(await client.call('/stats'))?.[1]),
      );
      expect(rejected).toBe(3);
    });
  });

  it('the whitelist of UIDs: refused names have none, and what was assigned before stays', async () => {
    const settings = {
      'tsd.uidfilter.enable': 'true',
      'tsd.uidfilter.plugin': WHITELIST,
      'tsd.uidfilter.whitelist.metric_patterns': '^sys,cpu',
      'tsd.uidfilter.whitelist.tagv_patterns': '^[a-z]+$',
    };
    await withBoth(settings, {}, async ({ same, prefixes: pair }) => {
      const lines = [
        `sys.cpu ${BASE} 1 host=web`,
        `sys.mem ${BASE} 2 host=web`,
        `app.cpu ${BASE} 3 host=other`,
        `sys.cpu ${BASE} 4 fresh=web1`,
        `sys.cpu ${BASE + 1} 5 host=db`,
      ];
      await same((client) => putAll(client, lines));
      const answer = await same((client) =>
        client.request('/api/put?details', { metric: 'sys.cpu', timestamp: BASE, value: 7, tags: { host: 'web9' } }),
      );
      expect(answer.status).toBe(400);
      await expectSameCells(pair, 2);
      const uids = await expectSameUids(pair);
      expect(uids.filter((cell) => cell.includes(' name:'))).toHaveLength(5);
    });
  });

  it('a UID filter that fails refuses: names that it could not judge have no UID', async () => {
    const plugin = join(dir, 'failing-uids.cjs');
    const verdict = "{ if (/^(throws|fails)/.test(name)) throw new Error('no list'); return true; }";
    writeFileSync(plugin, `module.exports = { allow(kind, name) ${verdict} };`);
    const own = { java: { 'tsd.uidfilter.plugin': 'FailingUids' }, ours: { 'tsd.uidfilter.plugin': plugin } };
    await withBoth({ 'tsd.uidfilter.enable': 'true' }, own, async ({ same, prefixes: pair }) => {
      const lines = [
        `sys.cpu ${BASE} 1 host=web`,
        `throws.cpu ${BASE} 2 host=web`,
        `sys.cpu ${BASE} 3 host=fails`,
        `sys.cpu ${BASE} 4 throws=web`,
        `sys.cpu ${BASE + 1} 5 host=db`,
      ];
      await same((client) => putAll(client, lines));
      await same((client) => client.request('/api/put?details', { metric: 'fails.mem', timestamp: BASE, value: 7, tags: { host: 'web' } }));
      await expectSameCells(pair, 2);
      await expectSameUids(pair);
    });
  });

  it('(in one process) appends with times of cells from the points: the times are the server’s; and the client’s pace is as configured', async () => {
    const settings = {
      ...ONE_BUFFER,
      'tsd.storage.enable_appends': 'true',
      'tsd.storage.use_otsdb_timestamp': 'true',
      'hbase.rpcs.buffered_flush_interval': '4000',
    };
    await withBoth(settings, {}, async ({ same, prefixes: pair }) => {
      // Names and regions are known from here on.
      await same((client) => putAll(client, [`m ${BASE - 3600} 1 host=a`]));
      await expectSameCells(pair, 1);
      const startedAt = performance.now();
      await same((client) => putAll(client, [`m ${BASE} 1 host=a`, `m ${BASE + 1} 2.5 host=a`, `m ${BASE * 1000 + 1500} 3 host=a`]));
      // Both hold what they have for the time that they were told, about.
      const held = [0, 0];
      await until(async () => {
        for (const [i, cells] of (await cellsOf(pair)).entries())
          if (held[i] === 0 && cells.length > 1) held[i] = performance.now() - startedAt;
        return !held.includes(0);
      });
      for (const ms of held) expect(ms).toBeGreaterThan(1500);
      await expectSameCells(pair, 2);
      for (const cells of await cellsOf(pair, 'tsdb', true))
        for (const cell of cells) expect(Number(cell.split('@')[1])).toBeGreaterThan(Date.now() - 3_600_000);
    });
  });

  it('(in one process) as many edits as configured go at once', async () => {
    const settings = { ...ONE_BUFFER, 'hbase.rpcs.buffered_flush_interval': '30000', 'hbase.rpcs.batch.size': '6' };
    await withBoth(settings, {}, async ({ same, prefixes: pair }) => {
      await same((client) => client.assign('metric', ['m']));
      await same((client) => client.assign('tagk', ['host']));
      await same((client) => client.assign('tagv', ['a', 'b', 'c', 'd', 'e', 'f', 'g']));
      await same((client) =>
        putAll(
          client,
          ['a', 'b', 'c', 'd', 'e'].map((host) => `m ${BASE} 1 host=${host}`),
        ),
      );
      await sleep(800);
      for (const cells of await cellsOf(pair)) expect(cells).toEqual([]);
      await same((client) => putAll(client, [`m ${BASE} 1 host=f`]));
      await expectSameCells(pair, 6);
    });
  });

  it.each(['ro', 'wo'])('tsd.mode = %s: the same commands and endpoints', async (mode) => {
    await withBoth({ 'tsd.mode': mode }, {}, async ({ same, prefixes: pair }) => {
      const paths = ['aggregators', 'logs', 'stats', 'version', 's/x', 'suggest'];
      const api = ['aggregators', 'config', 'dropcaches', 'stats', 'version', 'query', 'suggest', 'annotation', 'put', 'uid/assign'];
      const endpoints = [...paths, ...api.map((path) => `api/${path}`)];
      await same((client) =>
        Promise.all(
          endpoints.map(async (path) => {
            const { status, body } = await client.request(`/${path}`, undefined);
            return [path, status === 404 && /Endpoint not found|Page Not Found/.test(body)];
          }),
        ),
      );
      await same((client) => client.telnet(['help', `put m ${BASE} 1 host=a`, 'nonsense']));
      if (mode === 'ro') for (const cells of await cellsOf(pair)) expect(cells).toEqual([]);
      else await expectSameCells(pair, 1);
    });
  });

  /** The points of a cell, compacted or not, each as a cell of its own. */
  function pointsOf(cell: string): string[] {
    const [row, column, , bytes] = cell.split(' ');
    const [qualifier, value] = [column.slice('t:'.length), bytes].map((text) => Buffer.from(text, 'hex'));
    const points = qualifier.length === 2 ? [{ qualifier, value }] : splitCompacted(Buffer.from(row, 'hex'), qualifier, value, 0);
    return points.map((point) => `${row} ${point.qualifier.toString('hex')} = ${point.value.toString('hex')}`);
  }

  /** Our importer, as a process. */
  function runImport(prefix: string, settings: Settings, file: string): SpawnSyncReturns<string> {
    const config = `${file}.conf`;
    const keys = { ...settings, ...tableNames(prefix), 'tsd.storage.hbase.zk_quorum': quorum };
    writeFileSync(config, Object.entries(keys).map(([key, value]) => `${key} = ${value}\n`).join('')); // prettier-ignore
    const args = ['-r', HOOK, MAIN, 'import', `--config=${config}`, '--skip-errors', file];
    return spawnSync(process.execPath, args, { encoding: 'utf8', timeout: 120_000 });
  }

  it('imports compact at their end: what the original compacts, and the third that it leaves out', async () => {
    const [javaPrefix, ourPrefix] = await prefixes();
    const file = join(dir, 'compacted.txt');
    // Many enough for the original to have sent most of them when it compacts at its end.
    const hours = 1500;
    const lines = Array.from(
      { length: hours * 4 },
      (_, i) => `m ${BASE + Math.floor(i / 4) * 3600 + (i % 4) * 10} ${i % 3 ? i : i / 8} host=a`,
    );
    writeFileSync(file, `${lines.join('\n')}\n`);
    const settings = { 'tsd.core.auto_create_metrics': 'true' };
    const original = runOriginalTool('import', [file], { quorum, prefix: javaPrefix, settings });
    const ours = runImport(ourPrefix, settings, file);
    expect([ours.status, original.status]).toEqual([0, 0]);
    const [java, own] = await cellsOf([javaPrefix, ourPrefix]);
    expect(own).toHaveLength(hours);
    // It takes two rows of three at random, and compacts what of them has arrived: of its rows that are whole cells are the same.
    const compacted = java.filter((cell) => own.includes(cell));
    expect(compacted.length).toBeGreaterThan(0);
    expect(java.length).toBeGreaterThan(hours);
    expect(java.flatMap(pointsOf).sort()).toEqual(own.flatMap(pointsOf).sort());
  });

  it.each(['false', 'true'])('imports, with allow_out_of_order_timestamps = %s', async (anyOrder) => {
    const [javaPrefix, ourPrefix] = await prefixes();
    const file = join(dir, `points-${anyOrder}.txt`);
    const lines = [
      `m ${BASE} 1 host=a`,
      `m ${BASE + 10} 300 host=a`,
      `m ${BASE + 5} 2.5 host=a`,
      `m ${BASE + 10} 70000 host=a`,
      `m ${BASE + 20} 0.1 host=a`,
      `m ${(BASE + 30) * 1000 + 1} -5000000000 host=a`,
      `m ${BASE + 3600} 4 host=a`,
      `m ${BASE + 2} 9 host=b`,
      `m ${BASE + 1} 8.25 host=b`,
    ];
    writeFileSync(file, `${lines.join('\n')}\n`);
    const settings = { ...COMMON, 'tsd.core.bulk.allow_out_of_order_timestamps': anyOrder };
    const original = runOriginalTool('import', ['--skip-errors', file], { quorum, prefix: javaPrefix, settings });
    const ours = runImport(ourPrefix, settings, file);
    expect(ours.status).toBe(original.status);
    for (const { stdout, stderr } of [original, ours])
      expect((stdout + stderr).includes('is less than or equal to previous')).toBe(anyOrder === 'false');
    await expectSameCells([javaPrefix, ourPrefix], anyOrder === 'true' ? 9 : 6);
    await expectSameUids([javaPrefix, ourPrefix]);
  });
});
