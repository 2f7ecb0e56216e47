import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { run } from '../../src/tools/drain';
import { freePort } from '../support/free-port';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'drain-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

interface Running {
  port: number;
  io: { stdout: PassThrough; stderr: PassThrough; stdin: PassThrough };
  code: Promise<number>;
}

async function start(target: string): Promise<Running> {
  const io = { stdout: new PassThrough(), stderr: new PassThrough(), stdin: new PassThrough() };
  const port = await freePort();
  const code = run([String(port), target], io);
  await once(io.stdout, 'readable');
  expect(String(io.stdout.read())).toBe('Use Ctrl-C to stop me.\n');
  return { port, io, code };
}

const stop = (running: Running): Promise<number> => {
  process.emit('SIGTERM');
  return running.code;
};

/** Sends a text and closes, once the answer is there. @returns the answer */
async function send(port: number, text: string): Promise<string> {
  const socket = net.connect(port, '127.0.0.1');
  let answer = '';
  socket.on('data', (data) => (answer += String(data)));
  socket.end(text);
  await once(socket, 'close');
  return answer;
}

describe('tsddrain', () => {
  it('keeps points as `tsdb import` reads them, by the address of the client', async () => {
    const drain = await start(join(directory, 'new', 'kept'));
    expect(
      await send(drain.port, 'version\nput sys.cpu 1400000000 42 host=a\r\nstats\nput sys.cpu 1400000001 4.5 host=b\nput cut 14000'),
    ).toBe('drain.py\n');
    await send(drain.port, 'put sys.cpu 1400000002 44 host=\u00e9\n');
    expect(await stop(drain)).toBe(0);
    expect(readFileSync(join(directory, 'new', 'kept', '127.0.0.1'), 'utf8')).toBe(
      'sys.cpu 1400000000 42 host=a\nsys.cpu 1400000001 4.5 host=b\nsys.cpu 1400000002 44 host=\u00e9\n',
    );
    expect(String(drain.io.stdout.read())).toBe('OV.!XO.X');
  });

  it('goes on in files that are there', async () => {
    writeFileSync(join(directory, '127.0.0.1'), 'before 1 1 a=b\n');
    const drain = await start(directory);
    await send(drain.port, 'put after 2 2 a=b\n');
    await stop(drain);
    expect(readFileSync(join(directory, '127.0.0.1'), 'utf8')).toBe('before 1 1 a=b\nafter 2 2 a=b\n');
  });

  it('keeps all of a hundred thousand points of several connections', async () => {
    const drain = await start(directory);
    const text = (i: number): string => Array.from({ length: 25_000 }, (_, j) => `put m ${1_400_000_000 + j} ${j} host=h${i}\n`).join('');
    await Promise.all([0, 1, 2, 3].map((i) => send(drain.port, text(i))));
    await stop(drain);
    const lines = readFileSync(join(directory, '127.0.0.1'), 'utf8').trimEnd().split('\n');
    expect(lines).toHaveLength(100_000);
    expect(lines.every((line) => /^m 14000\d{5} \d+ host=h[0-3]$/.test(line))).toBe(true);
  });

  it('cuts off a client that sends no line', async () => {
    const drain = await start(directory);
    const socket = net.connect(drain.port, '127.0.0.1');
    const closed = new Promise((resolve) => socket.on('error', () => {}).on('close', resolve));
    socket.write('x'.repeat(1 << 20));
    await closed;
    expect(await stop(drain)).toBe(0);
  });

  it('ends when it cannot write', async () => {
    writeFileSync(join(directory, 'file'), '');
    const io = { stdout: new PassThrough(), stderr: new PassThrough(), stdin: new PassThrough() };
    expect(await run([String(await freePort()), join(directory, 'file', 'below')], io)).toBe(1);
    expect(String(io.stderr.read())).toMatch(/^tsddrain: ENOTDIR/);
  });

  it.each([[[]], [['4242']], [['port', 'dir']], [['65536', 'dir']], [['1', 'a', 'b']]])('refuses %j', async (args) => {
    const io = { stdout: new PassThrough(), stderr: new PassThrough(), stdin: new PassThrough() };
    expect(await run(args, io)).toBe(1);
    expect(String(io.stderr.read())).toBe('Usage: tsddrain <port> <directory>\n');
  });
});
