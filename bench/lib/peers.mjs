import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { originalCommand } from './java.mjs';
import { writeNames } from './names.mjs';
import { countStored, lastAreStored } from './senders.mjs';
import { files, openStore, untilDiscarded } from './stores.mjs';

const ROOT = resolve(import.meta.dirname, '../..');
const START_MS = 60_000;
const GIVE_UP_MS = 300_000;
const POLL_MS = 50;
/** Bytes of a request. */
const MOST_BODY = 4 << 20;

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/** Resolves when a process answers an HTTP request. */
async function ready(child, url, log) {
  const giveUp = performance.now() + START_MS;
  while (child.exitCode === null && performance.now() < giveUp) {
    const answer = await fetch(url).catch(() => null);
    if (answer?.ok) return;
    await sleep(POLL_MS);
  }
  child.kill('SIGKILL');
  throw new Error(`it did not start: ${readFileSync(log, 'utf8').slice(-2000)}`);
}

/** A server that is measured: a process that is started and stopped here. */
class Peer {
  child = null;
  /** How it says on telnet that it has handled everything: see `sendAll`. */
  barrier = 'version';

  constructor(name, dir, store) {
    Object.assign(this, { name, dir, store });
    mkdirSync(dir, { recursive: true });
  }

  get pid() {
    return this.child?.pid;
  }

  async spawn([command, args], url) {
    const log = join(this.dir, 'log');
    const out = openSync(log, 'a');
    this.child = spawn(command, args, { stdio: ['ignore', out, out] });
    await ready(this.child, url, log);
  }

  async stop() {
    const { child } = this;
    this.child = null;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    await ended;
  }

  /** At once, when the run itself ends. */
  kill() {
    this.child?.kill('SIGKILL');
  }
}

/** What runs of a build: builds of long ago have no bundle. */
const mainOf = (root) => ['dist/bin/main.js', 'dist/tools/main.js'].map((file) => join(root, file)).find((file) => existsSync(file));
const OURS = ({ root, config }) => [process.execPath, [mainOf(root), 'tsd', '--config', config]];
const ORIGINAL = ({ dir, config }) => originalCommand('TSDMain', ['--config', config], { dir, heap: '2g' });
/** To count a million series takes more memory than queries have. */
const READER = [
  ['tsd.mode', 'ro'],
  ['tsd.network.worker_threads', '1'],
  ['tsd.query.memory.bytes', 4 * 2 ** 30],
];

/** A TSD with a configuration of its own. */
class Daemon extends Peer {
  constructor(name, dir, store, { root = ROOT, settings, command }) {
    super(name, dir, store);
    Object.assign(this, { root, settings, command, config: join(dir, 'opentsdb.conf') });
  }

  async configure() {
    this.port = await freePort();
    const cache = join(this.dir, 'cache');
    mkdirSync(cache, { recursive: true });
    const lines = [
      `tsd.network.port = ${this.port}`,
      'tsd.network.bind = 127.0.0.1',
      `tsd.http.staticroot = ${this.dir}`,
      `tsd.http.cachedir = ${cache}`,
      'tsd.core.auto_create_metrics = true',
      // What the original does not take otherwise: bodies that come in more than one piece.
      'tsd.http.request.enable_chunked = true',
      `tsd.http.request.max_chunk = ${MOST_BODY}`,
      ...this.store.lines,
      ...this.settings.map(([key, value]) => `${key} = ${value}`),
    ];
    writeFileSync(this.config, `${lines.join('\n')}\n`);
  }

  start() {
    return this.spawn(this.command(this), `http://127.0.0.1:${this.port}/api/version`);
  }
}

/** A TSD, ours or the original, on a store of its own; another one of ours reads from that, so that what is measured only writes. */
class Tsd extends Daemon {
  constructor(name, dir, store, parts) {
    super(name, dir, store, parts);
    const settings = [...parts.settings, ...READER];
    this.reader = new Daemon('reader', join(dir, 'reader'), store, { settings, command: OURS });
  }

  /** Makes tables and names. */
  async prepare(names) {
    await this.configure();
    await this.reader.configure();
    this.store.create(this.config);
    await writeNames({ root: this.root, config: this.config, ...names });
  }

  async stop() {
    await this.reader.stop();
    await super.stop();
  }

  kill() {
    this.reader.kill();
    super.kill();
  }

  /** The port to ask. */
  async asked() {
    if (this.reader.child === null) await this.reader.start();
    return this.reader.port;
  }

  /** Resolves when what connections sent last is readable, which is when all or nearly all is stored; see `count`. */
  async untilStored({ metric, step, lastTime, expected }) {
    if (this.store.kind === 'sink') return untilDiscarded(this.store, expected, GIVE_UP_MS);
    const port = await this.asked();
    const giveUp = performance.now() + GIVE_UP_MS;
    while (!(await lastAreStored(port, metric, step, lastTime))) {
      if (performance.now() > giveUp) throw new Error(`${this.name}: the last points did not become readable`);
      await sleep(POLL_MS);
    }
  }

  /** Points from `start` to before `end` that can be read, or that came to a store that keeps none. */
  async count(metric, start, end) {
    return this.store.kind === 'sink' ? this.store.discarded() : countStored(await this.asked(), metric, start, end);
  }
}

/** VictoriaMetrics, which speaks OpenTSDB's protocols. */
class Victoria extends Peer {
  barrier = 'ended';

  async prepare() {
    this.port = await freePort();
    this.http = await freePort();
  }

  start() {
    const flags = [
      `-storageDataPath=${join(this.dir, 'store')}`,
      `-opentsdbListenAddr=127.0.0.1:${this.port}`,
      `-httpListenAddr=127.0.0.1:${this.http}`,
      '-retentionPeriod=100y',
      '-search.latencyOffset=0s',
      '-search.maxUniqueTimeseries=5000000',
      '-search.maxSamplesPerQuery=4000000000',
      '-search.maxQueryDuration=10m',
      '-loggerLevel=ERROR',
    ];
    return this.spawn(['victoria-metrics', flags], `http://127.0.0.1:${this.http}/health`);
  }

  async untilStored() {
    await fetch(`http://127.0.0.1:${this.http}/internal/force_flush`);
  }

  async count(metric, start, end) {
    const query = `sum(count_over_time({__name__="${metric}"}[${end - start + 1}s]))`;
    const answer = await fetch(`http://127.0.0.1:${this.http}/api/v1/query?nocache=1&time=${end}&query=${encodeURIComponent(query)}`);
    const { data } = await answer.json();
    return Number(data?.result[0]?.value[1] ?? 0);
  }
}

/** A TSD that runs already, with names that it assigns. */
class Running {
  barrier = 'version';
  store = { kind: 'running', pid: null, bytes: () => null };

  constructor(name, port, pid) {
    Object.assign(this, { name, port, pid });
  }

  async prepare() {}
  async start() {}
  async stop() {}
  kill() {}

  async asked() {
    return this.port;
  }

  untilStored(load) {
    return Tsd.prototype.untilStored.call(this, load);
  }

  count(metric, start, end) {
    return countStored(this.port, metric, start, end);
  }
}

/**
 * A peer from its description: `ours`, `ours@DIR` (another built tree), `original`, `victoria`, or `PORT[:PID]` of a TSD that runs;
 * behind the first two, settings: `ours,tsd.network.worker_threads=4`.
 * @param number of the peer; `store` the kind, `dir` for files, `zk` the quorum
 */
export async function openPeer(description, number, { store, dir, zk }) {
  const [what, ...words] = description.split(',');
  const [kind, root] = what.split('@');
  if (/^\d/.test(kind)) return new Running(description, ...kind.split(':').map(Number));
  const own = join(dir, `${number}-${kind}`);
  if (kind === 'victoria') return new Victoria(description, own, files(join(own, 'store')));
  const command = { ours: OURS, original: ORIGINAL }[kind];
  if (command === undefined) throw new Error(`there is no peer ${kind}`);
  // Ours is one process unless settings say otherwise; the original has its threads.
  const settings = kind === 'ours' ? [['tsd.network.worker_threads', '1']] : [];
  settings.push(...words.map((word) => word.split('=')));
  const opened = await openStore(store, { zk, prefix: `bench_ingest_${process.pid}_${number}_`, dir: own });
  return new Tsd(description, own, opened, { root: root === undefined ? undefined : resolve(root), settings, command });
}
