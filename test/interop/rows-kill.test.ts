import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createStore } from '../../src/app/store';
import { loadConfig } from '../../src/config';
import { rollupSettings } from '../support/rollup-settings';
import { until } from '../support/until';
import { describeWithHBase } from './support/needs';
import { OurTsd } from './support/our-tsd';
import { tableNames, TestTables } from './support/tables';
import { eventually, TsdClient } from './support/tsd-client';

// Kills (-9) in the middle of work that takes several writes: the same work done once more must mend everything.
jest.setTimeout(600_000);

const HOOK = resolve(__dirname, '../support/ts-hook.cjs');
const MAIN = resolve(__dirname, '../../src/tools/main.ts');
const HOUR = 3600;
const BASE = 1_699_920_000;

const METRICS = 6;
const SERIES = 10;
const HOURS = 24;
const POINTS_AN_HOUR = 6;
const KILLS = 4;

const LEAVES = 600;

type Store = 'HBase' | 'the embedded store';

describeWithHBase('a process that is killed (-9) half-way', (quorum) => {
  describe.each<Store>(['HBase', 'the embedded store'])('on %s', (store) => {
    const prefix = `rkill${process.pid}_${store === 'HBase' ? 'h' : 'e'}_`;
    let directory: string;
    let tables: TestTables | null = null;
    let settings: Record<string, string>;
    let child: ChildProcess | null = null;
    let daemon: OurTsd | null = null;

    beforeAll(async () => {
      directory = mkdtempSync(join(tmpdir(), 'rows-kill-'));
      settings = {
        ...tableNames(prefix),
        'tsd.core.auto_create_metrics': 'true',
        'tsd.storage.enable_compaction': 'false',
        ...rollupSettings(['1h'], { aggregators: ['sum', 'count', 'min', 'max'], prefix }),
        'tsd.core.meta.enable_tsuid_tracking': 'true',
        'tsd.core.meta.enable_realtime_ts': 'true',
        'tsd.core.tree.enable_processing': 'true',
        'tsd.storage.hbase.zk_quorum': quorum,
        ...(store === 'HBase' ? {} : { 'tsd.storage.engine': 'embedded', 'tsd.storage.embedded.path': join(directory, 'data') }),
      };
      writeFileSync(
        join(directory, 'tsd.conf'),
        Object.entries(settings)
          .map(([key, value]) => `${key} = ${value}\n`)
          .join(''),
      );
      if (store !== 'HBase') return;
      tables = await TestTables.connect(quorum);
      await tables.create(prefix, settings);
    });
    afterEach(async () => {
      child?.kill('SIGKILL');
      await daemon?.stop('SIGKILL');
      [child, daemon] = [null, null];
    });
    afterAll(async () => {
      await tables?.close();
      rmSync(directory, { recursive: true, force: true });
    });

    async function start(): Promise<TsdClient> {
      daemon = await OurTsd.start({ quorum, prefix, settings });
      return new TsdClient(daemon.port);
    }

    async function stop(signal: NodeJS.Signals): Promise<void> {
      await daemon?.stop(signal);
      daemon = null;
    }

    /** Every cell of a table, no process having it open. */
    async function cellsOf(table: string): Promise<string[]> {
      const { storage } = createStore(loadConfig({ overrides: Object.entries(settings), searchPath: [] }).config);
      await storage.open();
      try {
        const found: string[] = [];
        for await (const rows of storage.scan(`${prefix}${table}`, { start: Buffer.alloc(0), stop: Buffer.alloc(0) }))
          for (const row of rows)
            for (let i = 0; i < row.size; i++)
              found.push(`${row.key.toString('hex')} ${row.qualifier(i).toString('hex')} ${row.value(i).toString('hex')}`);
        return found;
      } finally {
        await storage.close();
      }
    }

    /** `tsdb rollup` until it ends, or until its journal has so many lines. @returns whether it came to its end */
    async function rollUp(journal: string, lines: number, ...args: string[]): Promise<boolean> {
      const config = `--config=${join(directory, 'tsd.conf')}`;
      const end = `--until=${BASE + HOURS * HOUR}`;
      const tool = spawn(process.execPath, ['-r', HOOK, MAIN, 'rollup', config, `--journal=${journal}`, end, '--threads=2', ...args], {
        stdio: ['ignore', 'ignore', 'inherit'],
      });
      child = tool;
      const ended = once(tool, 'exit');
      const written = (): number => (existsSync(journal) ? readFileSync(journal, 'utf8').split('\n').length - 1 : 0);
      await until(() => tool.exitCode !== null || written() >= lines, 'the rollup run is that far', 120_000);
      if (lines < Infinity) tool.kill('SIGKILL');
      const [code] = (await ended) as [number | null];
      return code === 0;
    }

    test('in a rollup run leaves nothing that the next run does not mend', async () => {
      const client = await start();
      for (let metric = 0; metric < METRICS; metric++) {
        const points = Array.from({ length: SERIES * HOURS * POINTS_AN_HOUR }, (_, i) => ({
          metric: `m${metric}`,
          timestamp: BASE + Math.floor(i / SERIES) * (HOUR / POINTS_AN_HOUR),
          value: ((i * 7919) % 1000) + 0.25,
          tags: { series: `s${i % SERIES}` },
        }));
        await client.call('/api/put?sync', points);
      }
      await stop('SIGTERM');
      const journal = join(directory, 'journal');
      let killed = 0;
      for (let round = 0; round < KILLS; round++) if (!(await rollUp(journal, 2 + round, `--since=${BASE}`, '--rate=20000'))) killed++;
      expect(killed).toBeGreaterThan(1);
      const after = (await cellsOf('tsdb-rollup-1h')).length;
      expect(await rollUp(journal, Infinity, `--since=${BASE}`)).toBe(true);
      const mended = await cellsOf('tsdb-rollup-1h');
      expect(mended).toHaveLength(METRICS * SERIES * HOURS * 4);
      expect(after).toBeLessThan(mended.length);
      // Everything computed anew is what was there.
      expect(await rollUp(join(directory, 'other'), Infinity, `--since=${BASE}`)).toBe(true);
      expect(await cellsOf('tsdb-rollup-1h')).toEqual(mended);
    });

    const RULES = [
      [
        { level: 0, type: 'TAGK', field: 'dc' },
        { level: 1, type: 'TAGK', field: 'host' },
      ],
      Array.from({ length: 20 }, (_, level) => ({ level: level + 5, type: 'METRIC', separator: '\\.', notes: `n${level}` })),
    ].map((rules) => rules.map((rule) => ({ treeId: 1, order: 0, ...rule })));

    const levels = async (client: TsdClient): Promise<number[]> => {
      const { rules } = JSON.parse(await client.call('/api/tree?treeid=1')) as { rules: Record<string, unknown> };
      return Object.keys(rules).map(Number);
    };

    test('in an edit of a tree leaves nothing that the same edit does not mend', async () => {
      let client = await start();
      await client.call('/api/tree', { name: 'hosts' });
      await client.call('/api/tree/rules', RULES[0]);
      await client.call('/api/tree', { treeId: '1', enabled: 'true' });
      const points = Array.from({ length: LEAVES }, (_, i) => ({
        metric: 'placed.series',
        timestamp: BASE,
        value: i,
        tags: { dc: `dc${i % 50}`, host: `h${i}` },
      }));
      await client.call('/api/put?sync', points);
      const grown = async (): Promise<void> => {
        const { branches } = JSON.parse(await client.call('/api/tree/branch?treeid=1')) as { branches: unknown[] | null };
        expect(branches).toHaveLength(50);
      };
      await eventually(grown);
      await stop('SIGTERM');
      for (let round = 0; round < KILLS; round++) {
        const wanted = RULES[(round + 1) % 2];
        client = await start();
        const request = { method: 'PUT', timeoutMs: 60_000 };
        const cut = client.request('/api/tree/rules', wanted, request).catch(() => null);
        await sleep(round * 2);
        await stop('SIGKILL');
        await cut;
        client = await start();
        // The old rules, the new ones, or both: each of them whole.
        const all = [0, 1].map((i) => RULES[i].map(({ level }) => level));
        const found = await levels(client);
        expect([all[0], all[1], [...all[0], ...all[1]]]).toContainEqual(found);
        expect((await client.request('/api/tree/rules', wanted, request)).status).toBe(204);
        expect(await levels(client)).toEqual(wanted.map(({ level }) => level));
        await stop('SIGTERM');
      }
      const before = (await cellsOf('tsdb-tree')).length;
      expect(before).toBeGreaterThan(LEAVES);
      client = await start();
      const deleting = client.request('/api/tree', { treeId: '1', definition: 'true' }, { method: 'DELETE' }).catch(() => null);
      await sleep(3);
      await stop('SIGKILL');
      await deleting;
      // As long as anything is left of it, the tree is there to be deleted again.
      const left = await cellsOf('tsdb-tree');
      const definition = `0001 ${Buffer.from('tree').toString('hex')} `;
      if (left.length > 0) expect(left.filter((cell) => cell.startsWith(definition))).toHaveLength(1);
      client = await start();
      const again = await client.request('/api/tree', { treeId: '1', definition: 'true' }, { method: 'DELETE' });
      expect(again.status).toBe(left.length > 0 ? 204 : 404);
      await stop('SIGTERM');
      expect(await cellsOf('tsdb-tree')).toEqual([]);
    });
  });
});
