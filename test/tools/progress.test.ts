import { PassThrough } from 'node:stream';
import { ToolLog } from '../../src/tools/common';
import { Progress } from '../../src/tools/progress';
import { coloured, widthOf } from '../../src/tools/terminal';

/** A stream that says it is a terminal. */
const terminal = (): PassThrough =>
  Object.assign(new PassThrough(), { isTTY: true, columns: 120, cursorTo: () => true, clearLine: () => true });
const io = (stderr: PassThrough): { stdout: PassThrough; stderr: PassThrough; stdin: PassThrough } => ({
  stdout: new PassThrough(),
  stderr,
  stdin: new PassThrough(),
});

it('says nothing where nobody looks', () => {
  const streams = io(new PassThrough());
  const progress = new Progress(streams, 'rows', 10);
  progress.add(5);
  progress.end();
  expect(streams.stderr.read()).toBeNull();
  expect(streams.stdout.read()).toBeNull();
});

/** What is on a terminal after four seconds of work. */
function after4Seconds(unit: string, done: number, total?: number): string {
  const clock = jest.spyOn(performance, 'now').mockReturnValue(1000);
  try {
    const streams = io(terminal());
    const progress = new Progress(streams, unit, total);
    clock.mockReturnValue(5000);
    progress.add(done);
    progress.end();
    return String(streams.stderr.read());
  } finally {
    clock.mockRestore();
  }
}

it('shows count, rate and what is left on a terminal', () => {
  expect(after4Seconds('rows', 1500, 2000)).toMatch(/\[={18} {6}\] 75% 1,500 rows, 375\/s, 1s left/);
});

it('has no bar where the total is unknown', () => {
  expect(after4Seconds('points', 10_000)).toMatch(/10,000 points, 2,500\/s, 4s/);
});

it('leaves log lines as they are in a pipe, and colours warnings and errors on a terminal', () => {
  const piped = io(new PassThrough());
  new ToolLog(piped, 'Scan').warn('careful');
  expect(String(piped.stdout.read())).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} WARN {2}\[main\] Scan: careful\n$/);
  const { NO_COLOR, TERM } = process.env;
  delete process.env.NO_COLOR;
  process.env.TERM = 'xterm';
  try {
    expect(coloured(terminal(), 'ERROR', 'bad')).toBe('\u001b[31mbad\u001b[39m');
    expect(coloured(terminal(), 'INFO', 'good')).toBe('good');
    expect(coloured(new PassThrough(), 'ERROR', 'bad')).toBe('bad');
    process.env.NO_COLOR = '1';
    expect(coloured(terminal(), 'ERROR', 'bad')).toBe('bad');
  } finally {
    if (NO_COLOR === undefined) delete process.env.NO_COLOR;
    else process.env.NO_COLOR = NO_COLOR;
    process.env.TERM = TERM;
  }
  expect(widthOf(terminal())).toBe(120);
  expect(widthOf(new PassThrough())).toBe(80);
});
