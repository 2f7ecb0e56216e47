/** What tools say when they are called where there is no store. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { main } from '../../src/tools/main';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'no-store-'));
  writeFileSync(join(directory, 'tsd.conf'), `tsd.storage.embedded.path = ${directory}/data\n`);
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

async function call(line: string): Promise<{ code: number; out: string; err: string }> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const words = line.split(' ').map((word) => word.replace('DIR', directory));
  const code = await main(words, { stdout, stderr, stdin: new PassThrough() }, 'tsdb');
  const text = (stream: PassThrough): string => String((stream.read() as Buffer | null) ?? '');
  return { code, out: text(stdout), err: text(stderr) };
}

it.each([
  'query 1h-ago sum sys.cpu.user --config DIR/tsd.conf',
  'scan 1h-ago sum sys.cpu.user --config DIR/tsd.conf',
  'search lookup sys.cpu.user --config DIR/tsd.conf',
  'fsck --full-scan --config DIR/tsd.conf',
  'prune --older-than 90d --metric * --config DIR/tsd.conf',
  'uid grep . --config DIR/tsd.conf',
  'uid fsck --config DIR/tsd.conf',
  'migrate --from DIR/tsd.conf --to DIR/tsd.conf',
  'verify --from DIR/tsd.conf --to DIR/tsd.conf',
])('%s: looks for one that is there, and makes none', async (line) => {
  const { code, out, err } = await call(line);
  const path = `${directory}/data`;
  const help = 'name the configuration of the daemon with --config, or go where it was started';
  expect([code, out, err]).toEqual([1, '', `tsd.storage.embedded.path = ${path}: There is no store in ${path}: ${help}\n`]);
  expect(existsSync(path)).toBe(false);
});

it.each(['mkmetric sys.cpu.user --config DIR/tsd.conf', 'uid assign metrics sys.cpu.user --config DIR/tsd.conf'])(
  '%s: makes one for what it stores',
  async (line) => {
    expect(await call(line)).toMatchObject({ code: 0, out: expect.stringContaining('metrics sys.cpu.user: [0, 0, 1]') as unknown });
    expect(await call('uid metrics sys.cpu.user --config DIR/tsd.conf')).toMatchObject({ code: 0 });
  },
);
