import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { main } from '../../src/tools/main';

let dir: string;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'query-graph-'));
  const lines = [`tsd.storage.engine=embedded`, `tsd.storage.embedded.path=${join(dir, 'data')}`, 'tsd.core.timezone=Europe/Berlin'];
  writeFileSync(join(dir, 'opentsdb.conf'), `${lines.join('\n')}\n`);
  const points = 'm 1356998400 1 h=a\nm 1356998460 2.5 h=a\nm 1356998400 10 h=b\nn 1356998430 7 h=a\n';
  expect(await tsdb(points, 'import', '--auto-metric', '--', '-')).toMatchObject({ code: 0 });
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

async function tsdb(stdin: string, command: string, ...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const io = { stdout: new PassThrough(), stderr: new PassThrough(), stdin: Readable.from([Buffer.from(stdin)]) };
  const code = await main([command, `--config=${join(dir, 'opentsdb.conf')}`, ...args], io, 'tsdb');
  return { code, out: String(io.stdout.read() ?? ''), err: String(io.stderr.read() ?? '') };
}

const graph = (base: string, ...args: string[]): ReturnType<typeof tsdb> => tsdb('', 'query', `--graph=${join(dir, base)}`, ...args);
const made = (base: string): string[] => readdirSync(dir).filter((name) => name.startsWith(base)).sort(); // prettier-ignore

it('draws a picture, and writes the points of each series by the clocks of the zone; nothing on stdout', async () => {
  const words = ['1356998400', '1356998520', '+wxh=300x200', '+title="Load"', 'none', 'm', 'sum', 'n', 'with lines axes x1y2'];
  expect(await graph('g', ...words)).toEqual({ code: 0, out: '', err: '' });
  expect(made('g')).toEqual(['g.png', 'g_0.dat', 'g_1.dat', 'g_2.dat']);
  expect(readFileSync(join(dir, 'g_0.dat'), 'utf8')).toBe('1357002000 1\n1357002060 2.5\n');
  expect(readFileSync(join(dir, 'g_1.dat'), 'utf8')).toBe('1357002000 10\n');
  expect(readFileSync(join(dir, 'g_2.dat'), 'utf8')).toBe('1357002030 7\n');
  const png = readFileSync(join(dir, 'g.png'));
  expect(png.subarray(1, 4).toString()).toBe('PNG');
  expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([300, 200]);
});

it('says with -v how many points there are, and needs no end', async () => {
  const { code, out } = await graph('v', '-v', '20y-ago', 'sum', 'm');
  expect(code).toBe(0);
  expect(out).toMatch(/INFO {2}\[main\] CliQuery: Wrote 2 for Gnuplot\n/);
});

it.each([
  ['an option that can not be', ['+wxh=big'], 'Exception in thread "main" net.opentsdb.tsd.BadRequestException: '],
  ['a directory that is not there', [], 'Exception in thread "main" '],
])('fails for %s', async (_what, options, text) => {
  const { code, out, err } = await graph(options.length > 0 ? 'bad' : 'no/such/x', '1356998400', '1356998520', ...options, 'sum', 'm');
  expect({ code, out }).toEqual({ code: 1, out: '' });
  expect(err.startsWith(text)).toBe(true);
});
