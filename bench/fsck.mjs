#!/usr/bin/env node
// How fast `tsdb fsck` goes over a table of HBase, against the original's Fsck on the same table, one after the other in each round. The tables are made,
// filled and taken away here. Rows are sound: half of them compacted, half with a cell for each point. With --repair every tenth has something to repair, in
// tables of each program's own.
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';

const USAGE = `Usage: bench/fsck.mjs --zk HOST:PORT [options]       (after bin/build)
  --rows N       rows of the table (50000)
  --points N     points of each (60)
  --threads N    of both programs (2)
  --rounds N     (3)
  --repair       repair a damaged table with --fix-all, once each
  --jars DIR     those of the original (where the tests keep them)`;

const { values: options } = parseArgs({
  options: {
    zk: { type: 'string' },
    rows: { type: 'string', default: '50000' },
    points: { type: 'string', default: '60' },
    threads: { type: 'string', default: '2' },
    rounds: { type: 'string', default: '3' },
    repair: { type: 'boolean', default: false },
    jars: { type: 'string', default: path.join(os.homedir(), '.cache/opentsdb-ts/original-2.4.1/lib') },
    help: { type: 'boolean', default: false },
  },
});
if (options.help || !options.zk) {
  console.error(USAGE);
  process.exit(options.help ? 0 : 2);
}

const require = createRequire(import.meta.url);
const { HBaseAdmin, HBaseStorage } = require('../dist/storage/hbase');
const { PackedCells } = require('../dist/storage');
const { buildCompacted, buildQualifier } = require('../dist/schema');
const MAIN = path.resolve(import.meta.dirname, '../dist/bin/main.js');

const [rows, points] = [Number(options.rows), Number(options.points)];
const HOUR = 3600;
const FIRST = 1_600_002_000 - (1_600_002_000 % HOUR);
const HOURS = 24;
const METRICS = 8;
const BATCH = 500;
const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'bench-fsck-'));
const storage = HBaseStorage.withOptions({ zkQuorum: options.zk });
await storage.open();
const admin = new HBaseAdmin(storage.cluster);
const made = [];

function uid(n) {
  return Buffer.of(n >>> 16, n >>> 8, n);
}

async function makeTables(prefix) {
  const families = { tsdb: ['t'], 'tsdb-uid': ['id', 'name'], 'tsdb-tree': ['t'], 'tsdb-meta': ['name'] };
  for (const [name, list] of Object.entries(families)) {
    await admin.createTable({ name: prefix + name, families: list.map((family) => ({ name: family, versions: 1 })) });
    made.push(prefix + name);
  }
  const names = [
    ...Array.from({ length: METRICS }, (_, i) => ['metrics', `bench.${i + 1}`, i + 1]),
    ['tagk', 'host', 1],
    ...Array.from({ length: Math.ceil(rows / HOURS / METRICS) }, (_, i) => ['tagv', `host${i + 1}`, i + 1]),
  ];
  for (const [kind, name, id] of names) {
    const qualifier = Buffer.from(kind);
    await storage.put(`${prefix}tsdb-uid`, Buffer.from('id'), [{ row: Buffer.from(name), cells: PackedCells.of(qualifier, uid(id)) }]);
    await storage.put(`${prefix}tsdb-uid`, Buffer.from('name'), [{ row: uid(id), cells: PackedCells.of(qualifier, Buffer.from(name)) }]);
  }
  await storage.increment(`${prefix}tsdb-uid`, Buffer.of(0), Buffer.from('id'), Buffer.from('metrics'), BigInt(METRICS));
}

function rowOf(n, damaged) {
  const base = FIRST + (n % HOURS) * HOUR;
  const series = Math.floor(n / HOURS);
  const row = Buffer.alloc(13);
  uid((series % METRICS) + 1).copy(row, 0);
  row.writeUInt32BE(base, 3);
  uid(1).copy(row, 7);
  uid(Math.floor(series / METRICS) + 1).copy(row, 10);
  const cells = new PackedCells();
  const all = Array.from({ length: points }, (_, i) => ({
    qualifier: buildQualifier(base + i * Math.floor(HOUR / points), 1),
    value: Buffer.of(i & 0x7f, n),
  }));
  if (n % 2 === 0) {
    const { qualifier, value } = buildCompacted(all);
    cells.add(qualifier, value);
  } else for (const { qualifier, value } of all) cells.add(qualifier, value);
  if (damaged && n % 10 === 0) cells.add(buildQualifier(base + HOUR - 1, 7), Buffer.from('0000000000000005', 'hex'));
  return { row, cells };
}

async function fill(prefix, damaged) {
  await makeTables(prefix);
  for (let n = 0; n < rows; n += BATCH) {
    const batch = Array.from({ length: Math.min(BATCH, rows - n) }, (_, i) => rowOf(n + i, damaged));
    const [failure] = await storage.put(`${prefix}tsdb`, Buffer.from('t'), batch);
    if (failure) throw failure.error;
  }
}

function configOf(prefix) {
  const file = path.join(directory, `${prefix}conf`);
  const tables = { data_table: 'tsdb', uid_table: 'tsdb-uid', tree_table: 'tsdb-tree', meta_table: 'tsdb-meta' };
  const lines = Object.entries(tables).map(([key, name]) => `tsd.storage.hbase.${key} = ${prefix}${name}`);
  fs.writeFileSync(file, `tsd.storage.hbase.zk_quorum = ${options.zk}\n${lines.join('\n')}\n`);
  return file;
}

const OPENS = ['nio', 'lang', 'lang.reflect', 'util', 'util.concurrent'].flatMap((p) => ['--add-opens', `java.base/java.${p}=ALL-UNNAMED`]);
const LOGBACK = path.join(directory, 'logback.xml');
fs.writeFileSync(
  LOGBACK,
  `<configuration><appender name="S" class="ch.qos.logback.core.ConsoleAppender"><encoder><pattern>%d %-5level [%thread] %logger{0}: %msg%n</pattern></encoder></appender>
<logger name="net.opentsdb.tools" level="INFO"/><root level="WARN"><appender-ref ref="S"/></root></configuration>`,
);

const PROGRAMS = {
  ours: (config, flags) => [process.execPath, [MAIN, 'fsck', `--config=${config}`, ...flags]],
  original: (config, flags) => [
    'java',
    [
      '-Xmx1g',
      ...OPENS,
      '--add-opens',
      'java.base/sun.nio.ch=ALL-UNNAMED',
      `-Dlogback.configurationFile=${LOGBACK}`,
      '-cp',
      `${options.jars}/*`,
    ].concat('net.opentsdb.tools.Fsck', `--config=${config}`, ...flags),
  ],
};

/** Runs a program to its end, measured from its start. */
async function measure(program, prefix, flags) {
  const [command, words] = PROGRAMS[program](configOf(prefix), ['--full-scan', `--threads=${options.threads}`, ...flags]);
  const started = performance.now();
  const child = spawn('/usr/bin/time', ['-f', '%U %S %M', command, ...words], { stdio: ['ignore', 'pipe', 'pipe'] });
  let [out, err] = ['', ''];
  child.stdout.on('data', (bytes) => (out = (out + bytes).slice(-8192)));
  child.stderr.on('data', (bytes) => (err = (err + bytes).slice(-8192)));
  await new Promise((done) => child.once('close', done));
  const seconds = (performance.now() - started) / 1000;
  const [user, system, kilobytes] = err.trim().split('\n').pop().split(' ').map(Number);
  const seen = Number(/Valid Datapoints: (\d+)/.exec(out)?.[1] ?? NaN);
  const errors = Number(/Total Errors: (\d+)/.exec(out)?.[1] ?? NaN);
  return { program, seconds, cpu: user + system, megabytes: kilobytes / 1024, seen, errors };
}

const line = ({ program, seconds, cpu, megabytes, seen }) =>
  console.log(
    `${program.padEnd(9)} ${seconds.toFixed(2).padStart(8)} s  ${Math.round(rows / seconds)
      .toString()
      .padStart(
        8,
      )} rows/s  ${cpu.toFixed(2).padStart(7)} s of processor  ${Math.round(megabytes).toString().padStart(5)} MB  ${seen} points`,
  );

try {
  if (spawnSync('/usr/bin/time', ['-f', '%U', 'true']).status !== 0) throw new Error('/usr/bin/time is missing');
  const stem = `bench_fsck_${process.pid}_`;
  const results = [];
  if (options.repair) {
    for (const program of ['original', 'ours']) {
      await fill(`${stem}${program}_`, true);
      results.push(await measure(program, `${stem}${program}_`, ['--fix-all']));
      line(results[results.length - 1]);
    }
  } else {
    await fill(stem, false);
    for (let round = 0; round < Number(options.rounds); round++)
      for (const program of round % 2 === 0 ? ['original', 'ours'] : ['ours', 'original']) {
        results.push(await measure(program, stem, []));
        line(results[results.length - 1]);
      }
  }
  const median = (program) => {
    const of = results.filter((each) => each.program === program).map(({ seconds }) => seconds);
    return of.sort((a, b) => a - b)[Math.floor(of.length / 2)];
  };
  console.log(`ours is ${(median('original') / median('ours')).toFixed(2)} times as fast (medians)`);
} finally {
  for (const name of made) {
    await admin.disableTable(name);
    await admin.deleteTable(name);
  }
  admin.close();
  await storage.close();
  fs.rmSync(directory, { recursive: true });
}
