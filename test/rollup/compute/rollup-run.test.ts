import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RollupJournal, RollupRun, type RollupRunParts } from '../../../src/rollup';
import { ask } from '../../server/support/client';
import { startDaemon, type TestDaemon } from '../../server/support/daemon';
import { rollupSettings } from '../../support/rollup-settings';
import { cellsOf, silent } from '../../write/support/data-table';

const HOUR = 3600;
const DAY = 86_400;
const D0 = 1_699_920_000; // midnight
const ROLLUPS = rollupSettings(['10m', '1h', '1d'], { aggregators: ['sum', 'count', 'min', 'max'] });

describe.each(['0', '1'])('with salts of %s bytes', (saltWidth) => {
  let tsd: TestDaemon;
  beforeAll(async () => {
    const salts = { 'tsd.storage.salt.width': saltWidth, 'tsd.storage.salt.buckets': '4' };
    tsd = await startDaemon({ ...ROLLUPS, ...salts });
    const points: object[] = [];
    for (let t = 0; t < 2 * DAY + HOUR; t += 300) {
      const at = (metric: string, host: string, value: number, late = 0): number =>
        points.push({ metric, timestamp: D0 + t + late, value, tags: { host } });
      at('ints', 'a', (t / 300) % 97);
      at('ints', 'b', -(t / 100), 7);
      at('floats', 'a', (t % 1000) / 8);
      if (t % 900 === 0) at('gaps', 'a', t);
    }
    await put(points);
  });
  afterAll(() => tsd.stop());

  async function put(points: object[]): Promise<void> {
    const got = await ask(tsd.port, '/api/put?summary&sync', { method: 'POST', body: JSON.stringify(points) });
    expect(JSON.parse(got.text)).toEqual({ success: points.length, failed: 0 });
  }

  async function run(since: number, until: number, parts: Partial<RollupRunParts> = {}): Promise<RollupRun> {
    const { storage, writer, model, rollups } = tsd.daemon;
    const job = new RollupRun({ storage, writer, model, rollups: rollups!, logger: silent, since, until, pointsPerSecond: 0, ...parts });
    for (const task of await job.tasks()) await job.run(task);
    return job;
  }

  async function query(m: string): Promise<unknown> {
    const got = await ask(tsd.port, `/api/query?start=${D0}&end=${D0 + 2 * DAY - 1}&m=${encodeURIComponent(m)}`);
    return JSON.parse(got.text);
  }

  const tables = ['tsdb-rollup-10m', 'tsdb-rollup-1h', 'tsdb-rollup-1d'];
  const everything = (): Promise<string[][]> => Promise.all(tables.map((table) => cellsOf(tsd.daemon.storage, table)));

  it('computes whole intervals only', async () => {
    await run(D0 + 600, D0 + DAY + HOUR + 60);
    const [ten, hour, day] = await everything();
    expect(ten.length).toBeGreaterThan(0);
    // Four series, four functions.
    expect(hour).toHaveLength(16 * 25);
    expect(day).toHaveLength(16);
  });

  const functions = ['sum', 'count', 'min', 'max', 'avg'];
  it.each(['ints', 'floats', 'gaps'].flatMap((metric) => ['10m', '1h', '4h', '1d'].flatMap((i) => functions.map((f) => [metric, i, f]))))(
    'answers for %s by %s-%s what raw points do',
    async (metric, interval, fn) => {
      if (metric === 'ints' && interval === '10m' && fn === 'sum') await run(D0, D0 + 2 * DAY);
      const fromRollups = await query(`none:${interval}-${fn}:${metric}`);
      expect(fromRollups).not.toEqual([]);
      expect(fromRollups).toEqual(await query(`none:${interval}-${fn}:rollup_raw:${metric}`));
    },
  );

  it('leaves the same cells when it is done again, by several at once', async () => {
    const before = await everything();
    await Promise.all([run(D0, D0 + 2 * DAY), run(D0, D0 + DAY)]);
    expect(await everything()).toEqual(before);
  });

  it('catches up with late points, in the same columns', async () => {
    const before = await everything();
    await put([{ metric: 'ints', timestamp: D0 + 5, value: 1_000_000.5, tags: { host: 'a' } }]);
    await run(D0, D0 + DAY);
    const after = await everything();
    const columns = (cells: string[][]): string[][] => cells.map((table) => table.map((cell) => cell.split('=')[0]));
    expect(columns(after)).toEqual(columns(before));
    expect(await query('none:1d-max:ints')).toEqual(await query('none:1d-max:rollup_raw:ints'));
    expect(await query('none:1h-sum:ints{host=a}')).toEqual(await query('none:1h-sum:rollup_raw:ints{host=a}'));
  });

  it('is held to a number of points in a second', async () => {
    const job = await run(D0, D0 + HOUR, { pointsPerSecond: 1_000_000 });
    expect(job.points).toBeGreaterThan(0);
  });
});

describe('the journal', () => {
  const directory = mkdtempSync(join(tmpdir(), 'journal-'));
  afterAll(() => rmSync(directory, { recursive: true }));
  const task = (metric: number): { metric: Buffer; salt: Buffer } => ({ metric: Buffer.of(0, 0, metric), salt: Buffer.alloc(0) });
  const range = { since: D0, until: D0 + HOUR };

  it('goes on where a run was stopped, and knows where the last one ended', () => {
    const path = join(directory, 'a');
    const first = new RollupJournal(path);
    first.begin(range);
    first.taskDone(task(1));
    const second = new RollupJournal(path);
    expect(second.unfinished).toEqual(range);
    second.begin(range);
    expect([second.isDone(task(1)), second.isDone(task(2))]).toEqual([true, false]);
    second.complete(range.until);
    const third = new RollupJournal(path);
    expect([third.unfinished, third.completeUntil]).toEqual([null, range.until]);
    third.begin({ since: D0, until: D0 + 2 * HOUR });
    expect(third.isDone(task(1))).toBe(false);
  });

  it('does not count a line that was cut off', () => {
    const path = join(directory, 'b');
    writeFileSync(path, `range ${range.since} ${range.until}\ndone 000001 \ndone 0000`);
    const journal = new RollupJournal(path);
    journal.begin(range);
    expect([journal.isDone(task(1)), journal.isDone(task(0))]).toEqual([true, false]);
    journal.taskDone(task(2));
    expect(new RollupJournal(path).isDone(task(2))).toBe(true);
  });

  it('remembers nothing without a file', () => {
    const journal = new RollupJournal(null);
    journal.begin(range);
    journal.taskDone(task(1));
    expect(journal.unfinished).toEqual(range);
  });
});
