import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable, Writable } from 'node:stream';
import { main } from '../../src/tools/main';

let dir: string;
let config: string;
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'scan-'));
  config = join(dir, 'opentsdb.conf');
  writeFileSync(
    config,
    `tsd.storage.engine=embedded\ntsd.storage.embedded.path=${join(dir, 'data')}\ntsd.storage.enable_compaction=false\n`,
  );
  const points = Array.from({ length: 50 }, (_, i) => `m ${1356998400 + i * 3600} ${i} host=h${i % 2}\n`).join('');
  expect((await tsdb(points, 'import', '--auto-metric', '--', '-')).code).toBe(0);
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

async function tsdb(stdin: string, command: string, ...args: string[]): Promise<{ code: number; lines: string[] }> {
  const io = { stdout: new PassThrough(), stderr: new PassThrough(), stdin: Readable.from([Buffer.from(stdin)]) };
  const code = await main([command, `--config=${config}`, ...args], io, 'tsdb');
  return { code, lines: String(io.stdout.read() ?? '').split('\n').slice(0, -1) }; // prettier-ignore
}

/** A pipe that nobody reads any more. */
const brokenPipe = (): Writable =>
  new Writable({ write: (_chunk, _encoding, done) => done(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' })) }).on(
    'error',
    () => {},
  );

it.each([
  ['--import', '', 50],
  ['--delete', 'Nobody reads the output any more: rows that nobody has got are not deleted\n', 50],
])('%s ends when nobody reads its output any more, and nothing is lost', async (flag, told, left) => {
  const io = { stdout: brokenPipe(), stderr: new PassThrough(), stdin: new PassThrough() };
  expect(await main(['scan', `--config=${config}`, flag, '1356998400', 'none', 'm'], io, 'tsdb')).toBe(141);
  expect(String(io.stderr.read() ?? '')).toBe(told);
  expect((await tsdb('', 'scan', '--import', '1356998400', 'none', 'm')).lines).toHaveLength(left);
});

it('--delete deletes what it prints, and leaves what its filters refuse', async () => {
  const { code, lines } = await tsdb('', 'scan', '--delete', '1356998400', 'none', 'm', 'host=regexp(.*1)');
  expect(code).toBe(0);
  expect(lines).toHaveLength(25);
  expect(lines.every((line) => line.endsWith(' host=h1'))).toBe(true);
  const left = (await tsdb('', 'scan', '--import', '1356998400', 'none', 'm')).lines;
  expect(left).toHaveLength(25);
  expect(left.every((line) => line.endsWith(' host=h0'))).toBe(true);
});

it('--import prints what import reads: moved to another metric, the points are the same', async () => {
  const { lines } = await tsdb('', 'scan', '--import', '1356998400', 'none', 'm');
  const renamed = lines.map((line) => `${line.replace(/^m /, 'n ')}\n`).join('');
  expect((await tsdb(renamed, 'import', '--auto-metric', '--', '-')).code).toBe(0);
  const again = (await tsdb('', 'scan', '--import', '1356998400', 'none', 'n')).lines;
  expect(again.map((line) => line.replace(/^n /, 'm '))).toEqual(lines);
});
