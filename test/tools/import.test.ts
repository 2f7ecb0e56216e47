import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { loadConfig } from '../../src/config';
import { createStore } from '../../src/app';
import { EmbeddedStorage } from '../../src/storage/embedded';
import { run } from '../../src/tools/import';
import golden from './import-errors.json';

let dir: string;
let config: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'import-'));
  config = configFile();
});
afterEach(() => {
  jest.restoreAllMocks();
  rmSync(dir, { recursive: true });
});

function configFile(compaction = false, ...more: string[]): string {
  const lines = ['tsd.storage.engine=embedded', `tsd.storage.embedded.path=${join(dir, 'data')}`, 'tsd.core.timezone=UTC'];
  return file('tsd.conf', [...lines, `tsd.storage.enable_compaction=${compaction}`, ...more, ''].join('\n'));
}

function file(name: string, content: string | Buffer): string {
  writeFileSync(join(dir, name), content);
  return join(dir, name);
}

async function runImport(args: string[], stdin = ''): Promise<{ code: number; log: string[]; stderr: string }> {
  const collect = (stream: PassThrough): Promise<string> =>
    new Promise((done) => {
      const parts: Buffer[] = [];
      stream.on('data', (d: Buffer) => parts.push(d)).on('end', () => done(Buffer.concat(parts).toString()));
    });
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const texts = [collect(stdout), collect(stderr)];
  const code = await run(['--config', config, ...args], { stdout, stderr, stdin: Readable.from([Buffer.from(stdin)]) });
  stdout.end();
  stderr.end();
  const [out, err] = await Promise.all(texts);
  return { code, log: out.split('\n').map((l) => l.replace(/^.*?\[main\] /, '')), stderr: err }; // prettier-ignore
}

/** Every cell of the data table: row, qualifier and value in hex. */
async function cells(): Promise<string[]> {
  const storage = createStore(loadConfig({ file: config }).config).storage;
  await storage.open();
  const out: string[] = [];
  for await (const rows of storage.scan('tsdb', { start: Buffer.alloc(0), stop: Buffer.alloc(0) }))
    for (const row of rows)
      for (let i = 0; i < row.size; i++) out.push([row.key, row.qualifier(i), row.value(i)].map((b) => b.toString('hex')).join(' '));
  await storage.close();
  return out;
}

test('bad lines are skipped with the words of the original, and the good ones stored in its bytes', async () => {
  const path = file('FILE', golden.input);
  const { code, log, stderr } = await runImport(['--skip-errors', '--auto-metric', path]);
  const importer = log.filter((l) => l.startsWith('TextImporter: ')).map((l) => l.slice('TextImporter: '.length).replaceAll(path, 'FILE'));
  expect(importer.filter((l) => /^(invalid|Exception|error while)/.test(l))).toEqual(golden.errors);
  expect(importer[0]).toBe('reading from file:FILE');
  expect(importer.at(-2)).toMatch(/^Processed FILE in \d+ ms, 5 data points \([\d.]+ points\/s\)$/);
  expect(importer.at(-1)).toMatch(/^Total: imported 5 data points in \d+\.\d{3}s \([\d.]+ points\/s\)$/);
  expect(stderr).toMatch(/^tsd\.uid\.cache-hit \d+ \d+ kind=metrics\n/);
  expect(code).toBe(0);
  expect(await cells()).toEqual([
    '00000150e22700000001000001000002000002 0000 01',
    '00000150e22700000001000001000002000002 03cb 40200000',
    '00000150e22700000003000003 0640 01',
    '000001540bd910000003000003000004000004 faae5fc0 01',
    '00000250e22700000003000003 1900 01',
  ]);
});

test.each([
  ['m 1356998400 abc a=b', "java.lang.NumberFormatException: Invalid character 'a' in abc"],
  ['m 1356998400 99999999999999999999 a=b', 'java.lang.NumberFormatException: Value too long: 99999999999999999999'],
  ['m 1356998400 1.2.3 a=b', 'java.lang.NumberFormatException: multiple points'],
  ['m 1356998400 1e400 a=b', 'java.lang.IllegalArgumentException: value is NaN or Infinite: Infinity for timestamp=1356998400'],
  ['m 1356998400  a=b', 'java.lang.RuntimeException: invalid value: '],
  ['m 1356998400', 'java.lang.ArrayIndexOutOfBoundsException: Index 2 out of bounds for length 2'],
  ['m abc 1 a=b', "java.lang.NumberFormatException: Invalid character 'a' in abc"],
  ['m 1.5 1 a=b', "java.lang.NumberFormatException: Invalid character '.' in 1.5"],
  ['m  1 1 a=b', 'java.lang.NumberFormatException: Empty string'],
  ['m 99999999999999999999 1 a=b', 'java.lang.NumberFormatException: Value too long: 99999999999999999999'],
  ['m 0 1 a=b', 'java.lang.RuntimeException: invalid timestamp: 0'],
  ['m -5 1 a=b', 'java.lang.RuntimeException: invalid timestamp: -5'],
  ['m', 'java.lang.ArrayIndexOutOfBoundsException: Index 1 out of bounds for length 1'],
  [' 1356998400 1 a=b', 'java.lang.RuntimeException: invalid metric: '],
])('the line %j ends the run in the words of the original', async (line, exception) => {
  const { code, stderr, log } = await runImport(['--auto-metric', file('bad.txt', `${line}\n`)]);
  expect(stderr).toBe(`Exception in thread "main" ${exception}\n`);
  expect(log).toContain(`TextImporter: Exception caught while processing file ${join(dir, 'bad.txt')} line=[${line}]`);
  expect(code).toBe(1);
});

test('--skip-errors skips a line without a value, too', async () => {
  const { code, log } = await runImport(['--skip-errors', '--auto-metric', file('short.txt', 'm 1356998400\nm 1356998400 1 a=b\n')]);
  expect(log).toContain('TextImporter: invalid value: Index 2 out of bounds for length 2');
  expect(code).toBe(0);
  expect(await cells()).toHaveLength(1);
});

test('without --skip-errors the first bad line ends the run, and what came before it is stored', async () => {
  const path = file('a.txt', 'm 1356998400 1 h=a\nm 1356998401 1 h=\nm 1356998402 1 h=a\n');
  const { code, log, stderr } = await runImport(['--auto-metric', path]);
  expect(log).toContain(`TextImporter: Exception caught while processing file ${path} line=[m 1356998401 1 h=]`);
  expect(stderr).toContain('Exception in thread "main" java.lang.IllegalArgumentException: invalid tag: h=');
  expect(code).toBe(1);
  expect(await cells()).toHaveLength(1);
});

test('a metric that is unknown is refused without --auto-metric', async () => {
  const { code, log } = await runImport(['--skip-errors', file('a.txt', 'nope 1356998400 1 h=a\n')]);
  expect(log).toContain("TextImporter: Exception: No such name for 'metrics': 'nope'");
  expect(code).toBe(0);
});

test('gzip, CRLF, a last line without an end, and standard input', async () => {
  const gz = file('a.gz', gzipSync('m 1356998400 1 h=a\r\nm 1356998401 2 h=a\r\nm 1356998402 3 h=a'));
  const { code, log } = await runImport(['--auto-metric', gz, '--', '-'], 'm 1356998403 4 h=a\n');
  expect(code).toBe(0);
  expect(log.some((l) => l.includes('Total: imported 4 data points'))).toBe(true);
  expect((await cells()).map((c) => c.split(' ')[2])).toEqual(['01', '02', '03', '04']);
});

test('rows whose hour is over are compacted at the end, also after a bad line, those of the hour under way are not', async () => {
  // As on HBase.
  jest.spyOn(EmbeddedStorage.prototype, 'packsRows', 'get').mockReturnValue(false);
  config = configFile(true);
  const now = 1_700_000_000;
  jest.spyOn(Date, 'now').mockReturnValue(now * 1000);
  const lines = [
    `m 1356998400 1 h=a`,
    `m 1356998410 2 h=a`,
    `m 1357002000 3 h=a`,
    `m 1357002001 4 h=a`,
    `m ${now} 5 h=a`,
    `m ${now + 1} 6 h=a`,
  ];
  const { code, stderr } = await runImport(['--auto-metric', file('a.txt', `${lines.join('\n')}\n`)]);
  expect(code).toBe(0);
  expect(stderr).toMatch(/^tsd\.compaction\.queue\.size \d+ [23]$/m);
  expect((await cells()).slice(0, 2)).toEqual(['00000150e22700000001000001 000000a0 010200', '00000150e23510000001000001 00000010 030400']);
  expect(await cells()).toHaveLength(4);

  const bad = await runImport(['--auto-metric', file('b.txt', 'n 1356998400 1 h=a\nn 1356998410 2 h=a\nn zz 2 h=a\n')]);
  expect(bad.code).toBe(1);
  expect(await cells()).toContain('00000250e22700000001000001 000000a0 010200');
});

/** Lines that some series share, in runs or one after the other, in seconds and milliseconds, some of which only the slow path takes. */
const runs = fc.array(
  fc.record({
    series: fc.nat(2),
    steps: fc.array(fc.record({ ms: fc.integer({ min: 1, max: 1_200_000 }), exact: fc.boolean(), value: fc.nat(5) }), { maxLength: 30 }),
  }),
  { minLength: 1, maxLength: 12 },
);
const VALUES = ['1', '-300', '2.5', '1e2', '4611686018427387904', '0.1'];

test('whatever the order of its lines, a file leaves the rows that compaction makes of it, also on rows that were there', async () => {
  await fc.assert(
    fc.asyncProperty(runs, fc.array(fc.integer({ min: 0, max: 40 })), async (parts, earlier) => {
      const last = [1356998400000, 1356998400000, 1356998400000];
      const lines = parts.flatMap(({ series, steps }) =>
        steps.map(({ ms, exact, value }) => {
          // Not in the second of the point before: seconds and milliseconds of one moment are duplicates.
          const time = (last[series] = exact ? last[series] + ms : (Math.floor((last[series] + ms) / 1000) + 1) * 1000);
          return `m ${exact ? time : time / 1000} ${VALUES[value]} h=s${series}`;
        }),
      );
      const before = [...new Set(earlier)].sort((a, b) => a - b).map((at) => `m ${1356998400 + at * 100} 7 h=s0`);
      const stores: string[][] = [];
      for (const anyOrder of [false, true]) {
        rmSync(join(dir, 'data'), { recursive: true, force: true });
        config = configFile(true, `tsd.core.bulk.allow_out_of_order_timestamps=${anyOrder}`);
        for (const content of [before, lines]) {
          const { code } = await runImport(['--auto-metric', file('a.txt', content.map((each) => `${each}\n`).join(''))]);
          expect(code).toBe(0);
        }
        stores.push(await cells());
      }
      // Points that may come in any order go one by one, and are compacted at the end.
      expect(stores[0]).toEqual(stores[1]);
    }),
    { numRuns: 25 },
  );
}, 180_000);

test('no path: usage and exit code 2', async () => {
  const { code, stderr } = await runImport([]);
  expect(code).toBe(2);
  expect(stderr).toMatch(/^Usage: import path \[more paths\]\n.*\n {2}--auto-metric/s);
});

test('a file that is not there', async () => {
  const { code, stderr } = await runImport(['--auto-metric', join(dir, 'none')]);
  expect(code).toBe(1);
  expect(stderr).toContain('none');
});

test('Ctrl-C: what has been read is stored, and it says how to go on', async () => {
  async function* lines(): AsyncGenerator<Buffer> {
    yield Buffer.from('m 1356998400 1 h=a\nm 1356998401 2 h=a\n');
    process.emit('SIGINT');
    yield Buffer.from('m 1356998402 3 h=a\n');
  }
  const io = { stdout: new PassThrough(), stderr: new PassThrough(), stdin: Readable.from(lines()) };
  expect(await run(['--config', config, '--auto-metric', '--', '-', 'next.txt'], io)).toBe(130);
  const [, read] =
    /^Interrupted by SIGINT: ([0-2]) lines of - have been read and stored. Go on from line [1-3] on\n$/.exec(String(io.stderr.read())) ??
    [];
  expect(await cells()).toHaveLength(Number(read));
});

test('Ctrl-C while it reads a file', async () => {
  const lines = Array.from({ length: 300_000 }, (_, i) => `m ${1356998400 + i} 1 h=a\n`);
  const path = file('many.txt', lines.join(''));
  const stdout = new PassThrough().on('data', () => setImmediate(() => process.emit('SIGINT')));
  const stderr = new PassThrough();
  expect(await run(['--config', config, '--auto-metric', path, 'b.gz'], { stdout, stderr, stdin: Readable.from([]) })).toBe(130);
  const told =
    /^Interrupted by SIGINT: (\d+) lines of (\S+) have been read and stored. Go on with: tail -n \+(\d+) \S+ \| tsdb import -- - b.gz\n$/;
  const [, read, name, next] = told.exec(String(stderr.read())) ?? [];
  expect(name).toBe(path);
  expect(Number(next)).toBe(Number(read) + 1);
  expect(await cells()).toHaveLength(Number(read));
});
