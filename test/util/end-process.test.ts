import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { endChild } from '../support/end-child';

const ROOT = resolve(__dirname, '../..');

let fifo: string;
let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'end-process-'));
  fifo = join(directory, 'fifo');
  execFileSync('mkfifo', [fifo]);
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** Ends a process with this code; what it does before is a statement. @param patienceMs that it has with what is under way */
async function ending(
  code: number,
  before: string,
  patienceMs = 100,
): Promise<{ code: number | null; signal: string | null; errors: string }> {
  const program = `
    const { awaitNativeWork, endProcess, watchNativeWork } = require('./src/util/end-process.ts');
    ${before};
    void awaitNativeWork(${code}, (message) => process.stderr.write(message), ${patienceMs}).then(() => endProcess(${code}));`;
  const child = spawn(process.execPath, ['-r', './test/support/ts-hook.cjs', '-e', program], { cwd: ROOT });
  let errors = '';
  child.stderr.on('data', (text: Buffer) => (errors += text.toString()));
  const closed = new Promise((done) => child.once('close', done));
  await endChild(child, null);
  await closed;
  return { code: child.exitCode, signal: child.signalCode, errors };
}

const opensFifo = (): string => `require('node:fs').open(${JSON.stringify(fifo)}, 'r', () => {})`;

it.each([0, 1, 143])('ends with exit code %i when nothing is under way', async (code) => {
  expect(await ending(code, 'watchNativeWork(() => null)')).toEqual({ code, signal: null, errors: '' });
});

it.each([
  [0, 'SIGTERM'],
  [143, 'SIGTERM'],
  [130, 'SIGINT'],
  [129, 'SIGHUP'],
  [1, 'SIGKILL'],
])('ends in place of exit code %i by %s when a thread is held for ever, and says so', async (code, signal) => {
  const listens = `process.on('SIGTERM', () => {}).on('SIGINT', () => {}).on('SIGHUP', () => {})`;
  expect(await ending(code, `${listens}; ${opensFifo()}`)).toEqual({
    code: null,
    signal,
    errors: `The process ends by ${signal}, not with exit code ${code}, as this does not come to its end: 1 requests to files`,
  });
});

it('names what only its caller knows of', async () => {
  const { signal, errors } = await ending(0, `watchNativeWork(() => 'a commit'); ${opensFifo()}`);
  expect(signal).toBe('SIGTERM');
  expect(errors).toMatch(/: a commit, 1 requests to files$/);
});

it('waits for what comes to its end', async () => {
  const before = `let left = 5; watchNativeWork(() => (left-- > 0 ? 'a commit' : null))`;
  expect(await ending(7, before, 60_000)).toEqual({ code: 7, signal: null, errors: '' });
});
