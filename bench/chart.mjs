#!/usr/bin/env node
// What it costs to draw charts, against gnuplot with the script that the original writes: processor time, in turns, on one machine.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createRequire } from 'node:module';

const HELP = `node bench/chart.mjs [--rounds N] [--turns N]
Draws 10 series of 1,000 points, 50 of 1,000 and 1 of 100,000 as PNG, 1024x768, with this program and with gnuplot (gnuplot-nox), in turns, and
prints the milliseconds of processor time that a picture takes: the median of N rounds (5) of N pictures (20). Build first (bin/build).
gnuplot's includes the start of its process, as in the original, which starts one for each picture; ours are drawn in a warm thread, as in the daemon.`;

const { values: options } = parseArgs({
  options: { help: { type: 'boolean' }, rounds: { type: 'string', default: '5' }, turns: { type: 'string', default: '20' } },
});
if (options.help) {
  console.log(HELP);
  process.exit(0);
}
const rounds = Number(options.rounds);
const turns = Number(options.turns);
const { Drawer, DEFAULT_COLORS, DEFAULT_LEGEND, PLAIN_AXIS } = createRequire(import.meta.url)('../dist/chart');

const START = 1_700_000_000;
const SPAN = 3600;
let seed = 1;
const random = () => (seed = (seed * 1103515245 + 12345) & 0x7fffffff) / 0x7fffffff;

/** Series that wander about. */
function makeSeries(count, size) {
  return Array.from({ length: count }, (_none, n) => {
    const times = new Float64Array(size);
    const values = new Float64Array(size);
    for (let i = 0, value = n * 10; i < size; i++) {
      times[i] = (START + (i * SPAN) / size) * 1000;
      values[i] = value += random() - 0.5;
    }
    return { name: `sys.cpu.user{host=web${n}}`, axis: 'left', times, values };
  });
}

const describe = (series) => ({
  size: { width: 1024, height: 768 },
  title: null,
  time: { from: START * 1000, to: (START + SPAN) * 1000, zone: 'UTC', format: null },
  left: PLAIN_AXIS,
  right: PLAIN_AXIS,
  series,
  style: 'linespoint',
  smoothing: 'none',
  legend: DEFAULT_LEGEND,
  colors: DEFAULT_COLORS,
  annotations: [],
  notice: null,
});

/** The data files and the script of the original. @returns the script's path */
function writeScript(directory, series) {
  const plots = series.map(({ name, times, values }, n) => {
    const file = join(directory, `${n}.dat`);
    writeFileSync(file, Array.from(times, (time, i) => `${Math.floor(time / 1000)} ${values[i]}\n`).join(''));
    return `"${file}" using 1:2 title "${name}"`;
  });
  const script = join(directory, 'script.gnuplot');
  const lines = [
    'set term png small size 1024,768',
    'set xdata time',
    'set timefmt "%s"',
    'if (GPVAL_VERSION < 4.6) set xtics rotate; else set xtics rotate right',
    `set output "${join(directory, 'out.png')}"`,
    `set xrange ["${START}":"${START + SPAN}"]`,
    'set format x "%H:%M"',
    'set grid',
    'set style data linespoint',
    'set key right box',
    `plot ${plots.join(', ')}`,
  ];
  writeFileSync(script, `${lines.join('\n')}\n`);
  return script;
}

/** Milliseconds of processor time for a picture of gnuplot. */
function gnuplot(script) {
  const loop = `TIMEFORMAT='%U %S'; time for i in $(seq ${turns}); do nice gnuplot "$0"; done`;
  const { stderr } = spawnSync('bash', ['-c', loop, script], { encoding: 'utf8' });
  const [user, system] = stderr.trim().split('\n').pop().split(' ').map(Number);
  return ((user + system) * 1000) / turns;
}

function ours(drawer, chart, format) {
  const before = process.cpuUsage();
  for (let turn = 0; turn < turns; turn++) drawer.draw(chart, format);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000 / turns;
}

const median = (numbers) => numbers.sort((one, other) => one - other)[numbers.length >> 1];

try {
  console.log(execFileSync('gnuplot', ['--version'], { encoding: 'utf8' }).trim());
} catch {
  console.error('gnuplot is not installed (apt-get install gnuplot-nox)');
  process.exit(1);
}
const directory = mkdtempSync(join(tmpdir(), 'bench-chart-'));
try {
  const first = process.cpuUsage();
  const drawer = new Drawer();
  drawer.draw(describe(makeSeries(10, 1000)), 'png');
  const { user, system } = process.cpuUsage(first);
  console.log(`the first picture of a thread, with its font: ${Math.round((user + system) / 1000)} ms`);
  console.log('series x points   gnuplot      PNG  PNG/gnuplot      SVG   (ms of processor time)');
  for (const [count, size] of [
    [10, 1000],
    [50, 1000],
    [1, 100_000],
  ]) {
    const series = makeSeries(count, size);
    const script = writeScript(directory, series);
    const chart = describe(series);
    const results = { gnuplot: [], png: [], svg: [] };
    for (let round = 0; round < rounds; round++) {
      results.gnuplot.push(gnuplot(script));
      results.png.push(ours(drawer, chart, 'png'));
      results.svg.push(ours(drawer, chart, 'svg'));
    }
    const [other, png, svg] = [results.gnuplot, results.png, results.svg].map(median);
    const cells = [
      `${count} x ${size}`.padEnd(15),
      other.toFixed(1).padStart(9),
      png.toFixed(1).padStart(8),
      (png / other).toFixed(2).padStart(12),
    ];
    console.log(`${cells.join(' ')} ${svg.toFixed(1).padStart(8)}`);
  }
} finally {
  rmSync(directory, { recursive: true, force: true });
}
