/** A native module that does not come to its end: the processes of a TSD are gone nevertheless, and the store is free for the next. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ask } from '../server/support/client';
import { isAlive } from '../support/is-alive';
import { until } from '../support/until';
import { WorkersDaemon, type PutPoint } from './support/workers';

const hook = join(__dirname, 'support', 'stuck-hook.cjs');
const BASE = 1_700_000_000;
const TOLD =
  /The process ends by SIGTERM, not with exit code \d+, as this does not come to its end: a commit of the embedded store, \d+ requests to files/;

let tsd: WorkersDaemon;
let directory: string;
let stuck: string;
afterEach(async () => {
  await tsd.remove();
  rmSync(directory, { recursive: true, force: true });
});

const point = (metric: string): PutPoint => ({ metric, timestamp: BASE, value: 1, tags: { host: 'a' } });

/** Starts a daemon one process of which commits for ever. @returns that process */
async function startStuck(workers: number): Promise<number> {
  directory = mkdtempSync(join(tmpdir(), 'tsd-stuck-'));
  stuck = join(directory, 'stuck');
  const fifo = join(directory, 'fifo');
  execFileSync('mkfifo', [fifo]);
  tsd = await WorkersDaemon.start('--worker-threads=1', {
    env: { STORE_STUCK: stuck, STUCK_FIFO: fifo, NODE_OPTIONS: `--require=${hook}` },
  });
  await tsd.stop();
  tsd.configure({ 'tsd.network.drain_timeout': '300' });
  await tsd.again(`--worker-threads=${workers}`);
  expect(await tsd.put([point('stuck.before')])).toMatchObject({ success: 1 });
  writeFileSync(stuck, '');
  // A new name needs a commit, which never calls back.
  ask(tsd.port, '/api/put?sync', { body: JSON.stringify(point('stuck.never')) }).catch(() => undefined);
  await until(() => readFileSync(stuck, 'utf8') !== '');
  return parseInt(readFileSync(stuck, 'utf8'));
}

/** What was acknowledged before is there, and the store takes more. */
async function expectFreeStore(): Promise<void> {
  rmSync(stuck);
  await tsd.again('--worker-threads=1');
  expect(await tsd.points('stuck.before')).toEqual({ [BASE]: 1 });
  expect(await tsd.put([point('stuck.after')])).toMatchObject({ success: 1 });
  expect(await tsd.stop()).toBe(143);
}

it('a daemon of one process ends by the signal that it was told to stop with', async () => {
  await startStuck(1);
  expect(await tsd.stop()).toBeNull();
  expect(tsd.daemon.child.signalCode).toBe('SIGTERM');
  expect(tsd.daemon.output).toMatch(/The write path did not end in order: the deadline has passed/);
  expect(tsd.daemon.output).toMatch(TOLD);
  await expectFreeStore();
});

it('a worker ends by a signal, and the daemon in order', async () => {
  const pid = await startStuck(3);
  expect(await tsd.stop()).toBe(143);
  expect(isAlive(pid)).toBe(false);
  expect(tsd.daemon.output).toMatch(TOLD);
  await expectFreeStore();
});

it('a worker whose primary is gone ends by a signal', async () => {
  await startStuck(3);
  const pids = [...tsd.workers().values()];
  tsd.daemon.child.kill('SIGKILL');
  await until(() => !pids.some(isAlive), 'its workers end', 40_000);
  await tsd.daemon.exited;
  expect(tsd.daemon.errors).toMatch(TOLD);
  await expectFreeStore();
});
