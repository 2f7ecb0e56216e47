import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '../../support/free-port';
import { RunDirectory } from './run-directory';

export const HBASE_LAUNCHER = resolve(__dirname, '../../../hbase-schema/local/hbase');
/** Of all runs together. */
export const HBASE_JARS = join(homedir(), '.cache', 'opentsdb-ts', 'hbase-tests', 'lib');

interface State {
  pid: number;
  quorum: string;
  zk: number;
  rs: number;
  joined?: { pid: number; rs: number }[];
}

/** A region server beside the first, which has the master in it. */
export interface RegionServer {
  port: number;
  /** kill -9 */
  kill(): void;
  freeze(): void;
  thaw(): void;
  running(): boolean;
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** An HBase of a test's own, to be frozen and killed: on free ports, with data that go with it. */
export class OwnHBase {
  private constructor(
    private readonly home: string,
    private state: State,
    private readonly options: readonly string[],
  ) {}

  /** @param sessionMs a longer silence is taken for its death by HBase itself; a restart after a kill takes as long */
  static async start({ sessionMs = 10_000 } = {}): Promise<OwnHBase> {
    const ports = ['--zk', await freePort(), '--master', await freePort(), '--rs', await freePort()].map(String);
    const options = ['--lib', HBASE_JARS, '--session', String(sessionMs), ...ports];
    const home = mkdtempSync(join(RunDirectory.current, 'hbase-own-'));
    await launch('up', home, options);
    return new OwnHBase(home, await stateOf(home), options);
  }

  get quorum(): string {
    return this.state.quorum;
  }

  /** Ports of ZooKeeper and of the region server. */
  get ports(): { zk: number; rs: number } {
    return this.state;
  }

  freeze(): void {
    process.kill(this.state.pid, 'SIGSTOP');
  }

  thaw(): void {
    process.kill(this.state.pid, 'SIGCONT');
  }

  /** kill -9 */
  async kill(): Promise<void> {
    await launch('kill', this.home);
  }

  /** On the ports and the data it had. */
  async restart(): Promise<void> {
    await launch('up', this.home, this.options);
    this.state = await stateOf(this.home);
  }

  /** One more region server, a process of its own. @param sessionMs a longer silence is taken for its death */
  async join({ sessionMs = 6000 } = {}): Promise<RegionServer> {
    await launch('join', this.home, ['--lib', HBASE_JARS, '--session', String(sessionMs), '--rs', String(await freePort())]);
    const { joined = [] } = (this.state = await stateOf(this.home));
    const { pid, rs } = joined[joined.length - 1];
    const signal = (name: NodeJS.Signals) => () => void process.kill(pid, name);
    return { port: rs, kill: signal('SIGKILL'), freeze: signal('SIGSTOP'), thaw: signal('SIGCONT'), running: () => isRunning(pid) };
  }

  async stop(): Promise<void> {
    await launch('wipe', this.home);
    rmSync(this.home, { recursive: true, force: true });
  }
}

async function launch(verb: string, home: string, options: readonly string[] = []): Promise<string> {
  const { stdout } = await promisify(execFile)(HBASE_LAUNCHER, [verb, '--home', home, '--heap', '1g', ...options]);
  return stdout;
}

async function stateOf(home: string): Promise<State> {
  return JSON.parse(await launch('status', home)) as State;
}
