import { spawn } from 'node:child_process';
import { originalCommand } from '../../interop/support/original';
import { tableNames, TestTables } from '../../interop/support/tables';
import type { Storage } from '../../../src/storage';
import { roles, STEADY_SETTINGS, type Peer, type RawOutcome } from './play';
import type { RunStep, Scenario } from './scenario';

/** Milliseconds that a tool which has printed an uncaught exception may take to end; most never do. */
const LAST_WORDS_MS = 4_000;
const LONGEST_MS = 30_000;

/** The tools of the original on tables of their own on HBase. */
export async function originalPeer(quorum: string, prefix: string, scenario: Scenario): Promise<Peer & { close(): Promise<void> }> {
  const tables = await TestTables.connect(quorum);
  if (!scenario.withoutTables) await tables.create(prefix, scenario.settings);
  return {
    settings: { 'tsd.storage.hbase.zk_quorum': quorum, ...STEADY_SETTINGS, ...tableNames(prefix) },
    tables: roles(prefix),
    prefix,
    withStorage: (_dir: string, work: (storage: Storage) => Promise<void>) => work(tables.storage),
    run: (command, args, config, step, dir) =>
      runJava(...originalCommand(command, args, command === 'version' ? null : config, dir), step, dir),
    close: () => tables.close(),
  };
}

/** Runs a program to its end, or until it is plain that it will not end. */
function runJava(program: string, args: readonly string[], { stdin }: RunStep, cwd: string): Promise<RawOutcome> {
  return new Promise((done) => {
    const child = spawn(program, args, { cwd, env: { ...process.env, TZ: 'UTC', LC_ALL: 'C.UTF-8' } });
    let [stdout, stderr, hung] = ['', '', false];
    const kill = (): void => {
      hung = true;
      child.kill('SIGKILL');
    };
    let timer = setTimeout(kill, LONGEST_MS);
    child.stdout.on('data', (text: Buffer) => (stdout += text.toString()));
    child.stderr.on('data', (text: Buffer) => {
      stderr += text.toString();
      if (!stderr.includes('Exception in thread "main"')) return;
      clearTimeout(timer);
      timer = setTimeout(kill, LAST_WORDS_MS);
    });
    child.on('close', (code) => {
      clearTimeout(timer);
      done({ code: hung ? null : code, stdout, stderr });
    });
    child.stdin.on('error', () => {});
    child.stdin.end(stdin ?? '');
  });
}
