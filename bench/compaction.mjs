#!/usr/bin/env node
// How long puts take while the rows of an hour are compacted, against how long they take otherwise. The rows are of an hour long ago,
// so they are due at once; the TSD's `tsd.storage.compaction.flush_speed` says in which part of an hour it wants to be through with
// them. With --vs the same is done with a second TSD, one after the other.
import { parseArgs } from 'node:util';
import { setTimeout as sleep } from 'node:timers/promises';
import { buildStep } from './lib/points.mjs';
import { measurePuts, percentile, steadyLoad } from './lib/put-latency.mjs';
import { Problems, sendAll } from './lib/senders.mjs';

const USAGE = `Usage: bench/compaction.mjs --port PORT [--vs PORT2] [options]
  --rows N         rows of the hour that is over (50000)
  --cells N        points of each (10)
  --seconds N      how long puts are measured, with and without compaction (300)
  --requests N     measured puts a second, each acknowledged by storage (50)
  --points N       points of each (10)
  --load N         further points a second, by telnet (2000)
  --skip-rest      measure under compaction only`;

const { values: options } = parseArgs({
  options: {
    port: { type: 'string' },
    vs: { type: 'string' },
    rows: { type: 'string', default: '50000' },
    cells: { type: 'string', default: '10' },
    seconds: { type: 'string', default: '300' },
    requests: { type: 'string', default: '50' },
    points: { type: 'string', default: '10' },
    load: { type: 'string', default: '2000' },
    'skip-rest': { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (options.help || !options.port) {
  console.error(USAGE);
  process.exit(options.help ? 0 : 2);
}

const rows = Number(options.rows);
const cells = Number(options.cells);
const seconds = Number(options.seconds);
const SERIES = 2000;
/** Seconds a line of the table stands for. */
const SLICE = 10;
const START_WITHIN_MS = 180_000;
const HOUR = 3600;
const metric = `bench.compaction.${process.pid}`;
const hourStart = (Math.floor(Date.now() / 1000 / HOUR) - 24) * HOUR;

/** What the TSD says of its compactions. */
async function figures(port) {
  const stats = await (await fetch(`http://127.0.0.1:${port}/api/stats`)).json();
  const of = (name) => Number(stats.find((s) => s.metric === `tsd.compaction.${name}`)?.value ?? 0);
  return { queued: of('queue.size'), merged: of('count') };
}

/** Rows with many cells each, as an hour's points leave them; nobody reads them. */
async function fill(port, problems) {
  const step = buildStep({ proto: 'telnet', metric, series: rows, connections: 4, batch: 500 });
  const times = Array.from({ length: cells }, (_, i) => hourStart + Math.floor((i * HOUR) / cells));
  await sendAll({ port, proto: 'telnet', step, times, problems });
}

async function measure(port, problems) {
  const queued = new Map();
  const began = performance.now();
  const before = await figures(port);
  const timer = setInterval(async () => {
    const at = (performance.now() - began) / 1000;
    queued.set(Math.floor(at / SLICE), await figures(port).catch(() => before));
  }, 2000);
  const samples = await measurePuts({
    port,
    metric: `${metric}.put`,
    seconds,
    requestsPerSecond: Number(options.requests),
    pointsPerRequest: Number(options.points),
    series: SERIES,
    problems,
  });
  clearInterval(timer);
  return { samples, queued, before, after: await figures(port) };
}

const ms = (n) => n.toFixed(1).padStart(8);
const sortedMs = (samples) => samples.map((s) => s.ms).sort((a, b) => a - b);

function show(title, { samples, queued, before, after }) {
  const merged = after.merged - before.merged;
  console.log(`  ${title}: ${merged} rows merged, ${before.queued} -> ${after.queued} rows in the queue`);
  console.log('     from s     p50 ms   p99 ms   max ms   rows merged   in queue');
  let last = before.merged;
  const slices = [];
  for (let slice = 0; slice * SLICE < seconds; slice++) {
    const part = sortedMs(samples.filter(({ at }) => Math.floor(at / SLICE) === slice));
    if (part.length > 0) slices.push(percentile(part, 99));
    const figure = queued.get(slice);
    if (part.length === 0 || !figure) continue;
    const counts = `${String(figure.merged - last).padStart(13)} ${String(figure.queued).padStart(10)}`;
    console.log(
      `  ${String(slice * SLICE).padStart(9)}   ${ms(percentile(part, 50))} ${ms(percentile(part, 99))} ${ms(part.at(-1))} ${counts}`,
    );
    last = figure.merged;
  }
  const all = sortedMs(samples);
  // On a machine with other work the whole's p99 is that of a few bad moments; the median of the lines is not.
  const typical = percentile(
    slices.sort((a, b) => a - b),
    50,
  );
  const summary = { p50: percentile(all, 50), p99: percentile(all, 99), max: all.at(-1), typical };
  console.log(`        all   ${ms(summary.p50)} ${ms(summary.p99)} ${ms(summary.max)}   median of the p99s above ${ms(typical).trim()}`);
  return summary;
}

async function bench(port) {
  const problems = new Problems();
  console.log(
    `port ${port}: ${rows} rows of ${cells} points, ${options.requests} puts/s of ${options.points} points, ${options.load} points/s beside`,
  );
  const stop = steadyLoad({ port, metric: `${metric}.load`, pointsPerSecond: Number(options.load), series: SERIES });
  // Names are assigned and code is warm before anything counts.
  await measurePuts({
    port,
    metric: `${metric}.put`,
    seconds: 15,
    requestsPerSecond: Number(options.requests),
    pointsPerRequest: Number(options.points),
    series: SERIES,
    problems,
  });
  const rest = options['skip-rest'] ? null : show('at rest', await measure(port, problems));
  const { merged } = await figures(port);
  await fill(port, problems);
  const giveUp = Date.now() + START_WITHIN_MS;
  while ((await figures(port)).merged === merged && Date.now() < giveUp) await sleep(1000);
  const under = show('under compaction', await measure(port, problems));
  stop();
  problems.report(console.log);
  if (!rest) return;
  const ratio = (figure) => (under[figure] / rest[figure]).toFixed(2);
  console.log(`  under compaction against at rest: p99 ${ratio('p99')} x, median p99 ${ratio('typical')} x, p50 ${ratio('p50')} x`);
}

for (const port of [options.port, options.vs]) if (port) await bench(Number(port));
