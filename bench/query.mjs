// node bench/query.mjs --port PORT [--pid PID] [--vs PORT] [--vs-pid PID] [--hbase-pid PID] [--load] [--runs N] [--only CASE]
//
// How long a TSD takes to answer and how much CPU it uses, one query at a time and sixteen at once, as one table; with --vs how that compares
// with another one asked in turns in the same run, whose answers must be the same. --load first writes the data to each through /api/put, in
// bodies that every TSD accepts; tables should be settled then (bench/settle.mjs). With --hbase-pid it shows what HBase uses beside them.
import http from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { openRequests } from './lib/http-connection.mjs';
import { ProcessMeter } from './lib/process-meter.mjs';

const { values: options } = parseArgs({
  options: {
    port: { type: 'string', default: '4242' },
    pid: { type: 'string' },
    vs: { type: 'string' },
    'vs-pid': { type: 'string' },
    'hbase-pid': { type: 'string' },
    load: { type: 'boolean', default: false },
    runs: { type: 'string' },
    only: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
if (options.help) {
  console.error(
    'Usage: bench/query.mjs --port PORT [--pid PID] [--vs PORT] [--vs-pid PID] [--hbase-pid PID] [--load] [--runs N] [--only CASE]',
  );
  process.exit(0);
}

const START = 1_700_006_400; // on the hour
const HOUR = 3600;
const MONTH = 30 * 24 * HOUR;
const SERIES = 1000;

const DAY = 24 * HOUR;
const MANY_SERIES = 100_000;
const AT_ONCE = [1, 16];
/** Both are warmed up by so many queries, or for so long when these take their time: what is measured is not how they are compiled. */
const WARM_UP = { queries: 2000, ms: 5000 };

/** Points of a metric: so many series, one point of each every `step` seconds. */
function* regular(metric, series, seconds, step, valueOf) {
  for (let t = 0; t < seconds; t += step)
    for (let h = 0; h < series; h++) yield [metric, START + t, valueOf(h, t), { host: `h${h}`, rack: `r${h % 20}` }];
}

/** Data sets, by metric. */
const DATA = {
  'bench.query.one': () => regular('bench.query.one', 1, HOUR, 10, (_, t) => Math.round(50 + 40 * Math.sin(t / 300))),
  'bench.query.many': () => regular('bench.query.many', SERIES, HOUR, 10, (h, t) => (h * 7 + t) % 1009),
  'bench.query.day': () => regular('bench.query.day', SERIES, DAY, 10, (h, t) => (h * 7 + t) % 1009),
  'bench.query.wide': () => regular('bench.query.wide', MANY_SERIES, 60, 10, (h, t) => (h + t) % 97),
  'bench.query.month': () => regular('bench.query.month', 1, MONTH, 60, (_, t) => (20 + 5 * Math.sin(t / 13751)).toFixed(3)),
};

const query = (seconds, m) => `/api/query?start=${START}&end=${START + seconds - 1}&m=${encodeURIComponent(m)}`;

/** Each case: its data, how many points a query reads, the query, and how often it is asked unless --runs says. */
const CASES = {
  'one series, an hour': { data: 'bench.query.one', points: 360, runs: 400, path: query(HOUR, 'sum:bench.query.one') },
  '1,000 series, an hour, summed': { data: 'bench.query.many', points: 360_000, runs: 30, path: query(HOUR, 'sum:bench.query.many') },
  '1,000 series, an hour, by tag': {
    data: 'bench.query.many',
    points: 360_000,
    runs: 30,
    path: query(HOUR, 'sum:bench.query.many{rack=*}'),
  },
  '1,000 series, a day, 5m-avg': { data: 'bench.query.day', points: 8_640_000, runs: 5, path: query(DAY, 'sum:5m-avg:bench.query.day') },
  'one of 100,000 series': { data: 'bench.query.wide', points: 6, runs: 30, path: query(HOUR, 'sum:bench.query.wide{host=h4711}') },
  'one of 100,000, explicit tags': {
    data: 'bench.query.wide',
    points: 6,
    runs: 30,
    path: query(HOUR, 'sum:explicit_tags:bench.query.wide{host=h4711,rack=r11}'),
  },
  'one series, 30 days, 1h-avg': {
    data: 'bench.query.month',
    points: 43_200,
    runs: 100,
    path: query(MONTH, 'sum:1h-avg:bench.query.month'),
  },
};

const agent = new http.Agent({ keepAlive: true, maxSockets: 8 });

/** Sends points; resolves with status and body. */
function put(port, body) {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    const request = http.request({ host: '127.0.0.1', port, method: 'POST', path: '/api/put', headers, agent }, (response) => {
      const parts = [];
      response.on('data', (part) => parts.push(part));
      response.on('error', reject);
      response.on('end', () => resolve({ status: response.statusCode, body: Buffer.concat(parts).toString() }));
    });
    request.on('error', reject);
    request.end(body);
  });
}

// The original refuses bodies over 8 KB unless it is told to join chunks.
const BODY = 8000;
/** The original writes its buffer out once a second. */
const SETTLE_MS = 3000;

async function load(port, metric, points) {
  const started = performance.now();
  const waiting = new Set();
  let batch = [];
  let size = 0;
  let count = 0;
  const flush = async () => {
    const body = `[${batch.join(',')}]`;
    batch = [];
    size = 2;
    const sent = put(port, body).then((answer) => {
      waiting.delete(sent);
      if (answer.status >= 300) throw new Error(`port ${port} answers ${answer.status} to a put: ${answer.body.slice(0, 300)}`);
    });
    waiting.add(sent);
    if (waiting.size >= 8) await Promise.race(waiting);
  };
  for (const [name, timestamp, value, tags] of points) {
    const point = JSON.stringify({ metric: name, timestamp, value, tags });
    if (size + point.length + 1 > BODY) await flush();
    batch.push(point);
    size += point.length + 1;
    count++;
  }
  await flush();
  await Promise.all(waiting);
  await sleep(SETTLE_MS);
  console.log(`port ${port}: ${count} points of ${metric} in ${((performance.now() - started) / 1000).toFixed(1)} s`);
}

function quantile(sorted, q) {
  return sorted[Math.min(sorted.length - 1, Math.ceil(q * sorted.length) - 1)];
}

/** Two answers agree when their values do, to the last digits of a double's text. */
function differs(a, b) {
  const [x, y] = [JSON.parse(a), JSON.parse(b)];
  if (x.length !== y.length) return `${x.length} and ${y.length} series`;
  for (const [i, series] of x.entries()) {
    const other = y[i];
    const times = Object.keys(series.dps);
    if (times.length !== Object.keys(other.dps).length) return `${times.length} and ${Object.keys(other.dps).length} points`;
    const wrong = times.find((t) => !(Math.abs(series.dps[t] - other.dps[t]) <= 1e-9 * Math.abs(series.dps[t])));
    if (wrong !== undefined) return `${series.dps[wrong]} and ${other.dps[wrong]} at ${wrong}`;
  }
  return null;
}

const peers = [
  { port: options.port, pid: options.pid },
  { port: options.vs, pid: options['vs-pid'] },
].filter(({ port }) => port !== undefined);

/** Asks over all connections of a peer at once. @returns milliseconds of each */
async function askAll(peer, connections, path) {
  const answers = await Promise.all(connections.map((connection) => connection.ask(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`)));
  for (const { answer } of answers)
    if (answer.status !== 200) throw new Error(`port ${peer.port} answers ${answer.status}: ${answer.body.slice(0, 300)}`);
  return { times: answers.map(({ ms }) => ms), body: answers[0].answer.body };
}

/** @returns for each peer: its times, and CPU seconds of its own and of HBase */
async function measure({ runs, path }, atOnce) {
  const count = Math.max(2, Math.ceil(Number(options.runs ?? runs) / atOnce));
  const found = peers.map(() => ({ times: [], cpu: 0, hbase: 0, body: '' }));
  const connections = await Promise.all(peers.map(({ port }) => Promise.all(Array.from({ length: atOnce }, () => openRequests(port)))));
  const began = performance.now();
  const isWarm = (run) => run * atOnce >= WARM_UP.queries || (run * 10 >= count && performance.now() - began > WARM_UP.ms);
  for (let run = 0, measured = 0; measured < count; run++) {
    const warm = isWarm(run);
    if (warm) measured++;
    // Who is asked first changes from turn to turn.
    const order = peers.map((_, i) => i);
    if (run % 2 !== 0) order.reverse();
    for (const i of order) {
      const [own, hbase] = [peers[i].pid, options['hbase-pid']].map((pid) => new ProcessMeter(pid));
      const { times, body } = await askAll(peers[i], connections[i], path);
      const [used, beside] = [own, hbase].map((meter) => meter.stop()?.cpuSeconds ?? NaN);
      if (!warm) continue;
      found[i].times.push(...times);
      found[i].cpu += used;
      found[i].hbase += beside;
      found[i].body = body;
    }
  }
  for (const connection of connections.flat()) connection.close();
  return found;
}

const ms = (value) => (Number.isNaN(value) ? '-' : value >= 100 ? value.toFixed(0) : value.toFixed(2));

/** One line of the table: what is asked, then figures of each peer and how they compare. */
function lineOf(name, points, atOnce, found) {
  const figures = found.map(({ times, cpu, hbase }) => {
    const sorted = [...times].sort((a, b) => a - b);
    const each = 1000 / times.length;
    return { p50: quantile(sorted, 0.5), p99: quantile(sorted, 0.99), cpu: cpu * each, hbase: hbase * each };
  });
  const cells = figures.flatMap(({ p50, p99, cpu, hbase }) => [ms(p50), ms(p99), ms(cpu), ms((cpu * 1e6) / points), ms(hbase)]);
  const [ours, theirs] = figures;
  if (theirs !== undefined) cells.push(...['p50', 'p99', 'cpu'].map((of) => (ours[of] / theirs[of]).toFixed(2)));
  return [name, String(atOnce), ...cells];
}

function printTable(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  for (const row of rows) console.log(row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join('  '));
}

const chosen = Object.entries(CASES).filter(([name]) => options.only === undefined || name.includes(options.only));
if (options.load)
  for (const { port } of peers) for (const metric of new Set(chosen.map(([, { data }]) => data))) await load(port, metric, DATA[metric]());
const head = peers.flatMap(({ port }) => [`${port}: p50 ms`, 'p99 ms', 'CPU ms', 'ns a point', 'HBase ms']);
if (peers.length === 2) head.push('p50 ratio', 'p99 ratio', 'CPU ratio');
const rows = [['query', 'at once', ...head]];
for (const [name, bench] of chosen)
  for (const atOnce of AT_ONCE) {
    const found = await measure(bench, atOnce);
    rows.push(lineOf(name, bench.points, atOnce, found));
    const difference = found.length === 2 ? differs(found[0].body, found[1].body) : null;
    if (difference === null) continue;
    console.log(`${name}: THE ANSWERS DIFFER: ${difference}`);
    process.exitCode = 1;
  }
printTable(rows);
agent.destroy();
