// Runs unit tests in one process that is stopped for some time again and again, as by a machine that has other things to do: what rests on time fails.
//
//   node test/runner/stutter.mjs PATTERN [--stop MS] [--run MS] [--project unit] [--any]
//
// With --any it is each time one of all processes, those included that the suites have started: daemons, the original, HBase.
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { markedProcesses } from './marked-processes.cjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    stop: { type: 'string', default: '300' },
    run: { type: 'string', default: '250' },
    project: { type: 'string', default: 'unit' },
    any: { type: 'boolean', default: false },
  },
});
const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const jest = path.join(root, 'node_modules', 'jest', 'bin', 'jest.js');
const args = ['--selectProjects', values.project, '--runInBand', '--testPathPatterns', positionals[0] ?? ''];
const mark = randomUUID();
const child = spawn(process.execPath, [jest, ...args], { cwd: root, stdio: 'inherit', env: { ...process.env, TSDB_TEST_RUN: mark } });
const runs = () => child.exitCode === null && child.signalCode === null;
process.once('SIGINT', () => child.kill('SIGKILL'));

/** Half to one and a half of it. */
const about = (ms) => sleep(Number(ms) * (0.5 + Math.random()));
const signal = (pid, name) => {
  try {
    process.kill(pid, name);
  } catch {
    // has ended meanwhile
  }
};
while (runs()) {
  await about(values.run);
  const all = values.any ? markedProcesses(mark) : [];
  const pid = all[Math.floor(Math.random() * all.length)] ?? child.pid;
  signal(pid, 'SIGSTOP');
  await about(values.stop);
  signal(pid, 'SIGCONT');
}
process.exitCode = child.exitCode ?? 1;
