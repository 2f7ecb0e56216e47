import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { RunDirectory } from '../interop/support/run-directory';
import { endChild } from '../support/end-child';
import { isAlive } from '../support/is-alive';
import { until } from '../support/until';

const HOOK = resolve(__dirname, '../support/ts-hook.cjs');
const MODULE = resolve(__dirname, '../interop/support/run-directory.ts');

const children: ChildProcess[] = [];
const was = process.env.TSDB_TEST_RUN_DIRECTORY;
let runs: string;
beforeEach(() => {
  runs = mkdtempSync(join(tmpdir(), 'runs-'));
});
afterEach(async () => {
  if (was === undefined) delete process.env.TSDB_TEST_RUN_DIRECTORY;
  else process.env.TSDB_TEST_RUN_DIRECTORY = was;
  await Promise.all(children.splice(0).map((child) => endChild(child, 'SIGKILL')));
  rmSync(runs, { recursive: true, force: true });
});

/** A run of tests that has started a program, which does not end by itself. */
async function otherRun(): Promise<{ run: ChildProcess; path: string; started: number }> {
  const script = `
    const { RunDirectory } = require(${JSON.stringify(MODULE)});
    const { path } = RunDirectory.make(${JSON.stringify(runs)});
    const { pid } = require('node:child_process').spawn('sleep', ['600'], { detached: true, stdio: 'ignore' });
    console.log(JSON.stringify({ path, started: pid }));
    setInterval(() => {}, 1000);`;
  const run = spawn(process.execPath, ['-r', HOOK, '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(run);
  const [said] = (await once(run.stdout, 'data')) as [Buffer];
  return { run, ...(JSON.parse(said.toString()) as { path: string; started: number }) };
}

it('is its own, and gone afterwards', () => {
  const [one, other] = [RunDirectory.make(runs), RunDirectory.make(runs)];
  expect(one.path).not.toBe(other.path);
  expect(RunDirectory.current).toBe(other.path);
  for (const directory of [one, other]) directory.remove();
  expect(readdirSync(runs)).toEqual([]);
});

it('leaves that of a run alone that goes on, and clears what a killed one has left behind: files and processes', async () => {
  const { run, path, started } = await otherRun();
  const during = RunDirectory.make(runs);
  expect([existsSync(path), isAlive(started)]).toEqual([true, true]);
  during.remove();

  await endChild(run, 'SIGKILL');
  const after = RunDirectory.make(runs);
  await until(() => !isAlive(started), 'what the killed run had started is gone');
  expect(existsSync(path)).toBe(false);
  after.remove();
  expect(readdirSync(runs)).toEqual([]);
});
