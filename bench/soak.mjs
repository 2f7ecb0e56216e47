#!/usr/bin/env node
// Puts a TSD under a steady load for some time and watches its memory. It ends by itself: every point that the TSD has taken must be there,
// and the line through its resident memory over the second half of the time must not rise by more than --max-slope.
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { MemorySeries } from './lib/memory-series.mjs';
import { paceHttp, paceTelnet, Schedule } from './lib/paced.mjs';
import { buildStep, hostOf } from './lib/points.mjs';
import { percentile } from './lib/put-latency.mjs';
import { countStored, Problems } from './lib/senders.mjs';

const USAGE = `Usage: bench/soak.mjs --port PORT --pid PID [options]
  --minutes N         how long (30)
  --rate N            points/s by telnet (20000)
  --http-rate N       points/s by HTTP beside them (0)
  --queries N         queries/s beside them: a series of the last two hours of data, summed to minutes (0)
  --series N          series of each of both loads (10000)
  --connections N     telnet connections (4)
  --step SECONDS      between two points of a series, in data time: with --rate it says how fast hours end, to be compacted (10)
  --hour-end MINUTE   when, in the run, the first hour of the data ends; 0: it begins with an hour (0)
  --every SECONDS     between two looks at the memory (5)
  --max-slope N       megabytes a minute that count as flat (2)
  --hbase-pid PID     another process whose memory to show at the end`;

const { values: options } = parseArgs({
  options: {
    port: { type: 'string' },
    pid: { type: 'string' },
    minutes: { type: 'string', default: '30' },
    rate: { type: 'string', default: '20000' },
    'http-rate': { type: 'string', default: '0' },
    queries: { type: 'string', default: '0' },
    series: { type: 'string', default: '10000' },
    connections: { type: 'string', default: '4' },
    step: { type: 'string', default: '10' },
    'hour-end': { type: 'string', default: '0' },
    every: { type: 'string', default: '5' },
    'max-slope': { type: 'string', default: '2' },
    'hbase-pid': { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
if (options.help || !options.port || !options.pid) {
  console.error(USAGE);
  process.exit(options.help ? 0 : 2);
}

const [port, minutes, series, stepSeconds] = [options.port, options.minutes, options.series, options.step].map(Number);
const LINES_A_PIECE = 200;
const HTTP_BATCH = 50;
const HTTP_CONNECTIONS = 2;
const HOUR = 3600;
/** Points that are counted by one query, about. */
const COUNTED_AT_ONCE = 8_000_000;
/** How long points may take to be readable once the load has ended. */
const SETTLE_MS = 120_000;

const problems = new Problems();
const memory = new MemorySeries(options.pid);
const number = (n) => Math.round(n).toLocaleString('en');

/** One of the loads: its metric, its times, and what the server has taken of it. */
function loadOf(proto, rate, connections, batch) {
  if (rate <= 0) return null;
  const metric = `bench.soak.${proto}.${process.pid}`;
  const steps = Math.max(1, Math.round((rate * minutes * 60) / series));
  // It ends about now: what it writes is of hours that are over, and is compacted on the way.
  const hour = Math.floor((Date.now() / 1000 - steps * stepSeconds) / HOUR) * HOUR;
  const stepsToHourEnd = Math.round((Number(options['hour-end']) * 60 * rate) / series);
  const start = hour - ((stepsToHourEnd * stepSeconds) % HOUR);
  const schedules = buildStep({ proto, metric, series, connections, batch })
    .filter((pieces) => pieces.length > 0)
    .map((pieces) => {
      const share = pieces.reduce((n, piece) => n + piece.points, 0) / series;
      return new Schedule(pieces, { rate: rate * share, start, stepSeconds, steps });
    });
  return { proto, metric, steps, start, schedules, taken: 0 };
}

const loads = [
  loadOf('telnet', Number(options.rate), Number(options.connections), LINES_A_PIECE),
  loadOf('http', Number(options['http-rate']), HTTP_CONNECTIONS, HTTP_BATCH),
].filter((load) => load !== null);

async function run(load) {
  const pace = load.proto === 'http' ? paceHttp : paceTelnet;
  const taken = (points) => (load.taken += points);
  await Promise.all(load.schedules.map((schedule) => pace(port, schedule, { taken, problems })));
}

const latencies = [];
async function ask(load, perSecond, going) {
  for (let n = 0; going(); n++) {
    const host = hostOf((n * 7919) % series);
    const end = load.schedules[0].time;
    const began = performance.now();
    const answer = await fetch(
      `http://127.0.0.1:${port}/api/query?start=${end - 2 * HOUR}&end=${end}&m=sum:1m-avg:${load.metric}{host=${host}}`,
    ).catch((error) => ({ status: 0, text: () => String(error) }));
    const text = await answer.text();
    latencies.push(performance.now() - began);
    // A series whose first point is still under way is unknown.
    if (answer.status !== 200 && !text.includes('No such name')) problems.add(text.slice(0, 200));
    await sleep(Math.max(0, 1000 / perSecond - (performance.now() - began)));
  }
}

/** Counts the points of a load by hours and, where one has very many, by hosts: a query reads whole hours. @returns how many are readable */
async function count(load) {
  const stepsAnHour = Math.max(1, Math.floor(HOUR / stepSeconds));
  const hours = Math.max(1, Math.floor(COUNTED_AT_ONCE / (series * stepsAnHour)));
  const hostsAtOnce = Math.max(1, Math.floor(COUNTED_AT_ONCE / Math.min(load.steps, stepsAnHour)));
  const began = performance.now();
  let found = 0;
  for (let step = 0; step < load.steps; step += hours * stepsAnHour) {
    const steps = Math.min(hours * stepsAnHour, load.steps - step);
    const start = load.start + step * stepSeconds;
    for (let host = 0; host < series; host += hostsAtOnce) {
      const hosts = Array.from({ length: Math.min(hostsAtOnce, series - host) }, (_, i) => hostOf(host + i));
      const filter = hosts.length === series ? [] : hosts;
      let here = 0;
      for (;;) {
        here = await countStored(port, load.metric, start, start + steps * stepSeconds, filter);
        if (here >= steps * hosts.length || performance.now() - began > SETTLE_MS) break;
        await sleep(1000);
      }
      found += here;
    }
  }
  return found;
}

const began = performance.now();
let going = true;
let lastTaken = 0;
let lastAt = began;
let worstBehind = 0;
let looks = 0;
const looksALine = Math.max(1, Math.round((minutes * 60) / Number(options.every) / 30));
const watch = setInterval(
  () => {
    const { minutes: at, rss, anon, peak } = memory.sample();
    const behind = loads.flatMap((load) => load.schedules).reduce((sum, schedule) => sum + schedule.behind(), 0);
    worstBehind = Math.max(worstBehind, behind);
    if (looks++ % looksALine > 0) return;
    const taken = loads.reduce((sum, load) => sum + load.taken, 0);
    const rate = ((taken - lastTaken) * 1000) / (performance.now() - lastAt);
    [lastTaken, lastAt] = [taken, performance.now()];
    console.log(
      `${at.toFixed(1).padStart(6)} min  ${rss.toFixed(0).padStart(5)} MB (${anon.toFixed(0)} its own), peak ${peak.toFixed(0)} MB, ${number(rate)} points/s, ${number(behind)} behind`,
    );
  },
  Number(options.every) * 1000,
);

for (const load of loads)
  console.log(
    `${load.proto}: ${number(load.steps * series)} points of ${number(series)} series in ${minutes} min, ${((load.steps * stepSeconds) / HOUR).toFixed(1)} hours of data`,
  );
const queries = Number(options.queries) > 0 ? ask(loads[0], Number(options.queries), () => going) : null;
await Promise.all(loads.map(run));
const lasted = (performance.now() - began) / 1000;
going = false;
await queries;
memory.sample();
clearInterval(watch);

let lost = 0;
for (const load of loads) {
  const found = await count(load);
  lost += Math.max(0, load.taken - found);
  console.log(
    `${load.proto}: ${number(load.taken)} of ${number(load.steps * series)} points taken, ${number(found)} found, ${number(load.taken / lasted)} points/s`,
  );
}
problems.report(console.log);
if (latencies.length > 0) {
  latencies.sort((a, b) => a - b);
  console.log(
    `${number(latencies.length)} queries: p50 ${percentile(latencies, 50).toFixed(0)} ms, p99 ${percentile(latencies, 99).toFixed(0)} ms`,
  );
}
console.log(memory.graph());
for (const [of, what] of [
  ['rss', 'resident'],
  ['anon', 'its own'],
]) {
  const { min, median, max, slope } = MemorySeries.describe(memory.secondHalf(), of);
  console.log(
    `second half, ${what}: ${min.toFixed(0)}-${max.toFixed(0)} MB, median ${median.toFixed(0)}, slope ${slope.toFixed(2)} MB/min`,
  );
}
console.log(`peak since its start ${memory.peak.toFixed(0)} MB; at most ${number(worstBehind)} points behind`);
if (options['hbase-pid'])
  console.log(`process ${options['hbase-pid']}: ${new MemorySeries(options['hbase-pid']).sample().rss.toFixed(0)} MB`);
const flat = MemorySeries.describe(memory.secondHalf(), 'anon').slope <= Number(options['max-slope']);
console.log(`${lost === 0 && flat ? 'PASSED' : 'FAILED'}: ${number(lost)} points missing, memory ${flat ? 'flat' : 'rises'}`);
process.exitCode = lost === 0 && flat ? 0 : 1;
