import type { KeyLayout } from '../../src/schema';
import { damage, DAMAGED_ROWS, hourOfDamaged, keyOfDamaged, putNames, type DamagedRow } from '../maintenance/support/damaged-rows';
import { describeWithHBase } from './support/needs';
import { OriginalTsd, runOriginalTool } from './support/original';
import { runOurTool } from './support/our-tool';
import { TestTables } from './support/tables';

jest.setTimeout(300_000);

const HOUR = 3600;
const WIDTHS = { metrics: 3, tagk: 3, tagv: 3 };
const LAYOUTS: Record<string, { settings: Record<string, string>; layout: KeyLayout }> = {
  unsalted: { settings: {}, layout: { salt: 0, saltBuckets: 20, metric: 3, tagk: 3, tagv: 3 } },
  salted: {
    settings: { 'tsd.storage.salt.width': '1', 'tsd.storage.salt.buckets': '4' },
    layout: { salt: 1, saltBuckets: 4, metric: 3, tagk: 3, tagv: 3 },
  },
};
/** The original's own check dies of the others. */
const rows = DAMAGED_ROWS.filter(({ dies }) => dies === undefined);
/** A float in milliseconds, of which queries read the wrong half: the original's check and ours make the right one of it. */
const MISREAD = new Set(['ms float with zeros']);

describeWithHBase('fsck on a damaged table', (quorum) => {
  let tables: TestTables;
  beforeAll(async () => {
    tables = await TestTables.connect(quorum);
  });
  afterAll(() => tables.close());

  /** What the original answers for the hour of each row; null: it fails. */
  async function answers(prefix: string, settings: Record<string, string>): Promise<Map<string, string | null>> {
    const quiet = { 'tsd.storage.enable_compaction': 'false', ...settings };
    const tsd = await OriginalTsd.start({ quorum, prefix, settings: quiet });
    try {
      const found = new Map<string, string | null>();
      for (const row of rows) found.set(row.name, await ask(tsd.port, hourOfDamaged(row)));
      return found;
    } finally {
      await tsd.stop();
    }
  }

  describe.each(Object.entries(LAYOUTS))('%s', (name, { settings, layout }) => {
    const prefix = `fsck${process.pid}_${name}_`;
    const dataOf = (row: DamagedRow, cells: readonly string[]): string[] =>
      cells.filter((cell) => cell.startsWith(`${keyOfDamaged(layout, row).toString('hex')} `));

    async function damaged(tablePrefix: string, some: readonly DamagedRow[] = rows): Promise<void> {
      await tables.create(tablePrefix, settings);
      await putNames(tables.storage, `${tablePrefix}tsdb-uid`, WIDTHS);
      await damage(tables.storage, `${tablePrefix}tsdb`, layout, some);
    }

    it('loses nothing that a query of the original could read, and leaves the original nothing to find', async () => {
      await damaged(prefix);
      const before = await answers(prefix, settings);
      const run = await runOurTool(['fsck', '--full-scan', '--fix-all'], { quorum, prefix, settings });
      expect(run).toMatchObject({ code: 1, stderr: '' });
      const after = await answers(prefix, settings);
      for (const [row, answer] of before) if (answer !== null && !MISREAD.has(row)) expect([row, after.get(row)]).toEqual([row, answer]);
      const second = await runOurTool(['fsck', '--full-scan', '--fix-all'], { quorum, prefix, settings });
      expect(second.code).toBe(0);
      // One cell is of a kind that only ours knows: an old rollup.
      const original = runOriginalTool('fsck', ['--full-scan', '--threads=1'], { quorum, prefix, settings });
      expect(original.stderr + original.stdout).toMatch(/Total Errors: 1\b/);
    });

    it('makes the same cells as the original where that one loses none', async () => {
      const other = `${prefix}java_`;
      const alike = rows.filter(({ differs }) => differs === undefined);
      await damaged(other, alike);
      runOriginalTool('fsck', ['--full-scan', '--threads=1', '--fix-all'], { quorum, prefix: other, settings });
      const [theirs, ours] = [await tables.cells(`${other}tsdb`), await tables.cells(`${prefix}tsdb`)];
      for (const row of alike) expect([row.name, dataOf(row, ours)]).toEqual([row.name, dataOf(row, theirs)]);
    });
  });
});

async function ask(port: number, start: number): Promise<string | null> {
  const query = { start, end: start + HOUR - 1, msResolution: true, queries: [{ aggregator: 'none', metric: 'damaged' }] };
  const response = await fetch(`http://127.0.0.1:${port}/api/query`, { method: 'POST', body: JSON.stringify(query) });
  if (!response.ok) return null;
  // Points in the order of their time: a column out of order is answered as it stands.
  const series = (await response.json()) as { tags: object; dps: Record<string, unknown> }[];
  return JSON.stringify(series.map(({ tags, dps }) => [tags, Object.entries(dps).sort(([a], [b]) => Number(a) - Number(b))]));
}
