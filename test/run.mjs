// `npm test`: installs and builds if need be, then runs every check and every test, and prints the sum on the last line.
//
//   npm test                 everything, with the unit tests' coverage; suites that need Java, HBase or Redis say so when they are skipped
//   npm test -- --quick      types, lint and the unit tests only
//   npm test -- --workers    the suites that start daemons as users do, with three workers each: a quarter of an hour
//   CI=true npm test         a skipped suite is a failure
//
// Nothing runs for ever: each part has a limit, and so has the whole. What a part that is cut off was at is named, and the next one runs.
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { runJest } from './runner/jest-run.mjs';
import { killRunning, runLimited } from './runner/limited-run.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const quick = process.argv.includes('--quick');
const withWorkers = process.argv.includes('--workers');
const bin = (name) => path.join(root, 'node_modules', '.bin', name);
let passed = 0;
let failed = 0;

// In minutes: some three times what each takes on two cores, all together less than 40.
const WHOLE = 75;
const LIMITS = { unit: 30, attack: 12, browser: 12, interop: 25, clients: 12, 'with workers': 10 };
const PREPARATION = 10;
const CHECK = 5;
const end = performance.now() + WHOLE * 60_000;
// Not AbortSignal.any and AbortSignal.timeout: Node 20 may collect those as garbage before they fire.
function limitOf(minutes) {
  const limit = new AbortController();
  setTimeout(() => limit.abort(), Math.max(0, Math.min(minutes * 60_000, end - performance.now()))).unref();
  return limit.signal;
}

for (const [signal, number] of [
  ['SIGINT', 2],
  ['SIGTERM', 15],
])
  process.once(signal, () => {
    killRunning();
    process.exit(128 + number);
  });

const announce = (title) => console.log(`\n== ${title}`);

/** @returns whether it went well */
async function run(title, command, args, minutes) {
  announce(title);
  const { ok, cut } = await runLimited(command, args, { cwd: root, limit: limitOf(minutes) });
  if (cut) console.log(`${title}: cut off`);
  if (!ok) failed++;
  return ok;
}
async function check(title, command, args) {
  if (await run(title, command, args, CHECK)) passed++;
}

/** Runs suites, and counts their tests. @param selection what `jest` is told to run */
async function jest(title, selection, { env = {}, minutes = LIMITS[title] } = {}) {
  announce(`jest: ${title}`);
  const sum = await runJest(selection, {
    jest: bin('jest'),
    cwd: root,
    env,
    lines: path.join(root, '.build', `jest-${title.replaceAll(' ', '-')}.lines`),
    limit: limitOf(minutes),
  });
  passed += sum.passed;
  failed += sum.failed;
  for (const trouble of sum.troubles) console.log(`jest: ${title}: ${trouble}`);
  for (const command of sum.left) console.log(`jest: ${title}: left behind: ${command}`);
  if (process.env.CI === 'true' && sum.skipped > 0) {
    console.log(`${sum.skipped} tests were skipped, and CI=true makes that a failure`);
    failed += sum.skipped;
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

async function runAll() {
  if (!(await run('install and build', path.join(root, 'bin', 'build'), [], PREPARATION))) return;
  if (withWorkers) {
    for (const project of ['attack', 'browser', 'interop', 'clients'])
      await jest(`${project} with workers`, ['--selectProjects', project, ...inTurn(project)], {
        env: THREE_WORKERS,
        minutes: LIMITS[project],
      });
    return;
  }
  for (const line of CHECKS) await check(...line);
  // What the unit tests reach of src/ is told at their end; it costs some time.
  await jest('unit', ['--selectProjects', 'unit', ...(quick ? [] : ['--coverage'])]);
  if (quick) return;
  for (const project of ['attack', 'browser', 'interop', 'clients']) await jest(project, ['--selectProjects', project, ...inTurn(project)]);
  await jest('with workers', ['--selectProjects', 'interop', '--runInBand', '--testPathPatterns', SLICE], { env: THREE_WORKERS });
}

try {
  await runAll();
} catch (error) {
  console.log(error);
  failed++;
}
console.log(`\ntests: ${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
