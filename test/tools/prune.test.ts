import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run as runImport } from '../../src/tools/import';
import { run } from '../../src/tools/prune';
import { PackedCells } from '../../src/storage';
import { TempTables } from '../maintenance/support/temp-tables';
import { rollupSettings } from '../support/rollup-settings';

const DAY = 86_400;
const NOW = 1_700_000_000;
const CUTOFF = NOW - 30 * DAY;
const BORDER = CUTOFF - (CUTOFF % 3600);

let tables: TempTables;
beforeEach(() =>
  jest.useFakeTimers({ now: NOW * 1000, doNotFake: ['nextTick', 'setImmediate', 'setTimeout', 'setInterval', 'performance'] }),
);
afterEach(() => {
  jest.useRealTimers();
  tables.remove();
});

/** Metrics `a.one`, `a.two` and `b`, each with a row of two days before the border, one that ends at it, one over it and one of today. */
async function filled(settings: Readonly<Record<string, string>> = {}): Promise<void> {
  tables = new TempTables({ 'tsd.core.auto_create_metrics': 'true', ...settings });
  const times = [BORDER - 2 * DAY, BORDER - 3600, BORDER, NOW];
  const lines = ['a.one', 'a.two', 'b'].flatMap((metric) => times.map((time) => `${metric} ${time} 1 host=x\n`));
  const file = join(tables.directory, 'points');
  writeFileSync(file, lines.join(''));
  expect(await tables.run(runImport, file)).toMatchObject({ code: 0 });
}

/** Base times of the rows that a table has, in seconds. */
async function times(table = 'tsdb', salt = 0): Promise<number[]> {
  const rows = await tables.cells(table);
  return rows.map((row) => parseInt(row.slice(2 * salt + 6, 2 * salt + 14), 16)).sort((a, b) => a - b);
}

const twice = (time: number): number[] => [time, time, time].map((t) => t - (t % 3600));
const ALL = [BORDER - 2 * DAY, BORDER - 3600, BORDER, NOW].flatMap(twice);
const report = (count: number, metrics: number, deleted: boolean): string =>
  deleted
    ? `${count} rows of ${metrics} metrics older than Sun Oct 15 22:13:20 UTC 2023 were deleted\n`
    : `${count} rows of ${metrics} metrics are older than Sun Oct 15 22:13:20 UTC 2023; --delete deletes them\n`;

describe('prune', () => {
  it('says what there is, and deletes nothing', async () => {
    await filled();
    const { code, out, err } = await tables.run(run, '--older-than=30d', '--metric=*');
    expect([code, err]).toEqual([0, '']);
    expect(out).toBe(`a.one: 2 in tsdb\na.two: 2 in tsdb\nb: 2 in tsdb\n${report(6, 3, false)}`);
    expect(await times()).toEqual(ALL);
  });

  it.each(['--delete', '--yes'])('deletes whole rows before the border with %s', async (flag) => {
    await filled();
    const { out } = await tables.run(run, '--older-than=30d', '--metric', 'a.*', flag);
    expect(out).toBe(`a.one: deleted 2 in tsdb\na.two: deleted 2 in tsdb\n${report(4, 2, true)}`);
    expect(await times()).toEqual([BORDER - 2 * DAY, BORDER - 3600, ...twice(BORDER), ...twice(NOW)].map((t) => t - (t % 3600)));
    expect((await tables.run(run, '--older-than=30d', '--metric', 'a.*', flag)).out).toBe(report(0, 0, true));
  });

  it('reaches every salt', async () => {
    await filled({ 'tsd.storage.salt.width': '1', 'tsd.storage.salt.buckets': '5' });
    expect((await tables.run(run, '--older-than=30d', '--metric=?', '--delete')).out).toBe(`b: deleted 2 in tsdb\n${report(2, 1, true)}`);
    expect(await times('tsdb', 1)).toHaveLength(ALL.length - 2);
  });

  it('takes rollups with them, row by row as long as those are', async () => {
    await filled(rollupSettings(['1h']));
    const month = (year: number, month: number): number => Date.UTC(year, month, 1) / 1000;
    const bases = [month(2023, 7), month(2023, 8), month(2023, 9), month(2023, 10)];
    const key = (time: number): Buffer => Buffer.from(`000001${time.toString(16).padStart(8, '0')}000001000001`, 'hex');
    await tables.with(({ storage }) =>
      storage.put(
        'tsdb-rollup-1h',
        Buffer.from('t'),
        bases.map((time) => ({ row: key(time), cells: PackedCells.of(Buffer.of(0, 0, 0), Buffer.of(1)) })),
      ),
    );
    const { out } = await tables.run(run, '--older-than=30d', '--metric=a.one', '--delete', '--json');
    expect(
      out
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual([
      { metric: 'a.one', rows: { tsdb: 2, 'tsdb-rollup-1h': 2 } },
      { metrics: 1, rows: 4, before: CUTOFF, deleted: true },
    ]);
    expect(await times('tsdb-rollup-1h')).toEqual(bases.slice(2));
  });

  it('leaves a metric alone whose UID has another name', async () => {
    await filled();
    await tables.with(({ storage }) =>
      storage.put('tsdb-uid', Buffer.from('id'), [
        { row: Buffer.from('a.alias'), cells: PackedCells.of(Buffer.from('metrics'), Buffer.of(0, 0, 1)) },
      ]),
    );
    const { code, out, err } = await tables.run(run, '--older-than=30d', '--metric=a.alias', '--delete');
    expect([code, out]).toEqual([1, report(0, 0, true)]);
    expect(err).toBe('a.alias is left alone: its UID has another name (tsdb uid fsck)\n');
    expect(await times()).toEqual(ALL);
  });

  it('goes on from its checkpoint', async () => {
    await filled();
    const file = join(tables.directory, 'checkpoint');
    const done = Buffer.from('a.two').toString('hex');
    const state = { start: '', stop: '', at: done, done: false, tally: { metrics: 2, rows: 4 } };
    writeFileSync(file, JSON.stringify({ task: 'prune of tsdb --older-than=30d --metric=* --delete', ranges: [state] }));
    const { out } = await tables.run(run, '--older-than=30d', '--metric=*', '--delete', `--checkpoint=${file}`);
    expect(out).toBe(`b: deleted 2 in tsdb\n${report(6, 3, true)}`);
    expect(await times()).toHaveLength(ALL.length - 2);
  });

  it.each([
    [[], 2, 'Usage: prune'],
    [['--metric=*'], 2, 'Usage: prune'],
    [['--older-than=30d'], 2, 'Usage: prune'],
    [['--older-than=30d', '--metric=*', 'word'], 2, 'Usage: prune'],
    [['--older-than=30d', '--metric=*', '--threads=0'], 2, 'Invalid usage.  --threads is no positive number: 0\n'],
    [
      ['--older-than=30', '--metric=*'],
      1,
      'Exception in thread "main" java.lang.IllegalArgumentException: Invalid duration, must have an integer and unit: 30\n',
    ],
    [
      ['--older-than=0d', '--metric=*'],
      1,
      'Exception in thread "main" java.lang.IllegalArgumentException: Zero or negative duration: 0d\n',
    ],
  ])('refuses %j', async (argv, code, message) => {
    tables = new TempTables();
    const result = await tables.run(run, ...argv);
    expect([result.code, result.out, result.err.slice(0, message.length)]).toEqual([code, '', message]);
  });
});
