#!/usr/bin/env node
// How many points a second a TSD takes, over telnet or HTTP, until all of them can be read back. With --vs the same load goes to a
// second one in the same run, in turns, so that both meet the same machine.
import { parseArgs } from 'node:util';
import { setTimeout as sleep } from 'node:timers/promises';
import { buildStep } from './lib/points.mjs';
import { ProcessMeter } from './lib/process-meter.mjs';
import { countStored, lastAreStored, Problems, sendAll } from './lib/senders.mjs';

const USAGE = `Usage: bench/ingest.mjs --port PORT [--vs PORT2] [options]
  --proto telnet|http   what to send (telnet)
  --points N            points a run (1000000)
  --series N            series they belong to (1000)
  --connections N       connections at once (4)
  --batch N             points a write or a request (telnet 500, http 50)
  --rounds N            measured runs of each TSD, after one that assigns the UIDs (3)
  --until query|taken   a run ends when all points are readable (query), or when the server has taken them (taken)
  --pid PID, --vs-pid PID   processes whose memory and processor time to show`;

const { values: options } = parseArgs({
  options: {
    port: { type: 'string' },
    vs: { type: 'string' },
    proto: { type: 'string', default: 'telnet' },
    points: { type: 'string', default: '1000000' },
    series: { type: 'string', default: '1000' },
    connections: { type: 'string', default: '4' },
    batch: { type: 'string' },
    rounds: { type: 'string', default: '3' },
    until: { type: 'string', default: 'query' },
    pid: { type: 'string' },
    'vs-pid': { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
if (options.help || !options.port) {
  console.error(USAGE);
  process.exit(options.help ? 0 : 2);
}

const { proto, until } = options;
const series = Number(options.series);
const steps = Math.max(1, Math.round(Number(options.points) / series));
const rounds = Number(options.rounds);
const connections = Number(options.connections);
const batch = Number(options.batch ?? (proto === 'http' ? 50 : 500));
const peers = [
  { name: 'first', port: Number(options.port), pid: options.pid, rates: [] },
  { name: 'second', port: Number(options.vs), pid: options['vs-pid'], rates: [] },
].slice(0, options.vs ? 2 : 1);

const metric = `bench.ingest.${proto}.${process.pid}`;
/** Seconds between the points of a series, so that a row gets several. */
const STEP_SECONDS = 10;
const FIRST_TIME = 1600000000;
const GIVE_UP_MS = 300_000;
const POLL_MS = 50;

const step = buildStep({ proto, metric, series, connections, batch });

/** Sends the load once, from a time of its own. @returns seconds until taken and until readable */
async function run(peer, round, stepsOfRun, problems) {
  const start = FIRST_TIME + round * (steps + 1) * STEP_SECONDS;
  const times = Array.from({ length: stepsOfRun }, (_, i) => start + i * STEP_SECONDS);
  const began = performance.now();
  await sendAll({ port: peer.port, proto, step, times, problems });
  const taken = performance.now();
  let readable = taken;
  let stored = null;
  while (until === 'query') {
    readable = performance.now();
    // To count them all takes seconds, which nobody shall wait for that is not through yet.
    if (await lastAreStored(peer.port, metric, step, times[times.length - 1])) {
      stored = await countStored(peer.port, metric, start, start + stepsOfRun * STEP_SECONDS);
      if (stored >= stepsOfRun * series) break;
    }
    if (performance.now() - taken > GIVE_UP_MS) throw new Error(`only ${stored} of ${stepsOfRun * series} points became readable`);
    await sleep(POLL_MS);
  }
  return { takenSeconds: (taken - began) / 1000, seconds: (readable - began) / 1000 };
}

const number = (n) => Math.round(n).toLocaleString('en');
const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];

console.log(
  `${proto}, ${number(steps * series)} points a run over ${number(series)} series, ${connections} connections, ${batch} points a write`,
);
for (const peer of peers) {
  const problems = new Problems();
  const { seconds } = await run(peer, 0, Math.min(steps, 2), problems);
  console.log(`port ${peer.port}: first ${number(Math.min(steps, 2) * series)} points with new names in ${seconds.toFixed(2)} s`);
  problems.report(console.log);
}
for (let round = 1; round <= rounds; round++)
  for (const peer of peers) {
    const problems = new Problems();
    const meter = new ProcessMeter(peer.pid);
    const { takenSeconds, seconds } = await run(peer, round, steps, problems);
    const used = meter.stop();
    const rate = (steps * series) / seconds;
    peer.rates.push(rate);
    const cost = used ? `, ${((used.cpuSeconds * 1e6) / (steps * series)).toFixed(2)} us CPU a point, ${used.rssMb.toFixed(0)} MB` : '';
    console.log(`port ${peer.port}: ${number(rate)} points/s (taken at ${number((steps * series) / takenSeconds)}/s${cost})`);
    problems.report(console.log);
  }
for (const peer of peers) console.log(`port ${peer.port}: median ${number(median(peer.rates))} points/s`);
if (peers.length === 2) console.log(`ratio ${(median(peers[0].rates) / median(peers[1].rates)).toFixed(2)}`);
