// node bench/mutator.mjs --zk QUORUM --table TABLE [--points N] [--series N] [--group N] [--rounds N] [--jars DIR]
// Cells a second of HBase's own BufferedMutator with the cells of a row in one Put: what ingestion on HBase is measured against.
// Needs Java and the HBase jars that hbase-schema/local/hbase has fetched. The table needs a family `t`; it is left full.
import { parseArgs } from 'node:util';
import { HBASE_JARS, runJava } from './lib/java.mjs';

const { values } = parseArgs({
  options: {
    zk: { type: 'string' },
    table: { type: 'string' },
    points: { type: 'string', default: '1000000' },
    series: { type: 'string', default: '1000' },
    group: { type: 'string', default: '10000' },
    rounds: { type: 'string', default: '3' },
    jars: { type: 'string', default: HBASE_JARS },
  },
});
const { zk, table, points, series, group, rounds } = values;
if (!zk || !table) {
  console.error('Usage: bench/mutator.mjs --zk QUORUM --table TABLE [--points N] [--series N] [--group N] [--rounds N] [--jars DIR]');
  process.exit(2);
}
const out = runJava('Mutator', values.jars, [zk, table, points, series, group, rounds]);
const rates = [...out.matchAll(/^cells\/s (\d+)$/gm)].map((m) => Number(m[1])).sort((a, b) => a - b);
const shown = rates.map((rate) => rate.toLocaleString('en'));
console.log(`BufferedMutator, ${points} cells over ${series} series, ${group} grouped by row: ${shown.join(', ')} cells/s`);
console.log(`median ${shown[rates.length >> 1]} cells/s`);
