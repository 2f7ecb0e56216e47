// `npm test`: installs and builds if need be, then runs every check and every test, and prints the sum on the last line.
//
//   npm test                 everything, with the unit tests' coverage; suites that need Java, HBase or Redis say so when they are skipped
//   npm test -- --quick      types, lint and the unit tests only
//   CI=true npm test         a skipped suite is a failure
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const quick = process.argv.includes('--quick');
const bin = (name) => path.join(root, 'node_modules', '.bin', name);
let passed = 0;
let failed = 0;

function run(title, command, args) {
  console.log(`\n== ${title}`);
  return spawnSync(command, args, { cwd: root, stdio: 'inherit' }).status === 0;
}
function check(title, command, args) {
  if (run(title, command, args)) passed++;
  else failed++;
}

if (!run('install and build', path.join(root, 'bin', 'build'), [])) {
  console.log('tests: 0 passed, 1 failed');
  process.exit(1);
}
check('types', bin('tsc'), ['--noEmit', '-p', 'tsconfig.json']);
check('types of the page', bin('tsc'), ['-p', 'web/tsconfig.json']);
check('eslint', bin('eslint'), ['.']);
check('prettier', bin('prettier'), ['--check', '--log-level', 'warn', '.']);
check('import directions', bin('depcruise'), ['--config', '.dependency-cruiser.cjs', '--output-type', 'err', 'src', 'web/src']);

for (const project of quick ? ['unit'] : ['unit', 'attack', 'browser', 'interop', 'clients']) {
  const report = path.join(root, '.build', `jest-${project}.json`);
  fs.rmSync(report, { force: true });
  // Suites of the others share programs and ports with each other, or measure memory: one at a time.
  const workers = project === 'unit' || project === 'browser' ? [] : ['--runInBand'];
  // What the unit tests reach of src/ is told at their end; it costs some time.
  const coverage = project === 'unit' && !quick ? ['--coverage'] : [];
  const ok = run(`jest: ${project}`, bin('jest'), [
    '--selectProjects',
    project,
    '--json',
    `--outputFile=${report}`,
    '--passWithNoTests',
    ...workers,
    ...coverage,
  ]);
  if (!fs.existsSync(report)) {
    failed++;
    continue;
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
console.log(`tests: ${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
