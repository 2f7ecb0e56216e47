import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { freePort } from '../../support/free-port';
import { HBASE_JARS, HBASE_LAUNCHER } from './own-hbase';
import { RunDirectory } from './run-directory';

const MEMORY = '2g';
const has = (command: string, version: string): boolean => spawnSync(command, [version], { stdio: 'ignore' }).status === 0;

interface SetUp {
  undoInteropSetUp?: () => void;
}

/**
 * Starts the standalone HBase once for all interop suites of this run and tells them where it is (TSDB_TEST_ZK), or why there is none
 * (TSDB_TEST_SKIP). With TSDB_TEST_ZK set already, that one is used and left alone.
 */
export default async function setUp(): Promise<void> {
  const directory = RunDirectory.make();
  const undo = ((globalThis as SetUp).undoInteropSetUp = () => directory.remove());
  if (process.env.TSDB_TEST_ZK) return;
  const missing = [
    ['java', '-version'],
    ['mvn', '-version'],
  ].filter(([command, version]) => !has(command, version));
  if (missing.length > 0) {
    process.env.TSDB_TEST_SKIP = `${missing.map(([command]) => command).join(' and ')} not on the PATH`;
    return;
  }
  const home = ['--home', join(directory.path, 'hbase')];
  const launch = (verb: string, ...options: string[]): boolean =>
    spawnSync(HBASE_LAUNCHER, [verb, ...home, ...options], { stdio: 'inherit' }).status === 0;
  (globalThis as SetUp).undoInteropSetUp = () => {
    launch('wipe');
    undo();
  };
  const ports = [await freePort(), await freePort(), await freePort()].map(String);
  if (!launch('up', '--lib', HBASE_JARS, '--heap', MEMORY, '--zk', ports[0], '--master', ports[1], '--rs', ports[2]))
    throw new Error('the standalone HBase did not start');
  process.env.TSDB_TEST_ZK = `127.0.0.1:${ports[0]}`;
}

/** Takes everything down that was set up. */
export function undoSetUp(): void {
  (globalThis as SetUp).undoInteropSetUp?.();
}
