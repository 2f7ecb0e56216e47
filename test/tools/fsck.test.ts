import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { PackedCells } from '../../src/storage';
import { run } from '../../src/tools/fsck';
import { damage, DAMAGED_ROWS, keyOfDamaged, putNames } from '../maintenance/support/damaged-rows';
import { TempTables } from '../maintenance/support/temp-tables';

let tables: TempTables;
afterEach(() => tables.remove());

async function damaged(settings: Readonly<Record<string, string>> = {}, rows = DAMAGED_ROWS): Promise<void> {
  tables = new TempTables(settings);
  await tables.with(async ({ storage, model }) => {
    await putNames(storage, model.tables.uid.name, model.widths);
    await damage(storage, model.tables.data.name, model.layout, rows);
  });
}

const named = (...names: string[]): typeof DAMAGED_ROWS => DAMAGED_ROWS.filter(({ name }) => names.includes(name));

describe('fsck', () => {
  it('finds nothing after it has repaired everything, and leaves by itself what is not damaged', async () => {
    await damaged();
    const first = await tables.run(run, '--full-scan', '--fix-all');
    expect(first).toMatchObject({ code: 1, err: '' });
    const cells = await tables.cells();
    const second = await tables.run(run, '--full-scan', '--fix-all');
    expect(second).toMatchObject({ code: 0, err: '' });
    expect(second.out).toContain('Total Errors: 0\n');
    expect(second.out).toContain('Datapoints Qualified for VLE : 0\n');
    expect(await tables.cells()).toEqual(cells);
  });

  it.each<Record<string, string>>([
    { 'tsd.storage.salt.width': '1', 'tsd.storage.salt.buckets': '4' },
    { 'tsd.storage.uid.width.metric': '4', 'tsd.storage.uid.width.tagk': '2', 'tsd.storage.uid.width.tagv': '5' },
  ])('repairs the same with %j', async (settings) => {
    const count = (out: string): string[] => out.split('\n').flatMap((line) => /\[main\] Fsck: (.*: \d+)$/.exec(line)?.[1] ?? []);
    await damaged();
    const plain = await tables.run(run, '--full-scan', '--fix-all');
    tables.remove();
    await damaged(settings);
    const other = await tables.run(run, '--full-scan', '--fix-all');
    expect(count(other.out)).toEqual(count(plain.out));
    expect((await tables.run(run, '--full-scan')).code).toBe(0);
  });

  it('counts each row once, however many threads there are', async () => {
    await damaged({}, named('healthy', 'compacted', 'append'));
    for (const threads of ['1', '2', '4']) {
      const { code, out } = await tables.run(run, '--full-scan', `--threads=${threads}`);
      expect(code).toBe(0);
      expect(out).toContain(`Spooling up [${threads}] worker threads\n`);
      expect(out).toMatch(/Rows Processed: 3\n.*Valid Datapoints: 7\n/);
      expect(out.trimEnd().split('\n').slice(-26)[0]).toContain('Key Values Processed: 6');
    }
  });

  it('shows what it would do, and does it not', async () => {
    await damaged({}, named('vle to 1', 'unknown qualifier'));
    const before = await tables.cells();
    const { out, code } = await tables.run(run, '--full-scan', '--fix-all', '--dry-run');
    const key = (name: string): string =>
      keyOfDamaged({ salt: 0, saltBuckets: 20, metric: 3, tagk: 3, tagv: 3 }, named(name)[0]).toString('hex').toUpperCase();
    expect(out.split('\n').filter((line) => /^(put|delete) /.test(line))).toEqual([
      `delete ${key('unknown qualifier')} t:41424344454647 @1700000000000`,
      `put ${key('vle to 1')} t:0000 05 @1700000000000`,
      `delete ${key('vle to 1')} t:0007 @1700000000000`,
    ]);
    expect(code).toBe(1);
    expect(await tables.cells()).toEqual(before);
  });

  it('reports as JSON on stdout, with its lines on stderr', async () => {
    await damaged({}, named('vle to 1', 'unknown qualifier', 'healthy'));
    const { out, err } = await tables.run(run, '--full-scan', '--fix-all', '--dry-run', '--json');
    const lines = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.slice(0, -1).every(({ mutation }) => typeof mutation === 'string')).toBe(true);
    expect(lines[lines.length - 1]).toMatchObject({
      rows: 3,
      cells: 7,
      unknown: 1,
      unknownDeleted: 0,
      vle: 1,
      totalErrors: 1,
      totalFixed: 0,
    });
    expect(err).toContain('Total Errors: 1\n');
  });

  it('takes the checkpoint away when it is done, and refuses that of another job', async () => {
    await damaged({}, named('healthy'));
    const file = join(tables.directory, 'checkpoint');
    expect((await tables.run(run, '--full-scan', `--checkpoint=${file}`)).code).toBe(0);
    expect(existsSync(file)).toBe(false);
    writeFileSync(file, JSON.stringify({ task: 'fsck of another', ranges: [] }));
    const { code, err } = await tables.run(run, '--full-scan', `--checkpoint=${file}`);
    expect([code, err]).toEqual([1, expect.stringContaining(`The checkpoint ${file} is of another job: fsck of another`)]);
  });

  it('does not delete a table that another configuration made', async () => {
    tables = new TempTables();
    await tables.with(async ({ storage, model }) => {
      await putNames(storage, model.tables.uid.name, model.widths);
      // As with a salt of one byte.
      const rows = Array.from({ length: 40 }, (_, i) => ({
        row: Buffer.concat([
          Buffer.of(i % 4),
          Buffer.from('000001', 'hex'),
          Buffer.of(0x50, 0xe2, i, 0),
          Buffer.from('000001000001', 'hex'),
        ]),
        cells: PackedCells.of(Buffer.of(0, 0), Buffer.of(1)),
      }));
      await storage.put(model.tables.data.name, Buffer.from('t'), rows);
    });
    const before = await tables.cells();
    const { code, err } = await tables.run(run, '--full-scan', '--fix-all');
    expect(code).toBe(1);
    expect(err).toContain('Not one of 35 rows has a key of a salt of 0 bytes and of UIDs of 3, 3 and 3 bytes that have names');
    expect(await tables.cells()).toEqual(before);
    expect((await tables.run(run, '--full-scan')).out).toContain('Invalid Row Keys Found: 40\n');
    expect((await tables.run(run, '--full-scan', '--fix-all', '--force')).out).toContain('Invalid Rows Deleted: 40\n');
    expect(await tables.cells()).toEqual([]);
  });

  it.each([
    [[], 1, "Must supply a query or use the '--full-scan' flag\nUsage: fsck [flags]"],
    [['--help'], 0, '\nUsage: fsck [flags]'],
    [['--bogus'], 2, 'Invalid usage.  Unrecognized option --bogus\n'],
    [['--threads'], 2, 'Invalid usage.  Missing argument for --threads\n'],
    [['--full-scan', '--threads=0'], 1, 'Exception in thread "main" java.lang.IllegalArgumentException: Must have at least one thread\n'],
    [
      ['--full-scan', '--threads=9999'],
      1,
      'Exception in thread "main" java.lang.IllegalArgumentException: Not allowed to run more than 4 threads per core\n',
    ],
    [['--full-scan', '--threads=x'], 1, 'Exception in thread "main" java.lang.NumberFormatException: For input string: "x"\n'],
    [['--full-scan', '--rate=0'], 2, 'Invalid usage.  --rate is no positive number: 0\n'],
  ])('says what is wrong with %j', async (argv, code, message) => {
    tables = new TempTables();
    const [stdout, stderr] = [new PassThrough(), new PassThrough()];
    expect(await run([...argv], { stdout, stderr, stdin: new PassThrough() })).toBe(code);
    expect(String(stderr.read()).startsWith(message)).toBe(true);
    expect(stdout.read()).toBeNull();
  });
});
