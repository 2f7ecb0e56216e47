#!/usr/bin/env node
// node bench/large-query.mjs --port PORT --pid PID [--load] [options]
//
// What a large query costs others: how far the memory of a TSD rises under an answer of hundreds of megabytes with a client that reads slowly,
// and what puts that wait for storage (`/api/put?sync`) and other calls notice of a query over twenty million points beside an ingest.
import http from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { openRequests } from './lib/http-connection.mjs';
import { MemorySeries } from './lib/memory-series.mjs';
import { buildStep } from './lib/points.mjs';
import { ProcessMeter } from './lib/process-meter.mjs';
import { measurePuts, percentile, steadyLoad } from './lib/put-latency.mjs';
import { Problems, sendAll } from './lib/senders.mjs';

const USAGE = `Usage: bench/large-query.mjs --port PORT --pid PID [options]
  --load              write the points first
  --series N          series (1000)
  --points N          points of each (20000)
  --rate N            points/s of the ingest beside the query (50000)
  --read-rate N       megabytes/s that the slow client reads (20)
  --seconds N         how long puts are measured, idle and under the ingest alone (15)
  --only PART         memory or waits
  --max-rise N        megabytes that memory may rise by under the large answer (64)`;

const { values: options } = parseArgs({
  options: {
    port: { type: 'string' },
    pid: { type: 'string' },
    load: { type: 'boolean', default: false },
    series: { type: 'string', default: '1000' },
    points: { type: 'string', default: '20000' },
    rate: { type: 'string', default: '50000' },
    'read-rate': { type: 'string', default: '20' },
    seconds: { type: 'string', default: '15' },
    only: { type: 'string' },
    'max-rise': { type: 'string', default: '64' },
    help: { type: 'boolean', default: false },
  },
});
if (options.help || !options.port || !options.pid) {
  console.error(USAGE);
  process.exit(options.help ? 0 : 2);
}
const [port, series, points, seconds] = [options.port, options.series, options.points, options.seconds].map(Number);

const METRIC = 'bench.large';
const START = 1_600_000_000 - (1_600_000_000 % 3600);
const STEP_SECONDS = 10;
const END = START + points * STEP_SECONDS;
const LINES_A_PIECE = 200;
const CONNECTIONS = 4;
/** How often other calls are made beside the query. */
const PING_MS = 5;
const WARM_UP_MS = 3000;
const PUTS = { requestsPerSecond: 50, pointsPerRequest: 50, series: 1000 };

const problems = new Problems();
const number = (n) => Math.round(n).toLocaleString('en');
const sorted = (samples) => samples.map(({ ms }) => ms).sort((a, b) => a - b);

async function load() {
  const began = performance.now();
  const step = buildStep({ proto: 'telnet', metric: METRIC, series, connections: CONNECTIONS, batch: LINES_A_PIECE });
  const times = Array.from({ length: points }, (_, i) => START + i * STEP_SECONDS);
  await sendAll({ port, proto: 'telnet', step, times, problems });
  console.log(`${number(series * points)} points written in ${((performance.now() - began) / 1000).toFixed(0)} s`);
}

/** Reads an answer at a steady rate. @returns bytes and seconds */
function readSlowly(path, megabytesPerSecond) {
  return new Promise((resolve, reject) => {
    const began = performance.now();
    const call = http.get({ host: '127.0.0.1', port, path }, (answer) => {
      if (answer.statusCode !== 200) reject(new Error(`the query is answered ${answer.statusCode}`));
      let bytes = 0;
      const firstByte = performance.now();
      answer.on('data', (part) => {
        bytes += part.length;
        const early = (bytes / (megabytesPerSecond * 1e6)) * 1000 - (performance.now() - firstByte);
        if (early < 20) return;
        answer.pause();
        setTimeout(() => answer.resume(), early);
      });
      answer.on('error', reject);
      answer.on('end', () => resolve({ bytes, seconds: (performance.now() - began) / 1000, firstByte: (firstByte - began) / 1000 }));
    });
    call.on('error', reject);
  });
}

/** How long calls that do nothing take while something goes on: the longest is a turn of the event loop, or two. */
async function pingDuring(work) {
  const connection = await openRequests(port);
  let running = true;
  const times = [];
  const pinging = (async () => {
    while (running) {
      const { ms } = await connection.ask('GET /api/version HTTP/1.1\r\nHost: bench\r\n\r\n');
      times.push(ms);
      await sleep(PING_MS);
    }
  })();
  try {
    return { result: await work(), times };
  } finally {
    running = false;
    await pinging;
    connection.close();
    times.sort((a, b) => a - b);
  }
}

/** A large answer for a slow client. @returns whether memory rose by no more than it may */
async function largeAnswer() {
  // As many series as make some 200 MB: a point takes some 20 bytes.
  const hosts = Math.min(series, Math.ceil(10_000_000 / points));
  const filter = `{}{core=wildcard(*)}`;
  const end = START + Math.floor((points * hosts) / series) * STEP_SECONDS;
  const memory = new MemorySeries(options.pid);
  const before = memory.sample();
  const watching = setInterval(() => memory.sample(), 100);
  const path = `/api/query?start=${START}&end=${end}&m=none:${METRIC}${encodeURIComponent(filter)}`;
  const { bytes, seconds: took, firstByte } = await readSlowly(path, Number(options['read-rate']));
  clearInterval(watching);
  const most = memory.samples.reduce((max, { anon }) => Math.max(max, anon), 0);
  const rise = most - before.anon;
  console.log(`an answer of ${number(bytes / 1e6)} MB, read in ${took.toFixed(1)} s, the first byte after ${firstByte.toFixed(1)} s:`);
  console.log(`  memory rises by ${number(rise)} MB, from ${number(before.anon)} to ${number(most)}`);
  return rise <= Number(options['max-rise']);
}

/** Puts and pings while something goes on. */
async function measure(name, work) {
  const meter = new ProcessMeter(options.pid);
  const { result: samples, times } = await pingDuring(work);
  const { cpuSeconds, rssMb } = meter.stop();
  const puts = sorted(samples);
  const [p50, p99] = [50, 99].map((percent) => percentile(puts, percent));
  const longest = times[times.length - 1];
  console.log(
    `${name}: put?sync p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms; other calls p99 ${percentile(times, 99).toFixed(1)} ms, ` +
      `longest ${longest.toFixed(1)} ms; ${cpuSeconds.toFixed(1)} s CPU, ${number(rssMb)} MB at most`,
  );
  return p99;
}

const putsFor = (time) => measurePuts({ port, metric: 'bench.large.puts', seconds: time, problems, ...PUTS });

/** The query again and again until the puts are through. */
async function putsBesideQuery() {
  const connection = await openRequests(port);
  const path = `/api/query?start=${START}&end=${END}&m=sum:5m-avg:${METRIC}`;
  let running = true;
  const took = [];
  const asking = (async () => {
    while (running || took.length === 0) {
      const { answer, ms } = await connection.ask(`GET ${path} HTTP/1.1\r\nHost: bench\r\n\r\n`);
      if (answer.status !== 200) problems.add(answer.body.slice(0, 300));
      took.push(ms);
    }
  })();
  const samples = await putsFor(2 * seconds);
  running = false;
  await asking;
  connection.close();
  console.log(`  a query over ${number(series * points)} points takes ${took.map((ms) => (ms / 1000).toFixed(1)).join(', ')} s`);
  return samples;
}

if (options.load) await load();
let good = options.only === 'waits' || (await largeAnswer());
if (options.only !== 'memory') await waits();
problems.report(console.log);
if (problems.counts.size > 0) good = false;
process.exitCode = good ? 0 : 1;

async function waits() {
  const idle = await measure('nothing beside', () => putsFor(seconds));
  const stop = steadyLoad({ port, metric: 'bench.large.ingest', pointsPerSecond: Number(options.rate), series: 10_000 });
  await sleep(WARM_UP_MS); // until its names are known, and what it owed at the start is written
  await measure(`beside ${number(Number(options.rate))} points/s`, () => putsFor(seconds));
  const beside = await measure(`beside ${number(Number(options.rate))} points/s and the query`, putsBesideQuery);
  stop();
  console.log(`p99 of put?sync beside both is ${(beside / idle).toFixed(2)} of what it is with nothing beside`);
}
