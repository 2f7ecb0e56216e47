#!/usr/bin/env node
// How long the built-in search index takes to be made of so many series, how much memory and disk it needs, and how long searches take.
// Everything is in a temporary directory; dist/ must be built.
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const { values: args } = parseArgs({
  options: {
    series: { type: 'string', default: '100000' },
    metrics: { type: 'string', default: '200' },
    rounds: { type: 'string', default: '5' },
    help: { type: 'boolean', default: false },
  },
});
if (args.help) {
  console.log(
    'usage: search.mjs [--series N] [--metrics N] [--rounds N]\nSeries have a host, a core and a data centre; hosts are as many as are needed.',
  );
  process.exit(0);
}
const SERIES = Number(args.series);
const METRICS = Number(args.metrics);
const CORES = 8;
const CENTRES = ['lga', 'sjc', 'ams', 'nrt'];

const require = createRequire(import.meta.url);
const dist = (name) => require(`../dist/${name}`);
const { LayeredConfig } = dist('config');
const { createToolApp, withStore } = dist('app');
const { LogSystem } = dist('util/logger');
const { PackedCells } = dist('storage');
const { META_COLUMN, META_FAMILY } = dist('meta');
const { createSearch, rebuildIndex } = dist('search');
const { searchSettings } = dist('config/settings');

const SILENT = { debug() {}, info() {}, warn: console.warn, error: console.error };
const root = mkdtempSync(join(tmpdir(), 'tsdb-bench-search-'));
process.on('exit', () => rmSync(root, { recursive: true, force: true }));
const index = join(root, 'index');
const config = new LayeredConfig([
  ['tsd.storage.engine', 'embedded'],
  ['tsd.storage.embedded.path', join(root, 'data')],
  ['tsd.search.path', index],
  ['tsd.search.max_results', '1000000'],
]);
const app = createToolApp(config, new LogSystem({ console: false }));
const { model, storage, uids, meta } = app;

/** MiB: of the heap, of all memory that is the process's own, and with the pages of files that it has mapped. */
function memory() {
  globalThis.gc?.();
  const status = readFileSync('/proc/self/status', 'utf8');
  const megabytes = (name) => Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1]) >> 10;
  return { heap: process.memoryUsage().heapUsed >> 20, own: megabytes('RssAnon'), withFiles: megabytes('VmRSS') };
}

/** Seconds of processor time since the last call. */
let usedBefore = process.cpuUsage();
function cpu() {
  const { user, system } = process.cpuUsage(usedBefore);
  usedBefore = process.cpuUsage();
  return (user + system) / 1e6;
}

async function assign(kind, names) {
  const ids = [];
  for (let at = 0; at < names.length; at += 256)
    ids.push(...(await Promise.all(names.slice(at, at + 256).map((name) => uids.assign(kind, name)))));
  return ids;
}

async function fill() {
  const hosts = Math.ceil(SERIES / METRICS / CORES);
  const metrics = await assign(
    'metrics',
    Array.from({ length: METRICS }, (_, i) => `sys.group${i % 20}.metric${i}`),
  );
  const [host, core, dc] = await assign('tagk', ['host', 'core', 'dc']);
  const hostIds = await assign(
    'tagv',
    Array.from({ length: hosts }, (_, i) => `web${i}.example.com`),
  );
  const coreIds = await assign(
    'tagv',
    Array.from({ length: CORES }, (_, i) => `core${i}`),
  );
  const dcIds = await assign('tagv', CENTRES);
  let puts = [];
  for (let i = 0; i < SERIES; i++) {
    const h = Math.floor(i / METRICS / CORES);
    const pairs = [host, hostIds[h], core, coreIds[Math.floor(i / METRICS) % CORES], dc, dcIds[h % CENTRES.length]];
    const row = Buffer.concat([metrics[i % METRICS], ...pairs]);
    puts.push({ row, cells: PackedCells.of(META_COLUMN, meta.tsMetas.blank(row)) });
    if (puts.length < 4096 && i < SERIES - 1) continue;
    const [failure] = await storage.put(model.tables.meta.name, META_FAMILY, puts);
    if (failure) throw failure.error;
    puts = [];
  }
}

const SEARCHES = [
  ['tsuids', 'name:*'],
  ['tsmeta', 'host:web1.example.com'],
  ['tsmeta', 'metric:sys.group1.metric1'],
  ['tsmeta', 'web1'],
  ['tsmeta', 'metric:*ric1?  AND host:web1.*'],
  ['tsmeta', 'dc:lga AND NOT core:core0'],
  ['tsmeta', '*eb1*'],
  ['tsmeta', 'description:nothing'],
];

async function ask(search, type, query) {
  const whole = { type: type.toUpperCase(), query, metric: '*', tags: null, limit: 25, startIndex: 0, useMeta: true };
  const { results, totalResults } = await search.execute(whole, { signal: new AbortController().signal, account() {} });
  for await (const batch of results.batches) void batch;
  return totalResults;
}

await withStore(app, [], async () => {
  let started = performance.now();
  const seconds = () => `${((performance.now() - started) / 1000).toFixed(1)} s (processor: ${cpu().toFixed(1)} s)`;
  await fill();
  console.log(`${SERIES} series in the tables after ${seconds()}; memory`, memory());
  started = performance.now();
  const parts = { meta, uids, logger: SILENT };
  console.log(
    'made:',
    await rebuildIndex(parts, { path: index }, false),
    `in ${seconds()}, disk ${statSync(join(index, 'data.mdb')).size >> 20} MiB, memory`,
    memory(),
  );
  started = performance.now();
  console.log('compared:', await rebuildIndex(parts, { path: index }, false), `in ${seconds()}, memory`, memory());
  const search = await createSearch({ config, meta, uids, uidTable: model.tables.uid.name, logger: SILENT }, searchSettings(config));
  await search.open();
  for (const [type, query] of SEARCHES) {
    const times = [];
    let total = 0;
    cpu();
    for (let i = 0; i < Number(args.rounds); i++) {
      const begun = performance.now();
      total = await ask(search, type, query);
      times.push(performance.now() - begun);
    }
    times.sort((a, b) => a - b);
    const used = (1000 * cpu()) / times.length;
    const [median, worst] = [times[Math.floor(times.length / 2)], times.at(-1)].map((ms) => ms.toFixed(1));
    console.log(
      `${type.padEnd(8)} ${query.padEnd(34)} ${String(total).padStart(8)} found, ${median} ms (worst: ${worst} ms), ${used.toFixed(1)} ms of processor`,
    );
  }
  console.log('memory', memory());
  await search.close();
});
