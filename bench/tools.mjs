// node bench/tools.mjs --zk HOST:PORT [--points N] [--series N] [--runs N] [--compaction false] [--jars DIR]
//
// How fast `tsdb import` and `tsdb scan --import` are against the original's tools on the same HBase, in turns in one run: wall and processor time of
// each process and of HBase meanwhile, from its start to its end, the start of the program included. Each side has tables of its own, which are gone afterwards. DIR has the jars
// of the original (the interop suites fetch them); bin/build must have been run.
import { spawn } from 'node:child_process';
import { closeSync, createWriteStream, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { ORIGINAL_JARS, originalCommand } from './lib/java.mjs';
import { listenerOf, ProcessMeter } from './lib/process-meter.mjs';
import { dropTables } from './lib/stores.mjs';

const { values: options } = parseArgs({
  options: {
    zk: { type: 'string' },
    points: { type: 'string', default: '1000000' },
    series: { type: 'string', default: '100' },
    runs: { type: 'string', default: '3' },
    compaction: { type: 'string', default: 'true' },
    jars: { type: 'string', default: ORIGINAL_JARS },
    help: { type: 'boolean', default: false },
  },
});
if (options.help || options.zk === undefined) {
  console.error('Usage: bench/tools.mjs --zk HOST:PORT [--points N] [--series N] [--runs N] [--compaction false] [--jars DIR]');
  process.exit(options.help ? 0 : 2);
}
const POINTS = Number(options.points);
const SERIES = Number(options.series);
const START = 1_500_001_200; // on the hour
// The original's scan ends at points of the seconds 80 to 95 of an hour.
const STEP = 60;
const HOUR = 3600;
const ROOT = resolve(import.meta.dirname, '..');

const dir = mkdtempSync(join(tmpdir(), 'bench-tools-'));
const sides = ['original', 'ours'].map((name) => {
  const prefix = `bench_tools_${process.pid}_${name}_`;
  mkdirSync(join(dir, name));
  const config = join(dir, name, 'opentsdb.conf');
  const tables = { data_table: 'tsdb', uid_table: 'tsdb-uid', tree_table: 'tsdb-tree', meta_table: 'tsdb-meta' };
  const keys = Object.entries(tables).map(([key, table]) => `tsd.storage.hbase.${key} = ${prefix}${table}`);
  // The original compacts two thirds of the rows at the end of an import, drawn by lot.
  const lines = [...keys, `tsd.storage.hbase.zk_quorum = ${options.zk}`, `tsd.storage.enable_compaction = ${options.compaction}`, ''];
  writeFileSync(config, lines.join('\n'));
  return { name, prefix, config };
});

const CLASSES = { import: 'TextImporter', scan: 'DumpSeries', mkmetric: 'UidManager', tables: null };

const hbasePid = listenerOf(/:(\d+)/.exec(options.zk)?.[1] ?? 2181);

/** Runs a tool of one side to its end. @returns seconds that passed, that it computed, and that HBase did meanwhile */
async function run({ name, config }, tool, args, output = null) {
  const words = tool === 'mkmetric' ? ['assign', 'metrics', ...args] : args;
  const java = name === 'original' && CLASSES[tool] !== null;
  const [command, rest] = java
    ? originalCommand(CLASSES[tool], [`--config=${config}`, ...words], { jars: options.jars, dir })
    : [process.execPath, [join(ROOT, 'dist/bin/main.js'), tool, `--config=${config}`, ...args]];
  const out = output === null ? 'ignore' : openSync(output, 'w');
  const storage = new ProcessMeter(hbasePid);
  const started = performance.now();
  const child = spawn('/usr/bin/time', ['-f', 'cpu %U %S', command, ...rest], { stdio: ['ignore', out, 'pipe'] });
  let errors = '';
  child.stderr.on('data', (text) => (errors = (errors + text).slice(-2000)));
  const [code] = await once(child, 'close');
  if (out !== 'ignore') closeSync(out);
  const wall = (performance.now() - started) / 1000;
  const used = storage.stop();
  const [, user, system] = /cpu ([\d.]+) ([\d.]+)\s*$/.exec(errors) ?? [];
  if (code !== 0) throw new Error(`${name} ${tool} ended with ${code}: ${errors}`);
  return { wall, cpu: Number(user) + Number(system), storage: used?.cpuSeconds ?? NaN };
}

/** A file of points from a time on, series by series as `scan --import` prints them. */
async function writePoints(path, start) {
  const file = createWriteStream(path);
  const each = Math.floor(POINTS / SERIES);
  for (let s = 0; s < SERIES; s++) {
    let text = '';
    for (let i = 0; i < each; i++)
      text += `bench.tools ${start + i * STEP} ${i % 3 === 0 ? (i / 8).toFixed(3) : i} host=h${s} rack=r${s % 7}\n`;
    if (!file.write(text)) await once(file, 'drain');
  }
  file.end();
  await once(file, 'finish');
  return each * SERIES;
}

const rate = (points, { wall }) =>
  `${Math.round(points / wall)
    .toLocaleString('en-US')
    .padStart(10)}/s`;
const best = (runs) => runs.reduce((a, b) => (a.wall < b.wall ? a : b));

try {
  for (const side of sides) {
    await run(side, 'tables', ['create']);
    await run(side, 'mkmetric', ['bench.tools']);
  }
  const results = { import: { original: [], ours: [] }, scan: { original: [], ours: [] } };
  let points = 0;
  for (let i = 0; i < Number(options.runs); i++) {
    // New rows in each run; what is scanned are those of the last import.
    const start = START + i * Math.ceil((POINTS / SERIES) * (STEP / HOUR) + 1) * HOUR;
    points = await writePoints(join(dir, 'points.txt'), start);
    for (const side of i % 2 === 0 ? sides : [...sides].reverse()) {
      results.import[side.name].push(await run(side, 'import', [join(dir, 'points.txt')]));
      const output = join(dir, `${side.name}.out`);
      results.scan[side.name].push(await run(side, 'scan', ['--import', String(start), 'none', 'bench.tools'], output));
    }
  }
  console.log(`${points.toLocaleString('en-US')} points of ${SERIES} series, best of ${options.runs}, the start of the program included`);
  for (const [tool, { original, ours }] of Object.entries(results)) {
    const [theirs, mine] = [best(original), best(ours)];
    for (const [name, result] of [
      ['original', theirs],
      ['ours', mine],
    ])
      // prettier-ignore
      console.log(`${tool.padEnd(7)} ${name.padEnd(9)} ${rate(points, result)}  ${result.wall.toFixed(2)} s, ${result.cpu.toFixed(2)} s of processor, ${result.storage.toFixed(2)} s of HBase's`);
    console.log(
      `${tool.padEnd(7)} ours is ${(theirs.wall / mine.wall).toFixed(1)} times as fast, with ${(mine.cpu / theirs.cpu).toFixed(2)} of the processor time`,
    );
  }
} finally {
  for (const { prefix } of sides) await dropTables(options.zk, prefix);
  rmSync(dir, { recursive: true, force: true });
}
