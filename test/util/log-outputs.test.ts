import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, openSync, closeSync, readdirSync, readFileSync, rmSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { FileOutput, PipeOutput } from '../../src/util/log-outputs';
import { LogSystem } from '../../src/util/logger';

let root: string;
let told: string[];
let clock: number;
const tell = (message: string): void => void told.push(message);
const now = (): number => clock;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'tsd-log-'));
  told = [];
  clock = 1_000_000;
});
afterEach(() => {
  chmodSync(root, 0o700);
  rmSync(root, { recursive: true, force: true });
});

const read = (name: string): string => readFileSync(join(root, name), 'utf8');

describe('a log file', () => {
  it('gets each line at once, after what it had', async () => {
    const path = join(root, 'a.log');
    for (const line of ['one', 'two']) {
      const output = new FileOutput(path, { tell });
      output.write(line);
      expect(read('a.log').endsWith(`${line}\n`)).toBe(true);
      await output.close();
      output.write('after the end');
    }
    expect(read('a.log')).toBe('one\ntwo\n');
    expect(told).toEqual([]);
  });

  it('is kept in so many files of at most such a length', () => {
    const output = new FileOutput(join(root, 'a.log'), { maxBytes: 10, files: 3, tell });
    for (let i = 0; i < 9; i++) output.write(`line ${i}`);
    expect(readdirSync(root).sort()).toEqual(['a.log', 'a.log.1', 'a.log.2']);
    expect([read('a.log.2'), read('a.log.1'), read('a.log')]).toEqual(['line 4\nline 5\n', 'line 6\nline 7\n', 'line 8\n']);
  });

  it('that cannot be opened is told once, tried again each second, and says then what is missing', () => {
    // a directory of this name stands in the way
    mkdirSync(join(root, 'a.log'));
    const output = new FileOutput(join(root, 'a.log'), { tell, now });
    output.write('lost 1');
    clock += 999;
    output.write('lost 2');
    clock += 1;
    output.write('lost 3');
    expect(told).toEqual([expect.stringMatching(/^Log lines can't be written to .*a\.log, they are left out until they can: .*EISDIR/)]);
    rmdirSync(join(root, 'a.log'));
    output.write('still resting');
    clock += 1000;
    output.write('here again');
    expect(read('a.log')).toBe('(4 log lines were left out here)\nhere again\n');
  });

  it('goes on when the clock was set back', () => {
    mkdirSync(join(root, 'a.log'));
    const output = new FileOutput(join(root, 'a.log'), { tell, now });
    rmdirSync(join(root, 'a.log'));
    clock -= 3_600_000;
    output.write('here again');
    expect(read('a.log')).toBe('here again\n');
  });

  it('on a full disk costs lines, and neither an error nor memory', () => {
    const fd = openSync('/dev/full', 'w');
    const output = new FileOutput(fd, { tell, now });
    for (let i = 0; i < 1000; i++, clock += 100) output.write(`line ${i}`);
    expect(told).toEqual([expect.stringMatching(/ENOSPC/)]);
    closeSync(fd);
  });

  it('that is a FIFO without a reader does not hold the process', () => {
    execFileSync('mkfifo', [join(root, 'a.log')]);
    const output = new FileOutput(join(root, 'a.log'), { tell, now });
    output.write('lost');
    expect(told).toEqual([expect.stringMatching(/ENXIO/)]);
  });
});

describe('a pipe', () => {
  it('that is closed is left alone, and told once', () => {
    let writes = 0;
    const broken = new Writable({
      write(_chunk, _encoding, done) {
        writes++;
        done(new Error('write EPIPE'));
      },
      autoDestroy: false,
    });
    const output = new PipeOutput(broken, 'standard output', tell);
    return new Promise<void>((resolve) => {
      broken.once('error', () => {
        for (let i = 0; i < 100; i++) output.write('more');
        expect(writes).toBe(1);
        expect(broken.writableLength).toBeLessThan(100);
        expect(told).toEqual(['No more log lines go to standard output: write EPIPE']);
        resolve();
      });
      output.write('first');
    });
  });

  it('whose reader does not keep up loses lines beyond a megabyte, and says how many', () => {
    const stalled = new PassThrough({ highWaterMark: 1 });
    const output = new PipeOutput(stalled, 'standard output', tell);
    const line = 'x'.repeat(99_999);
    for (let i = 0; i < 15; i++) output.write(line);
    let text = String(stalled.read());
    for (let chunk: unknown = stalled.read(); chunk !== null; chunk = stalled.read()) text += String(chunk);
    output.write('again');
    for (let chunk: unknown = stalled.read(); chunk !== null; chunk = stalled.read()) text += String(chunk);
    const lines = text.trimEnd().split('\n');
    const kept = lines.filter((each) => each === line).length;
    expect(kept).toBeLessThan(13);
    expect(lines.slice(kept)).toEqual([`(${15 - kept} log lines were left out here)`, 'again']);
  });
});

it('a log system writes to all of its outputs, and closes them', async () => {
  const lines: string[] = [];
  let closed = 0;
  const output = { write: (line: string) => void lines.push(line), close: async () => void closed++ };
  const logs = new LogSystem({ outputs: [output, output] });
  logs.get('a.b.C').warn('careful');
  await logs.close();
  expect(lines).toEqual([expect.stringMatching(/ WARN {2}\[main\] C: careful$/), expect.anything()]);
  expect(closed).toBe(2);
});
