// Runs unit tests in one process that is stopped for some time again and again, as by a machine that has other things to do: what rests on time fails.
//
//   node test/runner/stutter.mjs PATTERN [--stop MS] [--run MS] [--project unit]
import { spawn } from 'node:child_process';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    stop: { type: 'string', default: '300' },
    run: { type: 'string', default: '250' },
    project: { type: 'string', default: 'unit' },
  },
});
const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const jest = path.join(root, 'node_modules', 'jest', 'bin', 'jest.js');
const args = ['--selectProjects', values.project, '--runInBand', '--testPathPatterns', positionals[0] ?? ''];
const child = spawn(process.execPath, [jest, ...args], { cwd: root, stdio: 'inherit' });
const runs = () => child.exitCode === null && child.signalCode === null;
process.once('SIGINT', () => child.kill('SIGKILL'));

/** Half to one and a half of it. */
const about = (ms) => sleep(Number(ms) * (0.5 + Math.random()));
while (runs()) {
  await about(values.run);
  child.kill('SIGSTOP');
  await about(values.stop);
  child.kill('SIGCONT');
}
process.exitCode = child.exitCode ?? 1;
