import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { FileLock } from '../../../src/storage/embedded/file-lock';

interface MarkedProcesses {
  markedProcesses(mark: string): number[];
  killProcess(pid: number): void;
}
const { markedProcesses, killProcess } = require('../../runner/marked-processes.cjs') as MarkedProcesses;

/** The directories of this clone's runs. */
const RUNS = resolve(__dirname, '../../../.build/interop');
/** In the environment of all that a run starts. */
const VARIABLE = 'TSDB_TEST_RUN_DIRECTORY';
const OWNER = '.owner';
/** So often processes are looked for that do not end though they were killed. */
const LOOKS = 1000;

/**
 * Where a run of the tests keeps what is its own, and no other run's: several may run at once. Whoever makes one clears those of this clone that have no owner
 * any more, for that was killed: the processes that it has left behind, and its files.
 */
export class RunDirectory {
  private constructor(
    readonly path: string,
    private readonly lock: FileLock,
  ) {}

  static make(runs = RUNS): RunDirectory {
    mkdirSync(runs, { recursive: true });
    clearAbandoned(runs);
    const path = join(runs, randomUUID());
    // Under its name it is locked from the beginning: nobody takes it for abandoned.
    const lock = new FileLock(`${path}.new`);
    lock.tryExclusive();
    renameSync(`${path}.new`, path + OWNER);
    mkdirSync(path);
    process.env[VARIABLE] = path;
    return new RunDirectory(path, lock);
  }

  /** That of the run that this process belongs to. */
  static get current(): string {
    const path = process.env[VARIABLE];
    if (path === undefined) throw new Error('the set-up of the suites has made no directory');
    return path;
  }

  /** Removes it. What was started in it has ended. */
  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
    rmSync(this.path + OWNER, { force: true });
    this.lock.close();
  }
}

function clearAbandoned(runs: string): void {
  for (const name of readdirSync(runs)) {
    if (!name.endsWith(OWNER)) continue;
    const lock = new FileLock(join(runs, name));
    if (lock.tryExclusive()) clear(join(runs, name.slice(0, -OWNER.length)));
    lock.close();
  }
}

function clear(path: string): void {
  const mark = `${VARIABLE}=${path}`;
  // One that is killed may have started another just before.
  for (let looks = 0, left = markedProcesses(mark); left.length > 0 && looks < LOOKS; looks++, left = markedProcesses(mark))
    left.forEach(killProcess);
  rmSync(path, { recursive: true, force: true });
  rmSync(path + OWNER, { force: true });
}
