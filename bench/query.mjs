// node bench/query.mjs --port PORT [--vs PORT] [--load] [--runs N] [--only CASE]
//
// How long a TSD takes to answer, and with --vs how that compares with another one asked in turns in the same run, whose
// answers must be the same. --load first writes the data to each through /api/put, in bodies that every TSD accepts.
import http from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { openRequests } from './lib/http-connection.mjs';

const { values: options } = parseArgs({
  options: {
    port: { type: 'string', default: '4242' },
    vs: { type: 'string' },
    load: { type: 'boolean', default: false },
    runs: { type: 'string' },
    only: { type: 'string' },
  },
});

const START = 1_700_006_400; // on the hour
const HOUR = 3600;
const MONTH = 30 * 24 * HOUR;
const SERIES = 1000;

/** Each case: its points, the query, and how often it is asked unless --runs says. */
const CASES = {
  'one series, one hour': {
    runs: 400,
    *points() {
      for (let t = 0; t < HOUR; t += 10) yield ['bench.query.one', START + t, Math.round(50 + 40 * Math.sin(t / 300)), { host: 'h0' }];
    },
    path: `/api/query?start=${START}&end=${START + HOUR - 1}&m=sum:bench.query.one`,
  },
  '1,000 series, one hour, summed': {
    runs: 30,
    *points() {
      for (let t = 0; t < HOUR; t += 10)
        for (let h = 0; h < SERIES; h++) yield ['bench.query.many', START + t, (h * 7 + t) % 1009, { host: `h${h}`, rack: `r${h % 20}` }];
    },
    path: `/api/query?start=${START}&end=${START + HOUR - 1}&m=sum:bench.query.many`,
  },
  'one series, 30 days, downsampled': {
    runs: 100,
    *points() {
      for (let t = 0; t < MONTH; t += 60) yield ['bench.query.month', START + t, (20 + 5 * Math.sin(t / 13751)).toFixed(3), { host: 'h0' }];
    },
    path: `/api/query?start=${START}&end=${START + MONTH - 1}&m=sum:1h-avg:bench.query.month`,
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

async function load(port, name, points) {
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
  for (const [metric, timestamp, value, tags] of points) {
    const point = JSON.stringify({ metric, timestamp, value, tags });
    if (size + point.length + 1 > BODY) await flush();
    batch.push(point);
    size += point.length + 1;
    count++;
  }
  await flush();
  await Promise.all(waiting);
  await sleep(SETTLE_MS);
  console.log(`port ${port}: ${count} points for "${name}" in ${((performance.now() - started) / 1000).toFixed(1)} s`);
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

async function measure(name, { runs, path }, ports) {
  const count = Number(options.runs ?? runs);
  const times = ports.map(() => []);
  const answers = [];
  const connections = await Promise.all(ports.map(openRequests));
  for (let run = -Math.ceil(count / 10); run < count; run++) {
    // The first tenth warms both up; who is asked first changes from turn to turn.
    const order = ports.map((_, i) => i);
    if (run % 2 !== 0) order.reverse();
    for (const i of order) {
      const { answer, ms } = await connections[i].ask(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`);
      const { status, body } = answer;
      if (status !== 200) throw new Error(`port ${ports[i]} answers ${status}: ${body.slice(0, 300)}`);
      if (run >= 0) times[i].push(ms);
      answers[i] = body;
    }
  }
  for (const connection of connections) connection.close();
  console.log(`${name} (${count} runs, ${answers[0].length} bytes)`);
  const figures = times.map((list) => {
    const sorted = list.sort((a, b) => a - b);
    return { p50: quantile(sorted, 0.5), p99: quantile(sorted, 0.99) };
  });
  figures.forEach(({ p50, p99 }, i) => console.log(`  port ${ports[i]}: p50 ${p50.toFixed(2)} ms, p99 ${p99.toFixed(2)} ms`));
  if (figures.length === 2) {
    const [ours, theirs] = figures;
    console.log(`  ratio: p50 ${(ours.p50 / theirs.p50).toFixed(3)}, p99 ${(ours.p99 / theirs.p99).toFixed(3)}`);
    const difference = differs(answers[0], answers[1]);
    if (difference !== null) {
      console.log(`  THE ANSWERS DIFFER: ${difference}`);
      process.exitCode = 1;
    }
  }
}

const ports = [options.port, options.vs].filter((port) => port !== undefined).map(Number);
const chosen = Object.entries(CASES).filter(([name]) => options.only === undefined || name.includes(options.only));
if (options.load) for (const port of ports) for (const [name, { points }] of chosen) await load(port, name, points());
for (const [name, bench] of chosen) await measure(name, bench, ports);
agent.destroy();
