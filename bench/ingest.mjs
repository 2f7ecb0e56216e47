#!/usr/bin/env node
// What points cost: points a second until they are stored, processor time a point of the TSD with all its processes, of the storage and of the sender, and memory. The same
// load goes to peers in turn, so that they meet the same machine; what was sent is counted in the store afterwards. docs/performance.md says more. Needs bin/build.
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { runFairness } from './lib/fairness.mjs';
import { runLoad } from './lib/ingest-run.mjs';
import { markdown, tableRows } from './lib/ingest-table.mjs';

const USAGE = `Usage: bench/ingest.mjs [--peer PEER]... [options]
       bench/ingest.mjs --table [--zk HOST:PORT] [--rows PATTERN] [--rounds N] [--into FILE]
       bench/ingest.mjs --fairness 2,3,4 [--rate N] [--seconds N] [options]
  --peer PEER       ours (the default), ours@DIR (another built tree), original, victoria, or PORT[:PID] of a TSD that runs already; the first is compared with each
                    of the others. Settings behind it: ours,tsd.network.worker_threads=4
  --store STORE     hbase (needs --zk; tables of its own), embedded, or sink: a HBase that keeps names and forgets points (sink)
  --zk HOST:PORT    ZooKeeper of the HBase
  --proto PROTO     telnet, http, or sync: /api/put?sync&summary (telnet)
  --points N        points a round (1000000)
  --series N        series they belong to (1000)
  --burst N         points of a series that are sent one behind the other; 1: series in turn (1)
  --names NAMES     seen: the TSD has had points of all series; known: the names are in the table, the TSD was started anew; new (seen)
  --connections N   (4)
  --batch N         points a write or a request (500)
  --rounds N        measured rounds of each peer; the medians count (3)
  --table           all loads of docs/performance.md, as Markdown; without --zk those that need none. --rows: only those whose text matches
  --fairness LIST   how telnet connections fare with so many workers, at full speed and at --rate points/s each: which worker has them, what each gets
                    through, and how long others wait for an answer at each worker meanwhile
  --rate N          (10000)
  --seconds N       of each measurement (10)
  --into FILE       put the result into a Markdown file, between the lines <!-- measured --> and <!-- end -->`;

const { values: options } = parseArgs({
  options: {
    peer: { type: 'string', multiple: true, default: ['ours'] },
    store: { type: 'string', default: 'sink' },
    zk: { type: 'string' },
    proto: { type: 'string', default: 'telnet' },
    points: { type: 'string', default: '1000000' },
    series: { type: 'string', default: '1000' },
    burst: { type: 'string', default: '1' },
    names: { type: 'string', default: 'seen' },
    connections: { type: 'string', default: '4' },
    batch: { type: 'string', default: '500' },
    rounds: { type: 'string', default: '3' },
    table: { type: 'boolean', default: false },
    rows: { type: 'string', default: '' },
    fairness: { type: 'string' },
    rate: { type: 'string', default: '10000' },
    seconds: { type: 'string', default: '10' },
    into: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
const oneOf = { store: ['hbase', 'embedded', 'sink'], proto: ['telnet', 'http', 'sync'], names: ['seen', 'known', 'new'] };
const wrong = Object.entries(oneOf).some(([name, values]) => !values.includes(options[name]));
if (options.help || wrong || (options.store === 'hbase' && !options.zk && !options.table)) {
  console.error(USAGE);
  process.exit(options.help ? 0 : 2);
}

const { zk, peer: peers, store, proto, names } = options;
const [points, series, burst, connections, batch, rounds] = ['points', 'series', 'burst', 'connections', 'batch', 'rounds'].map((name) =>
  Number(options[name]),
);
if (options.fairness) {
  const workers = options.fairness.split(',').map(Number);
  const [rate, seconds] = [options.rate, options.seconds].map(Number);
  const load = { series, connections, batch, seconds };
  console.log(await runFairness({ workers, rates: [0, rate], store, zk, say: (text) => console.error(text), ...load }));
  process.exit(0);
}
const order = burst === 1 ? 'in turn' : `in bursts of ${burst}`;
const one = {
  title: `${store}, ${proto}, ${series.toLocaleString('en')} series ${order}, names ${names}`,
  load: { proto, points, series, burst, names, connections, batch },
  store,
  peers,
};
const rows = options.table ? tableRows({ zk, pattern: new RegExp(options.rows, 'i') }) : [one];
const done = [];
for (const row of rows) {
  console.error(row.title);
  try {
    const results = await runLoad(row.load, { peers: row.peers, store: row.store, zk, rounds, say: (text) => console.error(text) });
    done.push({ ...row, results });
  } catch (error) {
    if (!options.table) throw error;
    // The other rows are worth having.
    console.error(`  ${error.stack}`);
    process.exitCode = 1;
  }
}
const text = markdown(done);
console.log(text);
if (options.into) {
  const before = readFileSync(options.into, 'utf8');
  const after = before.replace(/(<!-- measured -->\n)[^]*?(\n<!-- end -->)/, (_, begin, end) => `${begin}\n${text}\n${end}`);
  if (after === before) throw new Error(`${options.into} has no place for the result`);
  writeFileSync(options.into, after);
}
