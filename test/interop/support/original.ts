import { ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { endChild } from '../../support/end-child';
import { freePort } from '../../support/free-port';
import { tableNames } from './tables';

const HOME = join(homedir(), '.cache', 'opentsdb-ts', 'original-2.4.1');
const OPENS = ['nio', 'lang', 'lang.reflect', 'util', 'util.concurrent']
  .map((p) => `java.base/java.${p}`)
  .concat('java.base/sun.nio.ch', 'java.base/jdk.internal.ref')
  .flatMap((p) => ['--add-opens', `${p}=ALL-UNNAMED`])
  .concat(['--add-exports', 'java.base/jdk.internal.misc=ALL-UNNAMED']);
const LOGBACK = `<configuration><appender name="S" class="ch.qos.logback.core.ConsoleAppender"><target>System.err</target>
<encoder><pattern>%d %-5level %logger{0}: %msg%n</pattern></encoder></appender>
<logger name="org.apache.zookeeper" level="ERROR"/><logger name="net.opentsdb.tools.Fsck" level="INFO"/><root level="WARN"><appender-ref ref="S"/></root></configuration>`;

/** As the packages of the original log: what the tools say on stdout, everything else in a file. */
const PACKAGED_LOGBACK = `<configuration><appender name="S" class="ch.qos.logback.core.ConsoleAppender">
<encoder><pattern>%date{ISO8601} %-5level [%thread] %logger{0}: %msg%n</pattern></encoder></appender>
<logger name="net.opentsdb.tools" level="INFO" additivity="false"><appender-ref ref="S"/></logger><root level="ERROR"/></configuration>`;

interface FetchOnce {
  fetchOnce(directory: string, fill: (directory: string) => void): void;
  copyJars(pom: string, directory: string): void;
}
const { fetchOnce, copyJars } = require('../../../hbase-schema/local/fetch-once.cjs') as FetchOnce;

/** Fetches the original's jars with Maven, once for this machine. */
export function fetchOriginal(): void {
  fetchOnce(HOME, (directory) => {
    mkdirSync(join(directory, 'classes'));
    copyJars(join(__dirname, 'original.pom.xml'), join(directory, 'lib'));
  });
}

const START_MS = 100_000;
/** It may have much to store before it ends. */
const STOP_MS = 60_000;

export interface OriginalOptions {
  quorum: string;
  /** Put before each table name. */
  prefix: string;
  /** Further lines of the configuration. */
  settings?: Record<string, string>;
  /** A directory of further classes. */
  classPath?: string;
}

function writeConfig(dir: string, port: number, { quorum, prefix, settings = {} }: OriginalOptions): string {
  const keys: Record<string, string | number> = {
    'tsd.network.port': port,
    'tsd.network.bind': '127.0.0.1',
    'tsd.http.staticroot': dir,
    'tsd.http.cachedir': join(dir, 'cache'),
    'tsd.storage.hbase.zk_quorum': quorum,
    ...tableNames(prefix),
    ...settings,
  };
  writeFileSync(join(dir, 'logback.xml'), LOGBACK);
  const file = join(dir, 'opentsdb.conf');
  writeFileSync(
    file,
    Object.entries(keys)
      .map(([k, v]) => `${k} = ${v}\n`)
      .join(''),
  );
  return file;
}

function javaOptions(dir: string, classPath?: string): string[] {
  return [
    '-Xmx1g',
    ...OPENS,
    `-Dlogback.configurationFile=${join(dir, 'logback.xml')}`,
    '-cp',
    [`${HOME}/classes`, `${HOME}/lib/*`, ...(classPath ? [classPath] : [])].join(':'),
  ];
}

function answers(port: number): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect(port, '127.0.0.1', () => socket.end(() => done(true)));
    socket.on('error', () => done(false));
  });
}

/** A Java TSD of version 2.4.1 on loopback. */
export class OriginalTsd {
  private constructor(
    readonly port: number,
    private readonly process: ChildProcess,
    private readonly dir: string,
  ) {}

  static async start(options: OriginalOptions): Promise<OriginalTsd> {
    fetchOriginal();
    const port = await freePort();
    const dir = mkdtempSync(join(tmpdir(), 'original-'));
    const config = writeConfig(dir, port, options);
    const child = spawn('java', [...javaOptions(dir, options.classPath), 'net.opentsdb.tools.TSDMain', '--config', config], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let log = '';
    child.stderr.on('data', (d: Buffer) => (log = (log + d.toString()).slice(-4000)));
    for (const giveUp = performance.now() + START_MS; performance.now() < giveUp;) {
      if (child.exitCode !== null || child.signalCode !== null) break;
      if (await answers(port)) return new OriginalTsd(port, child, dir);
      await new Promise((r) => setTimeout(r, 250));
    }
    child.kill('SIGKILL');
    throw new Error(`the original did not start: ${log}`);
  }

  /** Stops it in order: its buffers and its compaction queue are flushed. */
  async stop(): Promise<void> {
    await endChild(this.process, 'SIGTERM', STOP_MS);
    rmSync(this.dir, { recursive: true, force: true });
  }
}

const TOOL_CLASSES = {
  tsd: 'TSDMain',
  uid: 'UidManager',
  fsck: 'Fsck',
  scan: 'DumpSeries',
  import: 'TextImporter',
  query: 'CliQuery',
  search: 'Search',
} as const;

/**
 * What to spawn for a command of the original's wrapper script, which logs as its packages do.
 * @param config absent: the command reads none
 */
export function originalCommand(command: string, args: readonly string[], config: string | null, dir: string): [string, string[]] {
  fetchOriginal();
  writeFileSync(join(dir, 'logback.xml'), PACKAGED_LOGBACK);
  const [tool, words] = command === 'mkmetric' ? ['uid', ['assign', 'metrics', ...args]] : [command, args];
  const name = tool === 'version' ? 'BuildData' : TOOL_CLASSES[tool as keyof typeof TOOL_CLASSES];
  const configured = config === null ? [] : [`--config=${config}`];
  return ['java', ['-XX:TieredStopAtLevel=1', ...javaOptions(dir), `net.opentsdb.tools.${name}`, ...configured, ...words]];
}

/** Runs a command line tool of the original to its end. */
export function runOriginalTool(
  tool: keyof typeof TOOL_CLASSES,
  args: string[],
  options: OriginalOptions,
): { status: number | null; stdout: string; stderr: string } {
  fetchOriginal();
  const dir = mkdtempSync(join(tmpdir(), 'original-tool-'));
  try {
    const config = writeConfig(dir, 4242, options);
    const r = spawnSync('java', [...javaOptions(dir), `net.opentsdb.tools.${TOOL_CLASSES[tool]}`, `--config=${config}`, ...args], {
      encoding: 'utf8',
      timeout: 120_000,
    });
    return { status: r.status, stdout: r.stdout, stderr: r.stderr };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
