import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { open, openRequests } from './http-connection.mjs';
import { openPeer } from './peers.mjs';
import { buildStep } from './points.mjs';
import { percentile } from './put-latency.mjs';

const METRIC = 'bench.fairness';
const BUILT_ON = 'Built on';
/** Between two questions on a connection that only asks. */
const PAUSE_MS = 20;
/** Between two looks at what is due at a fixed rate. */
const TICK_MS = 5;
const WARM_MS = 2_000;

const text = (path) => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
};

/** The processes that have the server's ends of connections, by the client's port. */
function owners(pid, port) {
  const inodes = new Map();
  for (const line of text('/proc/net/tcp').split('\n').slice(1)) {
    const [, local, remote, , , , , , , inode] = line.trim().split(/\s+/);
    if (local !== undefined && parseInt(local.split(':')[1], 16) === port)
      inodes.set(`socket:[${inode}]`, parseInt(remote.split(':')[1], 16));
  }
  const children = text(`/proc/${pid}/task/${pid}/children`).split(' ').filter(Boolean);
  const found = new Map();
  for (const process of [String(pid), ...children]) {
    for (const fd of readdirSync(`/proc/${process}/fd`)) {
      try {
        const client = inodes.get(readlinkSync(`/proc/${process}/fd/${fd}`));
        if (client !== undefined) found.set(client, process);
      } catch {
        // It has been closed.
      }
    }
  }
  return found;
}

/** A telnet connection that sends points, as many as are taken or at a rate. */
class Sender {
  sent = 0;
  running = true;
  answered = () => {};

  constructor(socket, pieces, rate) {
    Object.assign(this, { socket, pieces, rate });
    let line = '';
    socket.on('data', (chunk) => {
      line += chunk;
      if (line.includes(BUILT_ON)) this.answered();
      line = line.slice(-BUILT_ON.length);
    });
    socket.on('error', () => {});
  }

  /** Sends until it is stopped. @returns points a second until all of them were taken */
  async run(start) {
    const { socket, pieces, rate } = this;
    const began = performance.now();
    let freed = () => {};
    socket.on('drain', () => freed());
    for (let at = 0; this.running; at++) {
      const piece = pieces[at % pieces.length];
      while (rate > 0 && this.running && ((performance.now() - began) * rate) / 1000 < this.sent + piece.points) await sleep(TICK_MS);
      while (piece.busy || socket.writableNeedDrain) await new Promise((free) => (freed = free));
      piece.setTime(start + Math.floor(at / pieces.length));
      piece.busy = true;
      this.sent += piece.points;
      socket.write(piece.bytes, () => {
        piece.busy = false;
        freed();
      });
    }
    const answer = new Promise((done) => (this.answered = done));
    socket.write('version\n');
    await answer;
    return (this.sent * 1000) / (performance.now() - began);
  }
}

/** Asks over and over on a connection. @returns milliseconds of each answer */
async function askOn(ask, runs) {
  const samples = [];
  while (runs()) {
    const began = performance.now();
    await ask();
    samples.push(performance.now() - began);
    await sleep(PAUSE_MS);
  }
  return samples.sort((a, b) => a - b);
}

function telnetAsker(socket) {
  let answered = () => {};
  socket.on('data', (chunk) => String(chunk).includes(BUILT_ON) && answered());
  return () =>
    new Promise((done) => {
      answered = done;
      socket.write('version\n');
    });
}

function syncAsker(requests, worker) {
  let n = 0;
  return () => {
    const body = JSON.stringify({ metric: METRIC, timestamp: Math.floor(Date.now() / 1000), value: n++, tags: { worker: String(worker) } });
    return requests.ask(`POST /api/put?sync HTTP/1.1\r\nHost: bench\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
  };
}

/** One connection of each kind with each worker: they get them in turn. */
async function openProbes(port, workers) {
  const telnets = [];
  for (let i = 0; i < workers; i++) telnets.push(await open(port));
  const requests = [];
  for (let i = 0; i < workers; i++) requests.push(await openRequests(port));
  return { telnets, requests };
}

/**
 * How telnet connections fare with the workers of a TSD: which has how many, what each gets through, and how long others wait for an answer meanwhile.
 * @param rate points a second of each connection; 0: as many as are taken
 * @returns figures by connection and by worker
 */
async function measure(peer, { workers, connections, series, batch, rate, seconds }) {
  const each = Math.min(batch, Math.floor(series / connections));
  const step = buildStep({ proto: 'telnet', metric: METRIC, series, connections, batch: each });
  const sockets = [];
  for (let i = 0; i < connections; i++) sockets.push(await open(peer.port));
  const { telnets, requests } = await openProbes(peer.port, workers);
  const senders = sockets.map((socket, i) => new Sender(socket, step[i], rate));
  let running = true;
  const runs = () => running;
  const start = Math.floor(Date.now() / 1000);
  const rates = senders.map((sender) => sender.run(start));
  await sleep(WARM_MS);
  const pings = telnets.map((socket) => askOn(telnetAsker(socket), runs));
  const puts = requests.map((each, i) => askOn(syncAsker(each, i), runs));
  const owner = owners(peer.pid, peer.port);
  const byWorker = new Map();
  for (const { localPort } of sockets) byWorker.set(owner.get(localPort), (byWorker.get(owner.get(localPort)) ?? 0) + 1);
  await sleep(seconds * 1000);
  running = false;
  for (const sender of senders) sender.running = false;
  const results = { rates: await Promise.all(rates), pings: await Promise.all(pings), puts: await Promise.all(puts) };
  for (const socket of [...sockets, ...telnets]) socket.destroy();
  for (const each of requests) each.close();
  const idle = Array(Math.max(0, workers - byWorker.size)).fill(0);
  return { ...results, spread: [...byWorker.values(), ...idle].sort((a, b) => b - a) };
}

const whole = (n) => Math.round(n).toLocaleString('en');
const thousands = (values) => values.map((value) => `${Math.round(value / 1000)} k`).join(', ');
const p99 = (all) => all.map((samples) => percentile(samples, 99).toFixed(1)).join(', ');

/** Measures TSDs with so many workers, one after the other. @returns the table, as Markdown */
export async function runFairness({ workers: counts, rates, store, zk, say, ...load }) {
  const rows = [
    '| workers | connections send | connections of each worker | points/s of each connection | p99 of `version` at each worker, ms | of `put?sync` |',
    '|---|---|---|---|---|---|',
  ];
  for (const workers of counts) {
    const dir = mkdtempSync(join(tmpdir(), 'bench-fairness-'));
    const peer = await openPeer(`ours,tsd.network.worker_threads=${workers}`, 0, { store, dir, zk });
    try {
      await peer.prepare({ metrics: [METRIC], hosts: load.series });
      await peer.start();
      for (const rate of rates) {
        const { spread, rates: each, pings, puts } = await measure(peer, { ...load, workers, rate });
        const what = rate === 0 ? 'all they can' : `${whole(rate)} points/s each`;
        rows.push(`| ${workers} | ${what} | ${spread.join(', ')} | ${thousands(each)} | ${p99(pings)} | ${p99(puts)} |`);
        say(rows.at(-1));
      }
    } finally {
      await peer.stop().catch(() => {});
      await peer.store.drop?.().catch((error) => console.error(error.message));
      rmSync(dir, { recursive: true, force: true });
    }
  }
  return rows.join('\n');
}
