import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../../../src/tools/fsck';
import { damage, DAMAGED_ROWS, putNames } from '../support/damaged-rows';
import { logEntries, TempTables } from '../support/temp-tables';

/** What Fsck of 2.4.1 made of the same rows, on HBase. */
interface Golden {
  arguments: string[];
  exitCode: number;
  /** Entries without their times and without stack traces. */
  log: string[];
  cells: string[];
  /** That a second run without repairs found. */
  errorsLeft: number;
}

const GOLDEN = join(__dirname, 'golden');
const names = readdirSync(GOLDEN).map((file) => file.replace('.json', ''));
const rows = DAMAGED_ROWS.filter(({ dies, differs }) => dies === undefined && differs === undefined);

let tables: TempTables;
beforeEach(async () => {
  tables = new TempTables();
  await tables.with(async ({ storage, model }) => {
    await putNames(storage, model.tables.uid.name, model.widths);
    await damage(storage, model.tables.data.name, model.layout, rows);
  });
});
afterEach(() => tables.remove());

describe.each(names)('fsck as the original: %s', (name) => {
  const golden = JSON.parse(readFileSync(join(GOLDEN, `${name}.json`), 'utf8')) as Golden;

  it('writes the same lines and leaves the same cells', async () => {
    const { code, out, err } = await tables.run(run, '--full-scan', '--threads=1', ...golden.arguments);
    expect(err).toBe('');
    expect(withoutTime(logEntries(out))).toEqual(withoutTime(golden.log));
    expect(await tables.cells()).toEqual(golden.cells);
    expect(code).toBe(golden.exitCode);
    const second = await tables.run(run, '--full-scan', '--threads=1');
    expect(second.out).toContain(` Total Errors: ${golden.errorsLeft}\n`);
  });
});

/** The last row is an orphan here: the original counts the rows that another follows, and a last one that has points. */
function withoutTime(log: readonly string[]): string[] {
  return log
    .filter((entry) => !entry.includes('Slow DNS lookup'))
    .map((entry) => entry.replace(/^(INFO {2}\[main\] Fsck: Completed fsck in )\[\d+\]/, '$1[0]').replace(/(Rows Processed: )\d+/, '$1'));
}
