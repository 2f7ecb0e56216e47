// node bench/settle.mjs --zk QUORUM [--jars DIR] TABLE...
// Flushes tables and has HBase compact them, before queries are measured: fresh tables hold tombstones in memory that both peers wait for.
import { parseArgs } from 'node:util';
import { HBASE_JARS, runJava } from './lib/java.mjs';

const { values, positionals } = parseArgs({
  options: { zk: { type: 'string' }, jars: { type: 'string', default: HBASE_JARS } },
  allowPositionals: true,
});
if (!values.zk || positionals.length === 0) {
  console.error('Usage: bench/settle.mjs --zk QUORUM [--jars DIR] TABLE...');
  process.exit(2);
}
process.stdout.write(runJava('Settle', values.jars, [values.zk, ...positionals]));
