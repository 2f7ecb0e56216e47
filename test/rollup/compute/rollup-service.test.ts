import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RollupJournal, RollupService } from '../../../src/rollup';
import { ask } from '../../server/support/client';
import { figuresOf } from '../../support/figures';
import { rollupSettings } from '../../support/rollup-settings';
import { startDaemon, type TestDaemon } from '../../server/support/daemon';
import { RetryableError } from '../../../src/storage';
import { intercept } from '../../uid/support/uid-store';
import { cellsOf, silent } from '../../write/support/data-table';

const HOUR = 3600;
const D0 = 1_699_920_000;
const SETTINGS = rollupSettings(['1h']);

let tsd: TestDaemon;
let directory: string;
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'rolling-'));
  tsd = await startDaemon(SETTINGS);
  const points = Array.from({ length: 10 }, (_, h) => ({ metric: 'm', timestamp: D0 + h * HOUR, value: h, tags: { host: 'a' } }));
  await ask(tsd.port, '/api/put?sync', { method: 'POST', body: JSON.stringify(points) });
});
afterAll(async () => {
  await tsd.stop();
  rmSync(directory, { recursive: true });
});

/** Points of another metric, ten minutes apart. */
async function put(metric: string, count: number): Promise<void> {
  const points = Array.from({ length: count }, (_, i) => ({ metric, timestamp: D0 + i * 600, value: i, tags: { host: 'b' } }));
  await ask(tsd.port, '/api/put?sync', { method: 'POST', body: JSON.stringify(points) });
}

function service(journal: RollupJournal, seconds: number, delay = 300, storage = tsd.daemon.storage): RollupService {
  const { writer, model, rollups } = tsd.daemon;
  const parts = { storage, writer, model, rollups: rollups!, logger: silent };
  return new RollupService(parts, { delay, pointsPerSecond: 0, threads: 3, journal: null }, journal, () => seconds * 1000);
}
const hours = async (): Promise<number> => (await cellsOf(tsd.daemon.storage, 'tsdb-rollup-1h')).length;

it('rolls up the hour that has ended, and from then on all that have', async () => {
  const path = join(directory, 'journal');
  const journal = new RollupJournal(path);
  await service(journal, D0 + 2 * HOUR + 299).catchUp();
  expect([await hours(), journal.completeUntil]).toEqual([1, D0 + HOUR]);
  await service(journal, D0 + 5 * HOUR + 300).catchUp();
  expect([await hours(), journal.completeUntil]).toEqual([5, D0 + 5 * HOUR]);
  const before = readFileSync(path, 'utf8');
  await service(new RollupJournal(path), D0 + 6 * HOUR + 299).catchUp();
  expect(readFileSync(path, 'utf8')).toBe(before);
});

it('first ends what was begun', async () => {
  const journal = new RollupJournal(null);
  journal.begin({ since: D0 + 5 * HOUR, until: D0 + 7 * HOUR });
  await service(journal, D0 + 8 * HOUR + 300).catchUp();
  expect([await hours(), journal.completeUntil]).toEqual([8, D0 + 8 * HOUR]);
});

it('ends when it is told to, and leaves the rest for later', async () => {
  const journal = new RollupJournal(null);
  const rolling = service(journal, D0 + 10 * HOUR + 300);
  journal.complete(D0 + 8 * HOUR);
  rolling.start();
  await rolling.close();
  expect(journal.completeUntil).toBe(D0 + 8 * HOUR);
  await service(journal, D0 + 10 * HOUR + 300).catchUp();
  expect(await hours()).toBe(10);
});

it('may be done by two daemons at once, and counts what it does', async () => {
  await put('n', 30);
  const alone = service(new RollupJournal(null), D0 + 12 * HOUR + 300);
  const journals = [new RollupJournal(null), new RollupJournal(null)];
  for (const journal of journals) journal.complete(D0);
  const both = journals.map((journal) => service(journal, D0 + 12 * HOUR + 300));
  await Promise.all(both.map((rolling) => rolling.catchUp()));
  const twice = await cellsOf(tsd.daemon.storage, 'tsdb-rollup-1h');
  const [first, second] = both.map(figuresOf);
  expect(first).toEqual(second);
  expect(first).toMatchObject({
    'rollup.runs type=done': 1,
    'rollup.runs type=failed': 0,
    'rollup.points type=read': 40,
    'rollup.cells type=written': 15,
    'rollup.lag': 0,
  });
  expect(figuresOf(alone)).not.toHaveProperty('rollup.lag');
  const again = new RollupJournal(null);
  again.complete(D0);
  await service(again, D0 + 12 * HOUR + 300).catchUp();
  expect(await cellsOf(tsd.daemon.storage, 'tsdb-rollup-1h')).toEqual(twice);
});

it('counts a run that fails, and tries again', async () => {
  const { storage } = tsd.daemon;
  let broken = true;
  const moody = intercept(storage, {
    scan: (table, options) => {
      if (broken && table === 'tsdb') throw new RetryableError('away', { table });
      return storage.scan(table, options);
    },
  });
  const journal = new RollupJournal(null);
  journal.complete(D0);
  const rolling = service(journal, D0 + HOUR + 300, 300, moody);
  await rolling.catchUp();
  expect(figuresOf(rolling)).toMatchObject({ 'rollup.runs type=failed': 1, 'rollup.lag': HOUR });
  broken = false;
  await rolling.catchUp();
  expect(figuresOf(rolling)).toMatchObject({ 'rollup.runs type=done': 1, 'rollup.lag': 0 });
});

it('is part of a daemon that wants it', async () => {
  const daemon = await startDaemon({ ...SETTINGS, 'tsd.rollups.compute.enable': 'true' });
  expect(daemon.daemon.rolling).not.toBeNull();
  await daemon.stop();
  await expect(startDaemon({ 'tsd.rollups.compute.enable': 'true' })).rejects.toThrow(
    'tsd.rollups.compute.enable = true, but tsd.rollups.enable is false',
  );
});
