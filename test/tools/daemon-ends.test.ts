import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ask, telnet } from '../server/support/client';
import { endChild } from '../support/end-child';
import { freePort } from '../support/free-port';
import { until } from '../support/until';
import { DaemonProcess } from './support/daemon-process';

let root: string;
let port: number;
let daemon: DaemonProcess;
beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'tsd-ends-'));
  mkdirSync(join(root, 'static'));
  port = await freePort();
});
afterEach(async () => {
  await daemon.kill();
  rmSync(root, { recursive: true, force: true });
});

const options = (): string[] => [`--port=${port}`, '--bind=127.0.0.1', '--staticroot=static', '--cachedir=cache', '--auto-metric'];

/** Something that is worth a line in the log, and answered nevertheless. */
async function complain(): Promise<void> {
  for (let i = 0; i < 50; i++) expect((await ask(port, '/api/query')).status).toBe(400);
}

it('a closed standard output costs the log lines and nothing else', async () => {
  daemon = new DaemonProcess(root, options());
  await daemon.ready();
  daemon.child.stdout?.destroy();
  await complain();
  expect(await telnet(port, 'put ends.m 1700000000 1 a=b\n')).toBe('');
  daemon.child.kill('SIGTERM');
  expect(await daemon.exited).toBe(143);
  expect(daemon.errors).toMatch(/^No more log lines go to standard output: .*EPIPE\n$/);
});

it('with both outputs closed it serves and ends in order', async () => {
  daemon = new DaemonProcess(root, options());
  await daemon.ready();
  daemon.child.stdout?.destroy();
  daemon.child.stderr?.destroy();
  await complain();
  daemon.child.kill('SIGTERM');
  expect(await daemon.exited).toBe(143);
});

it('a standard output that nobody reads holds up neither work nor end', async () => {
  daemon = new DaemonProcess(root, options());
  await daemon.ready();
  daemon.child.stdout?.pause();
  expect((await ask(port, '/logs?level=DEBUG')).status).toBe(200);
  const long = `/api/query?${'x'.repeat(8000)}`;
  for (let i = 0; i < 300; i++) await ask(port, long);
  expect(await endChild(daemon.child)).toBe(143);
});

it('a full disk under standard output is told once', async () => {
  const full = openSync('/dev/full', 'w');
  daemon = new DaemonProcess(root, options(), { stdio: ['ignore', full, 'pipe'] });
  closeSync(full);
  await until(async () => !daemon.running || (await ask(port, '/api/version').catch(() => null)) !== null);
  await complain();
  daemon.child.kill('SIGTERM');
  expect(await daemon.exited).toBe(143);
  expect(daemon.errors).toMatch(/^Log lines can't be written to 1, they are left out until they can: .*ENOSPC.*\n$/);
});

it('a hangup ends it in order; after nohup it goes on', async () => {
  daemon = new DaemonProcess(root, options());
  await daemon.ready();
  daemon.child.kill('SIGHUP');
  expect(await daemon.exited).toBe(129);
  daemon = new DaemonProcess(root, options(), { env: { TSDB_NOHUP: '1' } });
  await daemon.ready();
  daemon.child.kill('SIGHUP');
  await complain();
  daemon.child.kill('SIGTERM');
  expect(await daemon.exited).toBe(143);
});
