import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isAlive } from '../support/is-alive';
import { until } from '../support/until';

const ROOT = join(__dirname, '..', '..');

interface Sum {
  passed: number;
  failed: number;
  skipped: number;
  troubles: string[];
  left: string[];
}

/** Suites of a directory of their own. */
class Project {
  readonly directory = mkdtempSync(join(tmpdir(), 'jest-run-'));
  readonly pidFile = join(this.directory, 'pid');
  private readonly lines = join(this.directory, 'lines');

  constructor(suites: Record<string, string>) {
    writeFileSync(join(this.directory, 'jest.config.cjs'), 'module.exports = { testEnvironment: "node" };');
    for (const [name, text] of Object.entries(suites)) writeFileSync(join(this.directory, `${name}.test.js`), text);
  }

  /** What the reporter has written so far. */
  get said(): string {
    try {
      return readFileSync(this.lines, 'utf8');
    } catch {
      return '';
    }
  }

  /** Runs them as `npm test` does. @param cutOff the limit is over when this resolves */
  async run({ args = ['-w', '2'], graceMs = 60_000, cutOff = new Promise<void>(() => undefined) } = {}): Promise<Sum> {
    const options = { jest: join(ROOT, 'node_modules', '.bin', 'jest'), cwd: this.directory, lines: this.lines, graceMs };
    const script = `
      import { runJest } from ${JSON.stringify(join(ROOT, 'test', 'runner', 'jest-run.mjs'))};
      const limit = new AbortController();
      process.once('SIGUSR2', () => limit.abort());
      const sum = await runJest(${JSON.stringify(args)}, { ...${JSON.stringify(options)}, limit: limit.signal });
      console.log('\\n' + JSON.stringify(sum));`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'ignore'] });
    try {
      let said = '';
      child.stdout.on('data', (text: Buffer) => (said += text.toString()));
      const ended = new Promise((resolve) => child.once('close', resolve));
      await Promise.race([ended, cutOff]);
      child.kill('SIGUSR2');
      await ended;
      return JSON.parse(said.trim().split('\n').at(-1)!) as Sum;
    } finally {
      child.kill('SIGKILL');
    }
  }

  /** The process that a suite has started and left behind is gone. */
  isQuiet(): boolean {
    return !isAlive(Number(readFileSync(this.pidFile, 'utf8')));
  }
}

let project: Project;
afterEach(() => rmSync(project.directory, { recursive: true, force: true }));

const GOOD = `it('adds', () => expect(1 + 1).toBe(2)); it('subtracts', () => expect(1 - 1).toBe(0)); it.skip('divides', () => undefined);`;
const BAD = `it('adds badly', () => expect(1 + 1).toBe(3));`;
const BROKEN = `throw new Error('no suite');`;
/** Never gives up the event loop again: not even time-outs fire. */
const SPINNING = `it('is quick', () => undefined); it('spins', async () => { for (;;) await null; });`;
/** A process that is in a group of its own, and not waited for. */
const leaving = (pidFile: string): string => `
  it('leaves', () => {
    const { spawn } = require('node:child_process');
    const child = spawn('sleep', ['1000'], { detached: true, stdio: 'ignore' });
    child.unref();
    require('node:fs').writeFileSync(${JSON.stringify(pidFile)}, String(child.pid));
  });`;

it('counts the tests of suites that pass, fail and do not even run', async () => {
  project = new Project({ good: GOOD, bad: BAD, broken: BROKEN });
  expect(await project.run()).toEqual({ passed: 2, failed: 2, skipped: 1, troubles: [], left: [] });
});

it.each([
  ['in processes of their own', ['-w', '2']],
  ['in its own process', ['--runInBand']],
])('cuts off suites that spin %s, names them, and counts what had ended', async (_, args) => {
  // Jest takes the larger file first.
  project = new Project({ good: GOOD + ' '.repeat(1000), spinning: SPINNING });
  const spins = (): boolean => /"ended":"good/.test(project.said) && /"test":"spins"/.test(project.said);
  const sum = await project.run({ args, cutOff: until(spins, 'one spins') });
  expect(sum).toMatchObject({ passed: 2, failed: 1, skipped: 1 });
  expect(sum.troubles).toEqual(['did not end: spinning.test.js, at "spins"', 'cut off; 0 suites had not begun']);
});

it('ends what a suite has left behind, and tells', async () => {
  project = new Project({});
  writeFileSync(join(project.directory, 'leaving.test.js'), leaving(project.pidFile));
  expect(await project.run()).toEqual({ passed: 1, failed: 0, skipped: 0, troubles: [], left: ['sleep 1000'] });
  await until(() => project.isQuiet());
});

it('ends what a suite has left behind when it is cut off', async () => {
  project = new Project({});
  writeFileSync(join(project.directory, 'leaving.test.js'), `${leaving(project.pidFile)} ${SPINNING}`);
  const sum = await project.run({ cutOff: until(() => /"test":"spins"/.test(project.said), 'it spins') });
  expect(sum).toMatchObject({ passed: 0, failed: 1, left: [] });
  await until(() => project.isQuiet());
});

it('does not wait for ever when something that is left open keeps it from ending', async () => {
  project = new Project({ open: `it('opens', () => void setInterval(() => undefined, 1000));` });
  const sum = await project.run({ args: ['--runInBand'], graceMs: 0 });
  expect(sum).toEqual({
    passed: 1,
    failed: 1,
    skipped: 0,
    troubles: ['Jest did not end after its last suite: a test has left something open'],
    left: [],
  });
});

it('is a failure when Jest ends with an error that is none of a test', async () => {
  project = new Project({ good: GOOD });
  const sum = await project.run({ args: ['--globalTeardown', './missing.cjs'] });
  expect(sum).toMatchObject({ failed: 1, troubles: ['Jest ended with an error'] });
});
