import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { endChild } from '../support/end-child';
import { until } from '../support/until';
import { describeWithHBase } from './support/needs';
import { OurTsd } from './support/our-tsd';
import { tableNames, TestTables } from './support/tables';
import { TsdClient } from './support/tsd-client';

jest.setTimeout(180_000);

const HOOK = resolve(__dirname, '../support/ts-hook.cjs');
const MAIN = resolve(__dirname, '../../src/tools/main.ts');
const BASE = 1_400_000_400;
const SERIES = 300;
const HOURS = 5;
const ROLES = ['tsdb', 'tsdb-uid', 'tsdb-meta', 'tsdb-tree'];
const SALTED = { 'tsd.storage.salt.width': '1', 'tsd.storage.salt.buckets': '4' };

describeWithHBase('a live store that is moved', (quorum) => {
  const prefix = `move${process.pid}_`;
  let tables: TestTables;
  let directory: string;
  let daemon: OurTsd;
  let sent = 0;
  const children: ChildProcess[] = [];

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'move-'));
    tables = await TestTables.connect(quorum);
    await Promise.all([tables.create(`${prefix}a_`), tables.create(`${prefix}b_`, SALTED), tables.create(`${prefix}c_`)]);
    const settings = { 'tsd.core.auto_create_metrics': 'true' };
    daemon = await OurTsd.start({ quorum, prefix: `${prefix}a_`, settings });
    for (let hour = 0; hour < HOURS; hour++) await send(daemon, hour);
    const client = new TsdClient(daemon.port);
    await client.call('/api/annotation', { startTime: BASE + 9, description: 'to all' });
  });
  afterAll(async () => {
    for (const child of children) await endChild(child, 'SIGKILL');
    await daemon.stop();
    await tables.close();
    rmSync(directory, { recursive: true, force: true });
  });

  /** A point of every series in an hour, acknowledged. */
  async function send(to: OurTsd, hour: number): Promise<void> {
    const points = Array.from({ length: SERIES }, (_, i) => ({
      metric: `moved.m${i % 7}`,
      timestamp: BASE + 3600 * hour + (i % 3600),
      value: hour * SERIES + i,
      tags: { host: `h${i}` },
    }));
    await new TsdClient(to.port).call('/api/put?sync', points);
    sent += points.length;
  }

  function config(name: string, lines: Readonly<Record<string, string>>): string {
    const file = join(directory, `${name}.conf`);
    writeFileSync(
      file,
      Object.entries(lines)
        .map(([key, value]) => `${key} = ${value}\n`)
        .join(''),
    );
    return file;
  }
  const onHBase = (name: string, settings: Readonly<Record<string, string>> = {}): string =>
    config(name, { 'tsd.storage.hbase.zk_quorum': quorum, ...tableNames(`${prefix}${name}_`), ...settings });

  function start(...args: string[]): ChildProcess {
    const child = spawn(process.execPath, ['-r', HOOK, MAIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    children.push(child);
    return child;
  }
  async function tool(...args: string[]): Promise<{ code: number | null; out: string }> {
    const child = start(...args);
    let out = '';
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (bytes: Buffer) => (out += bytes.toString()));
    const [code] = (await once(child, 'close')) as [number | null];
    return { code, out };
  }

  it('is the same in an embedded store, and back on HBase, cell for cell and with its times', async () => {
    const [from, to] = [onHBase('a'), onHBase('c')];
    const embedded = config('embedded', { 'tsd.storage.engine': 'embedded', 'tsd.storage.embedded.path': join(directory, 'data') });
    expect(await tool('migrate', '--from', from, '--to', embedded)).toMatchObject({ code: 0 });
    expect(await tool('verify', '--from', from, '--to', embedded)).toMatchObject({ code: 0 });
    expect(await tool('migrate', '--from', embedded, '--to', to)).toMatchObject({ code: 0 });
    for (const role of ROLES) {
      const cells = await tables.cells(`${prefix}a_${role}`, role === 'tsdb');
      expect(await tables.cells(`${prefix}c_${role}`, role === 'tsdb')).toEqual(cells);
    }
  });

  it('loses no point while agents go on, the copy is killed, and the new daemon takes over', async () => {
    const [from, to] = [onHBase('a'), onHBase('b', SALTED)];
    const journal = join(directory, 'journal');
    const follow = ['migrate', '--from', from, '--to', to, '--follow', '--interval', '1', '--uids', 'assign', '--journal', journal];
    // Slowly, so that it is killed while it copies the points.
    const killed = start(...follow, '--rate', '400');
    await until(() => existsSync(`${journal}.${prefix}a_tsdb`), 'it copies', 60_000);
    await sleep(500);
    expect(killed.exitCode).toBeNull();
    await endChild(killed, 'SIGKILL');
    const copy = start(...follow);
    let out = '';
    copy.stdout?.on('data', (bytes: Buffer) => (out += bytes.toString()));
    await send(daemon, HOURS);
    const successor = await OurTsd.start({
      quorum,
      prefix: `${prefix}b_`,
      settings: { ...SALTED, 'tsd.core.auto_create_metrics': 'true' },
    });
    try {
      await send(successor, HOURS + 1);
      await send(daemon, HOURS + 2);
      await until(() => out.includes('is copied'), 'it is copied', 60_000);
      copy.kill('SIGINT');
      const [code] = (await once(copy, 'close')) as [number | null];
      expect(out).toContain('Once more, and then it ends');
      expect(code).toBe(0);
      const queries = Array.from({ length: 7 }, (_, i) => ({ aggregator: 'sum', metric: `moved.m${i}`, downsample: '0all-count' }));
      const body = await new TsdClient(successor.port).call('/api/query', { start: BASE - 1, end: BASE + 3600 * 20, queries });
      const counts = (JSON.parse(body) as { dps: Record<string, number> }[]).flatMap(({ dps }) => Object.values(dps));
      expect(counts.reduce((sum, count) => sum + count, 0)).toBe(sent);
    } finally {
      await successor.stop();
    }
  });
});
