import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openPeer } from './peers.mjs';
import { buildStep } from './points.mjs';
import { ProcessMeter } from './process-meter.mjs';
import { Problems, sendAll } from './senders.mjs';

const HOUR = 3600;
/** Points of a warm-up, at least: with 500 a request that is 2,000 requests, after which V8 and the JVM have compiled what they run. */
const WARM_POINTS = 1_000_000;
const WARM_SERIES = 1000;
const METRIC = 'bench.ingest';
const WARM_METRIC = 'bench.warm';
/** VictoriaMetrics drops points that are more than two days ahead. */
const MOST_AHEAD = 40 * HOUR;
const SIGNALS = ['SIGINT', 'SIGTERM'];
const INTERRUPTED = 130;
const RECOUNT_MS = 200;
const MOST_RECOUNTS = 100;

/**
 * @typedef Load
 * @property {'telnet' | 'http' | 'sync'} proto sync: HTTP that waits for storage, with a summary
 * @property {number} series
 * @property {number} points of a round
 * @property {number} burst points of a series that are sent one behind the other; 1: series in turn
 * @property {'seen' | 'known' | 'new'} names seen: the TSD has taken points of all series before; known: the table of UIDs has all names, and the TSD
 *   has just been started; new: nobody knows the hosts
 * @property {number} connections
 * @property {number} batch points of a write or a request
 */

/** Sends points and waits until they are stored. @returns what it took; rejects when points are missing */
async function send(peer, load, { metric, step, start, steps, stepSeconds }) {
  const { series, burst, proto } = load;
  const times = Array.from({ length: steps }, (_, i) => start + i * burst * stepSeconds);
  const end = start + steps * burst * stepSeconds;
  const wanted = steps * burst * series;
  const problems = new Problems();
  const before = peer.store.kind === 'sink' ? await peer.store.discarded() : 0;
  const [tsd, storage] = [peer.pid, peer.store.pid].map((pid) => new ProcessMeter(pid));
  const cpu = process.cpuUsage();
  const began = performance.now();
  await sendAll({ port: peer.port, proto, step, times, problems, barrier: peer.barrier });
  const sender = process.cpuUsage(cpu);
  if (problems.counts.size > 0) {
    problems.report(console.error);
    throw new Error(`${peer.name} has refused points`);
  }
  const lastTime = end - stepSeconds;
  // To count them all costs more than to store them, so that is no part of what is measured.
  const counting = [0, 0];
  let result = null;
  let stored = 0;
  for (let recounts = 0; ; recounts++) {
    await peer.untilStored({ metric, step, lastTime, expected: before + wanted });
    const [tsdUsed, storageUsed] = [tsd.used(), storage.used()];
    result = {
      rate: (wanted * 1000) / (performance.now() - began),
      tsd: peer.pid ? ((tsdUsed - counting[0]) * 1e6) / wanted : null,
      storage: peer.store.pid ? ((storageUsed - counting[1]) * 1e6) / wanted : null,
      sender: (sender.user + sender.system) / wanted,
      rss: (tsd.stop() ?? { rssMb: null }).rssMb,
    };
    stored = (await peer.count(metric, start, end)) - before;
    if (stored >= wanted || recounts === MOST_RECOUNTS) break;
    counting[0] += tsd.used() - tsdUsed;
    counting[1] += storage.used() - storageUsed;
    await sleep(RECOUNT_MS);
  }
  storage.stop();
  if (stored !== wanted) throw new Error(`${peer.name}: ${stored} of ${wanted} points are stored`);
  return result;
}

/** What is sent in which round, the same to every peer. */
class Plan {
  constructor(load, rounds) {
    const { series, burst, points } = load;
    this.load = load;
    this.steps = Math.max(1, Math.round(points / series / burst));
    const perStep = series * burst;
    this.warmSteps = Math.ceil(WARM_POINTS / perStep);
    this.apart = Math.max(this.steps, this.warmSteps) * burst;
    this.stepSeconds = (rounds + 1) * this.apart * 10 < MOST_AHEAD ? 10 : 1;
    // Rows of the hour that runs and of later ones, as agents fill them: nothing is compacted yet.
    this.start = Math.floor(Date.now() / 1000 / HOUR) * HOUR;
    if (load.names !== 'new') this.step = this.build(METRIC, series, 0);
  }

  build(metric, series, from) {
    const { proto, connections, batch, burst } = this.load;
    return buildStep({ proto, metric, series, from, connections, batch, burst, stepSeconds: this.stepSeconds });
  }

  get names() {
    const { series, names } = this.load;
    return { metrics: [METRIC, WARM_METRIC], hosts: (names === 'new' ? 0 : series) + WARM_SERIES };
  }

  at(round) {
    return this.start + round * this.apart * this.stepSeconds;
  }

  /** Names, code and connections are known to the peer afterwards, except the names that the load is about. */
  async warm(peer, round) {
    const { load, stepSeconds } = this;
    if (load.names === 'seen') {
      if (round === 1) await send(peer, load, { metric: METRIC, step: this.step, start: this.at(0), steps: this.warmSteps, stepSeconds });
      return;
    }
    if (round > 1 && load.names === 'new') return;
    if (round > 1) {
      await peer.stop();
      await peer.start();
    }
    const steps = Math.ceil(WARM_POINTS / WARM_SERIES / load.burst);
    const first = load.names === 'new' ? 0 : load.series;
    const start = this.start + round * steps * load.burst * stepSeconds;
    const step = this.build(WARM_METRIC, WARM_SERIES, first);
    await send(peer, { ...load, series: WARM_SERIES }, { metric: WARM_METRIC, step, start, steps, stepSeconds });
  }

  measure(peer, round) {
    const { load, steps, stepSeconds } = this;
    const step = this.step ?? this.build(METRIC, load.series, WARM_SERIES + (round - 1) * load.series);
    return send(peer, load, { metric: METRIC, step, start: this.at(round), steps, stepSeconds });
  }
}

const FIGURES = ['rate', 'tsd', 'storage', 'sender', 'rss'];

function median(values) {
  const sorted = values.filter((value) => value !== null).sort((a, b) => a - b);
  const [low, high] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
  return sorted.length === 0 ? null : (low + high) / 2;
}

/**
 * Sends a load to peers in turn, the order of the turns changing, after a warm-up that is not measured.
 * @param peers descriptions; `store` hbase, sink or embedded, `zk` of HBase
 * @param say told of each round
 * @returns for each peer the medians over the rounds: points a second, microseconds of processor time a point of the TSD with all its processes, of the storage's process
 *   and of the sender, the most megabytes resident, and `disk`, bytes a point at the end
 */
export async function runLoad(load, { peers: descriptions, store, zk, rounds, say }) {
  const dir = mkdtempSync(join(tmpdir(), 'bench-ingest-'));
  const peers = [];
  let interrupted = false;
  // The run then fails by itself, and takes away what it has made.
  const interrupt = () => {
    interrupted = true;
    for (const peer of peers) peer.kill();
  };
  for (const signal of SIGNALS) process.once(signal, interrupt);
  try {
    const plan = new Plan(load, rounds);
    const results = new Map();
    for (const [i, description] of descriptions.entries()) {
      const peer = await openPeer(description, i, { store, dir, zk });
      peers.push(peer);
      results.set(peer, []);
      await peer.prepare(plan.names);
      await peer.start();
    }
    for (let round = 1; round <= rounds; round++)
      for (const peer of round % 2 === 1 ? peers : [...peers].reverse()) {
        await plan.warm(peer, round);
        const result = await plan.measure(peer, round);
        results.get(peer).push(result);
        say(`  ${peer.name}: ${describe(result)}`);
      }
    for (const peer of peers) await peer.stop();
    const sent = load.series * load.burst * (plan.steps * rounds + (load.names === 'seen' ? plan.warmSteps : 0));
    return peers.map((peer) => {
      const bytes = peer.store.bytes();
      const medians = FIGURES.map((name) => [name, median(results.get(peer).map((result) => result[name]))]);
      return { name: peer.name, ...Object.fromEntries(medians), disk: bytes === null ? null : bytes / sent };
    });
  } finally {
    for (const peer of peers) {
      await peer.stop().catch(() => {});
      await peer.store.drop?.().catch((error) => console.error(error.message));
    }
    for (const signal of SIGNALS) process.removeListener(signal, interrupt);
    rmSync(dir, { recursive: true, force: true });
    if (interrupted) process.exit(INTERRUPTED);
  }
}

export function describe({ rate, tsd, storage, sender, rss }) {
  const micros = (name, value) => (value === null ? '' : `, ${name} ${value.toFixed(2)}`);
  const cost = `${micros('TSD', tsd)}${micros('storage', storage)}${micros('sender', sender)} us a point`;
  return `${Math.round(rate).toLocaleString('en')} points/s${cost}${rss === null ? '' : `, ${rss.toFixed(0)} MB`}`;
}
