// `npm test`: installs and builds if need be, then runs every check and every test, and prints the sum on the last line.
//
//   npm test                 everything, with the unit tests' coverage; suites that need Java, HBase or Redis say so when they are skipped
//   npm test -- --quick      types, lint and the unit tests only
//   npm test -- --workers    the suites that start daemons as users do, with three workers each: a quarter of an hour
//   CI=true npm test         a skipped suite is a failure
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const quick = process.argv.includes('--quick');
const withWorkers = process.argv.includes('--workers');
const bin = (name) => path.join(root, 'node_modules', '.bin', name);
let passed = 0;
let failed = 0;

function run(title, command, args, env = {}) {
  console.log(`\n== ${title}`);
  return spawnSync(command, args, { cwd: root, stdio: 'inherit', env: { ...process.env, ...env } }).status === 0;
}
function check(title, command, args) {
  if (run(title, command, args)) passed++;
  else failed++;
}

if (!run('install and build', path.join(root, 'bin', 'build'), [])) {
  console.log('tests: 0 passed, 1 failed');
  process.exit(1);
}
/** Runs suites, and counts their tests. @param selection what `jest` is told to run */
function jest(title, selection, env = {}) {
  const report = path.join(root, '.build', `jest-${title.replaceAll(' ', '-')}.json`);
  fs.rmSync(report, { force: true });
  const ok = run(`jest: ${title}`, bin('jest'), ['--json', `--outputFile=${report}`, '--passWithNoTests', ...selection], env);
  if (!fs.existsSync(report)) {
    failed++;
    return;
  }
  const sum = JSON.parse(fs.readFileSync(report, 'utf8'));
  passed += sum.numPassedTests;
  failed += sum.numFailedTests + sum.numRuntimeErrorTestSuites;
  if (!ok && sum.numFailedTests + sum.numRuntimeErrorTestSuites === 0) failed++;
  if (process.env.CI === 'true' && sum.numPendingTests > 0) {
    console.log(`${sum.numPendingTests} tests were skipped, and CI=true makes that a failure`);
    failed += sum.numPendingTests;
  }
}

// Suites beside the unit tests share programs and ports with each other, or measure memory: one at a time.
const AT_ONCE = new Set(['unit', 'browser']);
const inTurn = (project) => (AT_ONCE.has(project) ? [] : ['--runInBand']);
const THREE_WORKERS = { TSDB_TEST_WORKERS: '3' };
// Names, order and durability: what workers do together. All suites, with those of faults, pass so: `--workers`.
const SLICE = '/(uid-race|durability|shared-tables)\\.test';

const CHECKS = [
  ['types', bin('tsc'), ['--noEmit', '-p', 'tsconfig.json']],
  ['types of the page', bin('tsc'), ['-p', 'web/tsconfig.json']],
  ['eslint', bin('eslint'), ['.']],
  ['prettier', bin('prettier'), ['--check', '--log-level', 'warn', '.']],
  ['import directions', bin('depcruise'), ['--config', '.dependency-cruiser.cjs', '--output-type', 'err', 'src', 'web/src']],
];

if (withWorkers) {
  for (const project of ['attack', 'browser', 'interop', 'clients'])
    jest(`${project} with workers`, ['--selectProjects', project, ...inTurn(project)], THREE_WORKERS);
} else {
  for (const line of CHECKS) check(...line);
  // What the unit tests reach of src/ is told at their end; it costs some time.
  jest('unit', ['--selectProjects', 'unit', ...(quick ? [] : ['--coverage'])]);
  if (!quick) {
    for (const project of ['attack', 'browser', 'interop', 'clients']) jest(project, ['--selectProjects', project, ...inTurn(project)]);
    jest('with workers', ['--selectProjects', 'interop', '--runInBand', '--testPathPatterns', SLICE], THREE_WORKERS);
  }
}
console.log(`tests: ${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
