// A standalone HBase (master, region server and ZooKeeper in one JVM) for machines without Docker.
// Java 11+ and Maven are all it needs; it listens on 127.0.0.1 only.
//
//   hbase-schema/local/hbase up [options]      start it (the first time Maven fetches it: some minutes); prints its addresses
//   hbase-schema/local/hbase run [options]     the same in the foreground, for containers
//   hbase-schema/local/hbase fetch [options]   fetch it, and no more
//   hbase-schema/local/hbase join [options]    start one more region server, a JVM of its own, beside the one that is up
//   hbase-schema/local/hbase down [options]    stop it in order
//   hbase-schema/local/hbase kill [options]    kill -9, for fault tests
//   hbase-schema/local/hbase wipe [options]    stop it and remove its data
//   hbase-schema/local/hbase status [options]  its state as JSON; exit code 1 when it is not running
//
// Options: --version 2.5.11-hadoop3 (or 2.6.4-hadoop3 ...)   --home DIR (default ~/.cache/opentsdb-ts/hbase-VERSION)
//          --lib DIR (where its jars are, or are put; default: `lib` in its home)
//          --zk PORT --master PORT --rs PORT (0 or absent: the last ones used, else free ones)   --heap 2g
//          --session MS (default 10000: how long ZooKeeper waits for HBase before it declares it dead; also the wait after a kill)
//          --host NAME (the name that clients are told, default localhost; any other listens on all addresses)
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { copyJars, fetchOnce } from './fetch-once.cjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const [verb, ...rest] = process.argv.slice(2);
const options = { version: '2.5.11-hadoop3', heap: '2g', zk: '0', master: '0', rs: '0', host: 'localhost', session: '10000' };
for (let i = 0; i < rest.length; i += 2) options[rest[i].replace(/^--/, '')] = rest[i + 1];
const home = path.resolve(options.home ?? path.join(os.homedir(), '.cache/opentsdb-ts', `hbase-${options.version}`));
const at = (...parts) => path.join(home, ...parts);
const lib = path.resolve(options.lib ?? at('lib'));
const OPENS = [
  'java.base/java.nio',
  'java.base/sun.nio.ch',
  'java.base/java.lang',
  'java.base/jdk.internal.ref',
  'java.base/java.lang.reflect',
  'java.base/java.util',
  'java.base/java.util.concurrent',
]
  .flatMap((p) => ['--add-opens', `${p}=ALL-UNNAMED`])
  .concat([
    '--add-exports',
    'java.base/jdk.internal.misc=ALL-UNNAMED',
    '--add-exports',
    'java.security.jgss/sun.security.krb5=ALL-UNNAMED',
  ]);

function fail(message) {
  console.error(`hbase: ${message}`);
  process.exit(1);
}
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
/** Whether a process of this home runs: after a restart of the machine its number may be another one's. */
const alive = (pid) => {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  if (!fs.existsSync('/proc/self/cmdline')) return true;
  try {
    return fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(at('conf'));
  } catch {
    return false;
  }
};
const readState = () => {
  try {
    return JSON.parse(fs.readFileSync(at('state.json'), 'utf8'));
  } catch {
    return null;
  }
};
const runningState = () => {
  const s = readState();
  return s?.pid && alive(s.pid) ? s : null;
};

/** Those that were found free, and are not used yet. */
const found = new Set();

/** Below the ports that the system gives to connections, for it takes seconds until HBase listens there. */
async function freePort() {
  for (;;) {
    const port = 22_000 + Math.floor(Math.random() * 10_000);
    if (found.has(port)) continue;
    const free = await new Promise((done) => {
      const server = net.createServer().on('error', () => done(false));
      server.listen(port, '127.0.0.1', () => server.close(() => done(true)));
    });
    if (!free) continue;
    found.add(port);
    return port;
  }
}

function fetchJars() {
  if (fs.existsSync(path.join(lib, '.complete'))) return;
  if (spawnSync('mvn', ['-version'], { stdio: 'ignore' }).status !== 0)
    fail('Maven is needed to fetch HBase, and `mvn` is not on the PATH');
  console.error(`hbase: fetching HBase ${options.version} with Maven into ${lib} ...`);
  try {
    fetchOnce(lib, (directory) => copyJars(path.join(here, 'pom.xml'), directory, [`-Dhbase.version=${options.version}`]));
  } catch (error) {
    fail(error.message);
  }
}

function writeConfig(ports) {
  const site = {
    'hbase.rootdir': `file://${at('data', 'hbase')}`,
    'hbase.tmp.dir': at('data', 'tmp'),
    'hbase.zookeeper.property.dataDir': at('data', 'zk'),
    'hbase.zookeeper.property.clientPort': ports.zk,
    'hbase.zookeeper.quorum': '127.0.0.1',
    'zookeeper.session.timeout.localHBaseCluster': options.session,
    // ZooKeeper grants twenty ticks at most, 40 seconds, whatever is asked for.
    'hbase.zookeeper.property.maxSessionTimeout': Math.max(40_000, Number(options.session)),
    'hbase.unsafe.stream.capability.enforce': false, // a local file system has no hflush
    'hbase.wal.provider': 'filesystem',
    'hbase.cluster.distributed': false,
    'hbase.master.info.port': -1,
    'hbase.regionserver.info.port': -1,
    'hbase.master.hostname': options.host,
    'hbase.regionserver.hostname': options.host,
    'hbase.master.port': ports.master,
    'hbase.regionserver.port': ports.rs,
  };
  const properties = Object.entries(site).map(([k, v]) => `<property><name>${k}</name><value>${v}</value></property>`);
  fs.mkdirSync(at('conf'), { recursive: true });
  fs.writeFileSync(at('conf', 'hbase-site.xml'), `<configuration>${properties.join('\n')}</configuration>\n`);
  fs.writeFileSync(
    at('conf', 'log4j.properties'),
    [
      'log4j.rootLogger=WARN,console',
      'log4j.appender.console=org.apache.log4j.ConsoleAppender',
      'log4j.logger.org.apache.hadoop.hbase.master.HMaster=INFO', // "Master has completed initialization"
      'log4j.appender.console.target=System.err',
      'log4j.appender.console.layout=org.apache.log4j.PatternLayout',
      'log4j.appender.console.layout.ConversionPattern=%d{ISO8601} %p %c{2}: %m%n',
      '',
    ].join('\n'),
  );
  fs.writeFileSync(
    at('conf', 'log4j2.properties'),
    [
      'rootLogger=WARN,console',
      'appender.console.type=Console',
      'appender.console.target=SYSTEM_ERR',
      'appender.console.name=console',
      'appender.console.layout.type=PatternLayout',
      'appender.console.layout.pattern=%d{ISO8601} %p %c{2}: %m%n',
      'logger.master.name=org.apache.hadoop.hbase.master.HMaster',
      'logger.master.level=INFO',
      '',
    ].join('\n'),
  );
}

function java(args, how) {
  return spawn('java', [`-Xmx${options.heap}`, ...OPENS, '-cp', `${at('conf')}:${lib}/*`, ...args], { cwd: home, ...how });
}

const listens = (port) =>
  new Promise((done) => {
    const socket = net.connect(port, '127.0.0.1', () => {
      socket.destroy();
      done(true);
    });
    socket.on('error', () => done(false));
  });

async function join() {
  const state = runningState() ?? fail('it is not running');
  const rs = Number(options.rs) || (await freePort());
  const log = fs.openSync(at('log'), 'a');
  const settings = { 'hbase.cluster.distributed': true, 'hbase.regionserver.port': rs, 'zookeeper.session.timeout': options.session };
  const defines = Object.entries(settings).flatMap(([k, v]) => ['-D', `${k}=${v}`]);
  const child = java(['org.apache.hadoop.hbase.regionserver.HRegionServer', ...defines, 'start'], {
    detached: true,
    stdio: ['ignore', log, log],
  });
  child.unref();
  state.joined = [...(state.joined ?? []).filter(({ pid }) => alive(pid)), { pid: child.pid, rs }];
  fs.writeFileSync(at('state.json'), JSON.stringify(state));
  for (let waited = 0; waited < 60; waited += 0.25) {
    if (!alive(child.pid)) fail(`the region server did not start: see ${at('log')}`);
    if (await listens(rs)) return { pid: child.pid, rs };
    await sleep(250);
  }
  fail(`the region server was not ready within a minute: see ${at('log')}`);
}

async function up(foreground = false) {
  const running = runningState();
  if (running && !foreground) return running;
  if (running) fail(`it is running already, pid ${running.pid}`);
  if (spawnSync('java', ['-version'], { stdio: 'ignore' }).status !== 0) fail('Java 11 or later is needed, and `java` is not on the PATH');
  fetchJars();
  const last = readState() ?? {};
  const ports = {};
  for (const name of ['zk', 'master', 'rs']) ports[name] = Number(options[name]) || last[name] || (await freePort());
  writeConfig(ports);
  const log = fs.openSync(at('log'), 'w');
  const stdio = foreground ? ['ignore', 'inherit', 'pipe'] : ['ignore', log, log];
  const child = java(['org.apache.hadoop.hbase.master.HMaster', 'start'], { detached: !foreground, stdio });
  if (foreground) stayWith(child, log);
  else child.unref();
  const state = { version: options.version, home, pid: child.pid, ...ports, quorum: `127.0.0.1:${ports.zk}` };
  fs.writeFileSync(at('state.json'), JSON.stringify(state));
  for (let waited = 0; waited < 120; waited += 0.25) {
    if (!alive(child.pid))
      fail(`HBase did not start; the end of its log:\n${fs.readFileSync(at('log'), 'utf8').split('\n').slice(-8).join('\n')}`);
    if (fs.readFileSync(at('log'), 'utf8').includes('Master has completed initialization')) return state;
    await sleep(250);
  }
  fail(`HBase was not ready within two minutes: see ${at('log')}`);
}

/** Passes signals on, copies the log to stderr and ends with the child's exit code. */
function stayWith(child, log) {
  child.stderr.on('data', (bytes) => {
    fs.writeSync(log, bytes);
    process.stderr.write(bytes);
  });
  for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => child.kill('SIGTERM'));
  child.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
}

async function stop(signal) {
  const state = readState();
  const pids = [...(state?.joined ?? []), ...(state ? [state] : [])].map(({ pid }) => pid).filter(alive);
  for (const pid of pids) process.kill(pid, signal);
  for (let waited = 0; waited < 40 && pids.some(alive); waited += 0.1) await sleep(100);
  for (const pid of pids.filter(alive)) process.kill(pid, 'SIGKILL');
}

switch (verb) {
  case 'run':
  case 'up': {
    const s = await up(verb === 'run');
    console.log(`HBase ${s.version} is up: tsd.storage.hbase.zk_quorum = ${s.quorum} (pid ${s.pid})`);
    break;
  }
  case 'fetch':
    fetchJars();
    console.log(`HBase ${options.version} is in ${lib}`);
    break;
  case 'join': {
    const { pid, rs } = await join();
    console.log(`One more region server is up on port ${rs} (pid ${pid})`);
    break;
  }
  case 'down':
    await stop('SIGTERM');
    console.log('HBase is down');
    break;
  case 'kill':
    await stop('SIGKILL');
    console.log('HBase is killed');
    break;
  case 'wipe':
    await stop('SIGKILL');
    fs.rmSync(at('data'), { recursive: true, force: true });
    console.log('HBase is down and its data removed');
    break;
  case 'status': {
    const s = runningState();
    console.log(JSON.stringify(s ?? { running: false }));
    process.exit(s ? 0 : 1);
    break;
  }
  default:
    console.error(
      fs
        .readFileSync(fileURLToPath(import.meta.url), 'utf8')
        .split('\n')
        .slice(0, 17)
        .map((l) => l.replace(/^\/\/ ?/, ''))
        .join('\n'),
    );
    process.exit(2);
}
