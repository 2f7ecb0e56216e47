import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { until } from '../support/until';
import { WorkersDaemon, type PutPoint } from './support/workers';

const BASE = 1_700_000_000;
const SECONDS = 20;
/** The file that keeps the store away while it is there. */
const AWAY = join(mkdtempSync(join(tmpdir(), 'tsd-workers-away-')), 'away');
const hook = join(__dirname, 'support', 'away-hook.cjs');

let tsd: WorkersDaemon;
/** The last value that was acknowledged for each second. */
const acknowledged = new Map<number, number>();
let next = 0;

beforeAll(async () => {
  tsd = await WorkersDaemon.start(
    // A row that is merged and then written again would have two values for a time.
    { 'tsd.storage.spool.path': 'spool', 'tsd.storage.spool.after': '200', 'tsd.storage.enable_compaction': 'false' },
    { env: { NODE_OPTIONS: `-r ${hook}`, STORE_AWAY: AWAY } },
  );
  await write(1);
});
afterAll(async () => {
  rmSync(dirname(AWAY), { recursive: true });
  await tsd.remove();
});

const point = (second: number, value: number): PutPoint => ({
  metric: 'spooled.m',
  timestamp: BASE + second,
  value,
  tags: { host: `h${second % 3}` },
});

/** Writes every second anew so often, each time on a connection of its own: to one worker after the other. */
async function write(times: number): Promise<void> {
  for (let i = 0; i < times; i++) {
    const value = ++next;
    const points = Array.from({ length: SECONDS }, (_, second) => point(second, value));
    expect(await tsd.put(points)).toMatchObject({ success: SECONDS, failed: 0 });
    for (let second = 0; second < SECONDS; second++) acknowledged.set(BASE + second, value);
  }
}

async function spooledBytes(): Promise<number> {
  return (await tsd.figures()).get('tsd.spool.bytes table=tsdb') ?? 0;
}

/** The value of each second in storage. */
async function stored(): Promise<Map<number, number>> {
  return new Map(Object.entries(await tsd.points('spooled.m')).map(([second, value]) => [Number(second), value]));
}

async function expectEverything(): Promise<void> {
  const wanted = [...acknowledged].join();
  // A worker that is too busy to answer says nothing of the spool that it keeps.
  await until(async () => (await spooledBytes()) === 0 && [...(await stored())].join() === wanted).catch(() => undefined);
  expect(await stored()).toEqual(acknowledged);
  expect(await spooledBytes()).toBe(0);
}

it('keeps the order of a row that comes in through all workers', async () => {
  writeFileSync(AWAY, '');
  await write(7);
  await until(async () => (await spooledBytes()) > 0);
  rmSync(AWAY);
  await write(4);
  await expectEverything();
});

it('loses nothing and keeps the order when workers are killed, the one that has the spool among them', async () => {
  writeFileSync(AWAY, '');
  await write(4);
  await tsd.kill(2);
  await write(3);
  await tsd.kill(1);
  await write(4);
  rmSync(AWAY);
  await write(3);
  await expectEverything();
});

it('keeps it for a daemon with fewer workers', async () => {
  writeFileSync(AWAY, '');
  await write(4);
  expect(await tsd.stop()).toBe(143);
  await tsd.again('--worker-threads=2');
  await write(1);
  rmSync(AWAY);
  await write(2);
  await expectEverything();
  expect(await tsd.stop()).toBe(143);
  writeFileSync(AWAY, '');
  await tsd.again('--worker-threads=1');
  await write(1);
  rmSync(AWAY);
  await expectEverything();
});
