import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describeWithHBase } from './support/needs';
import { OurTsd } from './support/our-tsd';
import { OwnHBase } from './support/own-hbase';
import { BASE } from './support/points';
import { tableNames, TestTables } from './support/tables';
import { eventually, TsdClient } from './support/tsd-client';

const HOOK = resolve(__dirname, '../support/ts-hook.cjs');
const MAIN = resolve(__dirname, '../../src/tools/main.ts');
const PREFIX = 'durable_';
const POINTS = 50;

jest.setTimeout(240_000);

describeWithHBase('HBase dies (kill -9) with points that it has acknowledged', () => {
  let dir: string;
  let hbase: OwnHBase;
  let tables: TestTables;
  let daemon: OurTsd;

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'durability-'));
    hbase = await OwnHBase.start();
    tables = await TestTables.connect(hbase.quorum);
    await tables.create(PREFIX);
    daemon = await OurTsd.start({ quorum: hbase.quorum, prefix: PREFIX, settings: { 'tsd.core.auto_create_metrics': 'true' } });
  });
  afterAll(async () => {
    await daemon?.stop();
    tables?.admin.close();
    await tables?.storage.close();
    await hbase?.stop();
    rmSync(dir, { recursive: true, force: true });
  });

  /** Points of a metric that the tables have. */
  const stored = async (client: TsdClient, metric: string): Promise<number> => {
    const series = await client.series(BASE, BASE + 3600, metric);
    return series.reduce((sum, { dps }) => sum + dps.length, 0);
  };

  it('has those that came by telnet and HTTP, and not those of an import, which skip its log', async () => {
    const client = new TsdClient(daemon.port);
    const numbers = Array.from({ length: POINTS }, (_, i) => i);
    // A point of each, so that every metric has its UID and a row that stays.
    await client.call('/api/put?sync', ['by.telnet', 'by.http', 'by.import'].map((metric) => ({ metric, timestamp: BASE + 3000, value: 1, tags: { host: 'a' } }))); // prettier-ignore
    expect(await client.telnet(numbers.map((i) => `put by.telnet ${BASE + i} ${i} host=a`))).toBe('');
    await client.call(
      '/api/put?sync',
      numbers.map((i) => ({ metric: 'by.http', timestamp: BASE + i, value: i, tags: { host: 'a' } })),
    );
    const file = join(dir, 'points.txt');
    const config = join(dir, 'opentsdb.conf');
    writeFileSync(file, numbers.map((i) => `by.import ${BASE + i} ${i} host=a\n`).join(''));
    // An import compacts the rows of past hours at its end, and what compaction writes is in the log.
    const keys = { ...tableNames(PREFIX), 'tsd.storage.hbase.zk_quorum': hbase.quorum, 'tsd.storage.enable_compaction': 'false' };
    writeFileSync(config, Object.entries(keys).map(([key, value]) => `${key} = ${value}\n`).join('')); // prettier-ignore
    const run = spawnSync(process.execPath, ['-r', HOOK, MAIN, 'import', `--config=${config}`, file], {
      encoding: 'utf8',
      timeout: 120_000,
    });
    expect(run.status).toBe(0);
    await eventually(async () => {
      for (const metric of ['by.telnet', 'by.http', 'by.import'])
        expect([metric, await stored(client, metric)]).toEqual([metric, POINTS + 1]);
    });
    await hbase.kill();
    await hbase.restart();
    await eventually(async () => expect(await stored(client, 'by.telnet')).toBe(POINTS + 1), 60_000);
    expect(await stored(client, 'by.http')).toBe(POINTS + 1);
    expect(await stored(client, 'by.import')).toBe(1);
  });
});
