import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildQualifier, buildRowKey } from '../../src/schema';
import { PackedCells, type RowPut } from '../../src/storage';
import { putNames } from '../maintenance/support/damaged-rows';
import { readablePoints } from '../maintenance/support/readable-points';
import { until } from '../support/until';
import { describeWithHBase } from './support/needs';
import { OurTool, runOurTool, type ToolOptions } from './support/our-tool';
import { TestTables } from './support/tables';

jest.setTimeout(300_000);

const HOUR = 3600;
const FIRST = 1_600_002_000 - (1_600_002_000 % HOUR);
const ROWS = 4000;
const T = Buffer.from('t');
const LAYOUTS: Record<string, Record<string, string>> = {
  unsalted: {},
  salted: { 'tsd.storage.salt.width': '1', 'tsd.storage.salt.buckets': '4' },
};

/** Rows of points in cells of their own, every third with something to repair that loses nothing. */
function rowsOf(salt: number): RowPut[] {
  const layout = { salt, saltBuckets: salt === 0 ? 20 : 4, metric: 3, tagk: 3, tagv: 3 };
  return Array.from({ length: ROWS }, (_, n) => {
    const base = FIRST + n * HOUR;
    const row = buildRowKey(layout, Buffer.of(0, 0, 1), base, [Buffer.of(0, 0, 1, 0, 0, 1)]);
    const cells = new PackedCells();
    for (let i = 0; i < 4; i++) cells.add(buildQualifier(base + i * 60, 0), Buffer.of((n + i) & 0x7f));
    if (n % 3 === 0) {
      cells.add(buildQualifier(base + 600, 7), Buffer.from('0000000000000005', 'hex'));
      cells.add(buildQualifier(base + 700, 0xb), Buffer.from('00000000422a0000', 'hex'));
      cells.add(Buffer.concat([buildQualifier(base + 900, 0), buildQualifier(base + 901, 0)]), Buffer.of(1, 2, 9));
    }
    return { row, cells };
  });
}

describeWithHBase('fsck that is killed', (quorum) => {
  let tables: TestTables;
  beforeAll(async () => {
    tables = await TestTables.connect(quorum);
  });
  afterAll(() => tables.close());

  describe.each(Object.entries(LAYOUTS))('%s', (name, settings) => {
    const prefix = `fskill${process.pid}_${name}_`;
    const options: ToolOptions = { quorum, prefix, settings };
    const data = `${prefix}tsdb`;
    const directory = mkdtempSync(join(tmpdir(), 'fsck-kill-'));
    const checkpoint = join(directory, 'checkpoint');
    afterAll(() => rmSync(directory, { recursive: true, force: true }));

    /** What queries read of each row, by its key. */
    async function points(): Promise<Map<string, string[] | null>> {
      const found = new Map<string, string[] | null>();
      for await (const rows of tables.storage.scan(data, { start: Buffer.alloc(0), stop: Buffer.alloc(0) }))
        for (const row of rows) found.set(row.key.toString('hex'), readablePoints(row));
      return found;
    }

    /** Rows that the checkpoint says are done with. */
    function done(): number {
      if (!existsSync(checkpoint)) return 0;
      const { ranges } = JSON.parse(readFileSync(checkpoint, 'utf8')) as { ranges: { tally: { rows?: number } }[] };
      return ranges.reduce((sum, { tally }) => sum + (tally.rows ?? 0), 0);
    }

    it('has lost nothing, goes on where it was, and a run after it finds nothing', async () => {
      await tables.create(prefix, settings);
      await putNames(tables.storage, `${prefix}tsdb-uid`, { metrics: 3, tagk: 3, tagv: 3 });
      expect(await tables.storage.put(data, T, rowsOf(settings['tsd.storage.salt.width'] === undefined ? 0 : 1))).toEqual([]);
      const before = await points();
      expect(before.size).toBe(ROWS);
      const command = ['fsck', '--full-scan', '--fix-all', '--rate=400', `--checkpoint=${checkpoint}`];
      for (const share of [0.1, 0.3, 0.6]) {
        const tool = new OurTool(command, options);
        await until(() => done() > share * ROWS || !tool.running, `${share} of the rows are done with`, 120_000);
        expect(tool.running).toBe(true);
        tool.kill('SIGKILL');
        await tool.ended;
        expect(await points()).toEqual(before);
      }
      const seen = done();
      const last = await runOurTool(
        command.filter((word) => !word.startsWith('--rate')),
        options,
      );
      expect(last).toMatchObject({ code: 1, stderr: '' });
      // What was counted before the kills is in the summary.
      expect(Number(/Rows Processed: (\d+)/.exec(last.stdout)?.[1])).toBe(ROWS);
      expect(seen).toBeGreaterThan(0.6 * ROWS);
      expect(existsSync(checkpoint)).toBe(false);
      expect(await points()).toEqual(before);
      const second = await runOurTool(['fsck', '--full-scan', '--fix-all'], options);
      expect(second).toMatchObject({ code: 0, stderr: '' });
      expect(second.stdout).toContain('Datapoints Qualified for VLE : 0\n');
    });

    it('ends with Ctrl-C saying how to go on', async () => {
      const tool = new OurTool(['fsck', '--full-scan', '--rate=100', `--checkpoint=${checkpoint}`], options);
      await until(() => done() > 0, 'rows are done with', 120_000);
      tool.kill('SIGINT');
      const { code, stderr } = await tool.ended;
      expect([code, stderr]).toEqual([
        130,
        `Interrupted by SIGINT: what was repaired until now is whole, and the same command goes on from ${checkpoint}\n`,
      ]);
    });
  });

  it('loses nothing that is written beside it', async () => {
    const prefix = `fskill${process.pid}_beside_`;
    await tables.create(prefix);
    await putNames(tables.storage, `${prefix}tsdb-uid`, { metrics: 3, tagk: 3, tagv: 3 });
    const rows = rowsOf(0).slice(0, 500);
    expect(await tables.storage.put(`${prefix}tsdb`, T, rows)).toEqual([]);
    const options = { quorum, prefix };
    const tool = new OurTool(['fsck', '--full-scan', '--fix-all', '--rate=150', '--threads=2'], options);
    // New points in rows that are being repaired, and new values at times that have one.
    const written: { key: string; point: string }[] = [];
    for (let n = 0; tool.running; n++) {
      const { row } = rows[(n * 37) % rows.length];
      const base = row.readUInt32BE(3);
      const value = n & 0x7f;
      const time = n % 2 === 0 ? 1800 + (n % 1700) : 60 * (n % 4);
      const put = { row, cells: PackedCells.of(buildQualifier(base + time, 0), Buffer.of(value)) };
      expect(await tables.storage.put(`${prefix}tsdb`, T, [put])).toEqual([]);
      written.push({ key: row.toString('hex'), point: `${time * 1000}=${value}` });
    }
    expect((await tool.ended).stderr).toBe('');
    const latest = new Map(written.map(({ key, point }) => [`${key} ${point.split('=')[0]}`, point]));
    const found = new Map<string, string[]>();
    for await (const batch of tables.storage.scan(`${prefix}tsdb`, { start: Buffer.alloc(0), stop: Buffer.alloc(0) }))
      for (const row of batch) found.set(row.key.toString('hex'), readablePoints(row, true) ?? []);
    expect(written.length).toBeGreaterThan(100);
    for (const [where, point] of latest) expect([where, found.get(where.split(' ')[0])]).toEqual([where, expect.arrayContaining([point])]);
    for (const points of found.values()) expect(points.length).toBeGreaterThanOrEqual(4);
  });
});
