// node bench/mutator.mjs --zk QUORUM --table TABLE [--points N] [--series N] [--group N] [--rounds N]
// Cells a second of HBase's own BufferedMutator with the cells of a row in one Put: what ingestion on HBase is measured against.
// Needs Java and the HBase jars that hbase-schema/local/hbase has fetched. The table needs a family `t`; it is left full.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    zk: { type: 'string' },
    table: { type: 'string' },
    points: { type: 'string', default: '1000000' },
    series: { type: 'string', default: '1000' },
    group: { type: 'string', default: '10000' },
    rounds: { type: 'string', default: '3' },
    jars: { type: 'string', default: path.join(os.homedir(), '.cache/opentsdb-ts/hbase-2.5.11-hadoop3/lib') },
  },
});
if (!values.zk || !values.table) {
  console.error('Usage: bench/mutator.mjs --zk QUORUM --table TABLE [--points N] [--series N] [--group N] [--rounds N] [--jars DIR]');
  process.exit(2);
}
const source = path.join(path.dirname(fileURLToPath(import.meta.url)), 'java', 'Mutator.java');
const classes = fs.mkdtempSync(path.join(os.tmpdir(), 'mutator-'));
const run = (command, args) => spawnSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
const built = run('javac', ['-cp', `${values.jars}/*`, '-d', classes, source]);
if (built.status !== 0) {
  console.error(built.stderr);
  process.exit(1);
}
const { zk, table, points, series, group, rounds } = values;
const done = run('java', ['-Xmx1g', '-cp', `${classes}:${values.jars}/*`, 'Mutator', zk, table, points, series, group, rounds]);
fs.rmSync(classes, { recursive: true });
const rates = [...done.stdout.matchAll(/^cells\/s (\d+)$/gm)].map((m) => Number(m[1])).sort((a, b) => a - b);
if (rates.length === 0) {
  console.error(done.stderr.slice(-1000));
  process.exit(1);
}
console.log(
  `BufferedMutator, ${points} cells over ${series} series, ${group} grouped by row: ${rates.map((r) => r.toLocaleString('en')).join(', ')} cells/s`,
);
console.log(`median ${rates[rates.length >> 1].toLocaleString('en')} cells/s`);
