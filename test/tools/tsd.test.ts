import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import net from 'node:net';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { run } from '../../src/tools/tsd';
import { ask, json, telnet } from '../server/support/client';
import { freePort } from '../support/free-port';
import { DaemonProcess } from './support/daemon-process';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'tsd-tool-'));
  mkdirSync(join(root, 'static'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const io = (): { stdout: PassThrough; stderr: PassThrough; stdin: PassThrough } => ({
  stdout: new PassThrough(),
  stderr: new PassThrough(),
  stdin: new PassThrough(),
});

/** What the tool says on stderr, and its exit code, with this configuration file. */
async function refused(config: string, ...argv: string[]): Promise<{ code: number; first: string; text: string }> {
  const file = join(root, 'test.conf');
  writeFileSync(file, config);
  const streams = io();
  const code = await run([`--config=${file}`, ...argv], streams);
  const text = String(streams.stderr.read() ?? '');
  return { code, first: text.split('\n')[0], text };
}

describe('what keeps it from starting', () => {
  const conf = (lines: Record<string, string>): string =>
    Object.entries({
      'tsd.http.staticroot': join(root, 'static'),
      'tsd.http.cachedir': join(root, 'cache'),
      'tsd.network.port': '1',
      ...lines,
    })
      .map(([key, value]) => `${key} = ${value}\n`)
      .join('');

  it.each([
    [['--nosuch'], 'Invalid usage.  Unrecognized option --nosuch'],
    [['--read-only'], 'Invalid usage.  Missing argument for --read-only'],
    [['-v'], 'Invalid usage.  Unrecognized option -v'],
  ])('%j is exit code 2 without a usage text', async (argv, message) => {
    expect(await refused(conf({}), ...argv)).toEqual({ code: 2, first: message, text: `${message}\n` });
  });

  it.each([
    [{ 'tsd.http.staticroot': '' }, 1, 'Missing static root directory: tsd.http.staticroot'],
    [{ 'tsd.http.cachedir': '' }, 1, 'Missing cache directory: tsd.http.cachedir'],
    [{ 'tsd.network.port': '' }, 1, 'Missing network port: tsd.network.port'],
    [{ 'tsd.network.port': '42x' }, 1, 'Invalid network port setting: tsd.network.port = 42x'],
    [{ 'tsd.core.connections.limit': 'many' }, 1, 'Invalid connections limit: tsd.core.connections.limit = many'],
    [{ 'tsd.network.worker_threads': 'many' }, 1, 'Invalid worker thread count: tsd.network.worker_threads = many'],
    [{ 'tsd.http.staticroot': '/nosuch/dir' }, 3, 'No such directory [/nosuch/dir]: tsd.http.staticroot'],
    [{ 'tsd.http.staticroot': '/dev/null/x/y' }, 3, 'No such directory [/dev/null/x/y]: tsd.http.staticroot'],
    [{ 'tsd.http.cachedir': '/dev/null/x/y' }, 3, 'No such directory [/dev/null/x/y]: tsd.http.cachedir'],
    [{ 'tsd.http.staticroot': __filename }, 3, `Not a directory [${__filename}]: tsd.http.staticroot`],
    [{ 'tsd.http.cachedir': __filename }, 3, `Not a directory [${__filename}]: tsd.http.cachedir`],
  ])('%j: exit code %i and the usage', async (settings, code, message) => {
    const { text, ...rest } = await refused(conf(settings));
    expect(rest).toEqual({ code, first: message });
    expect(text.split('\n')[1]).toBe('Usage: tsd --port=PORT --staticroot=PATH --cachedir=PATH');
    expect(text).toMatch(/\n {2}--port=NUM +TCP port to listen on\.\n/);
  });

  it.each([
    [{ 'tsd.network.port': '70000' }, 'tsd.network.port = 70000: out of range, it can be 0 to 65535'],
    [{ 'tsd.storage.write_buffer.bytes': '0' }, 'tsd.storage.write_buffer.bytes = 0: out of range, it can be 65536 bytes or more'],
    [{ 'tsd.storage.embedded.path': '/dev/null/x' }, /^tsd\.storage\.embedded\.path = \/dev\/null\/x: .*ENOTDIR/],
    [{ 'tsd.storage.spool.path': '/dev/null/x' }, /^tsd\.storage\.spool\.path = \/dev\/null\/x: .*ENOTDIR/],
    [{ 'tsd.core.timezone': 'Mars/Olympus' }, 'tsd.core.timezone = Mars/Olympus: not the name of a time zone'],
  ])('%j: exit code 1 and one line', async (settings, message) => {
    const { code, text } = await refused(conf({ 'tsd.storage.embedded.path': join(root, 'data'), ...settings }));
    expect([code, text.trimEnd()]).toEqual([1, typeof message === 'string' ? message : expect.stringMatching(message)]);
    expect(text.split('\n')).toHaveLength(2);
  });

  it('a configuration file that is not there', async () => {
    const streams = io();
    expect(await run([`--config=${join(root, 'none')}`], streams)).toBe(1);
    expect(String(streams.stderr.read())).toContain(`java.io.FileNotFoundException: ${join(root, 'none')} (No such file or directory)`);
  });
});

describe('a daemon in a process of its own', () => {
  let daemon: DaemonProcess;
  const start = (...argv: string[]): DaemonProcess => (daemon = new DaemonProcess(root, argv));
  afterEach(() => daemon.kill());

  it('starts with options alone, in both spellings, and stops on SIGTERM with what it has received', async () => {
    const port = await freePort();
    start(`--port=${port}`, '--bind', '127.0.0.1', '--staticroot', 'static', '--cachedir=cache', '--auto-metric=false', 'word');
    await daemon.ready();
    expect(daemon.output).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} INFO {2}\[main\] TSDMain: Starting\.\n/);
    expect(daemon.output).toContain('TSDMain: net.opentsdb.tools 2.4.1 built at revision');
    expect(daemon.output).toContain('RpcManager: Mode: READWRITE, HTTP UI Enabled: true, HTTP API Enabled: true');
    expect(daemon.output).toContain(`TSDMain: Ready to serve on /127.0.0.1:${port}\n`);
    expect(await telnet(port, 'put tool.m 1700000000 1 a=b\n')).toBe('');
    const config = json(await ask(port, '/api/config')) as Record<string, string>;
    expect(config['tsd.core.auto_create_metrics']).toBe('true');
    daemon.child.kill('SIGTERM');
    expect(await daemon.exited).toBe(143);

    start(`--port=${port}`, '--bind', '127.0.0.1', '--staticroot', 'static', '--cachedir=cache', '--read-only=false');
    await daemon.ready();
    expect((await ask(port, '/api/query?start=1699999999&end=1700000001&m=sum:tool.m')).text).toContain('"dps":{"1700000000":1}');
    expect((await ask(port, '/api/put')).status).toBe(404);
    daemon.child.kill('SIGINT');
    expect(await daemon.exited).toBe(130);
  });

  it('is done with exit code 0 after diediedie', async () => {
    const port = await freePort();
    start(`--port=${port}`, '--bind=127.0.0.1', '--staticroot=static', '--cachedir=cache');
    await daemon.ready();
    expect((await ask(port, '/diediedie')).status).toBe(200);
    expect(await daemon.exited).toBe(0);
  });

  it('says in one line what went wrong when it cannot start, and ends', async () => {
    const server = net.createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as net.AddressInfo;
    start(`--port=${port}`, '--bind=127.0.0.1', '--staticroot=static', '--cachedir=cache');
    expect(await daemon.exited).toBe(1);
    expect(daemon.errors).toBe(
      `tsd.network.port = ${port}: Failed to bind to: /127.0.0.1:${port} (listen EADDRINUSE: address already in use 127.0.0.1:${port})\n`,
    );
    server.close();
  });
});
