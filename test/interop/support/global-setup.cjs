// Starts the standalone HBase once for all interop suites and tells them where it is (TSDB_TEST_ZK), or why there is none
// (TSDB_TEST_SKIP). With TSDB_TEST_ZK set already, that one is used and left alone.
const { spawnSync } = require('node:child_process');
const path = require('node:path');

const launcher = path.resolve(__dirname, '../../../hbase-schema/local/hbase');
const has = (command, ...args) => spawnSync(command, args, { stdio: 'ignore' }).status === 0;

module.exports = async () => {
  if (process.env.TSDB_TEST_ZK) return;
  const missing = [
    ['java', '-version'],
    ['mvn', '-version'],
  ]
    .filter(([c, a]) => !has(c, a))
    .map(([c]) => c);
  if (missing.length) {
    process.env.TSDB_TEST_SKIP = `${missing.join(' and ')} not on the PATH`;
    return;
  }
  const jars = ['--home', process.env.TSDB_TEST_HBASE_HOME ?? path.join(require('node:os').homedir(), '.cache/opentsdb-ts/hbase-tests')];
  spawnSync(launcher, ['wipe', ...jars], { stdio: 'inherit' });
  const up = spawnSync(launcher, ['up', ...jars, '--heap', '2g'], { stdio: 'inherit' });
  if (up.status !== 0) throw new Error('the standalone HBase did not start');
  const state = JSON.parse(spawnSync(launcher, ['status', ...jars], { encoding: 'utf8' }).stdout);
  process.env.TSDB_TEST_ZK = state.quorum;
  process.env.TSDB_TEST_HBASE_HOME = state.home;
  globalThis.stopHBase = () => spawnSync(launcher, ['wipe', ...jars], { stdio: 'inherit' });
};
