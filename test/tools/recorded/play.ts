import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { PackedCells, type Storage } from '../../../src/storage';
import { until } from '../../support/until';
import { maskLines, maskThreads } from './mask';
import { wordsOf, type Cell, type RunStep, type Scenario, type TableRole } from './scenario';

/** What a command left behind; lines are masked. */
export interface Outcome {
  /** Null: it printed an error and never ended. */
  code: number | null;
  stdout: string[];
  stderr: string[];
}

export interface RawOutcome {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Whose tools run, and on which tables. */
export interface Peer {
  /** Settings for the configuration file: which store, which tables. */
  readonly settings: Readonly<Record<string, string>>;
  readonly tables: Readonly<Record<TableRole, string>>;
  /** Put before names of tables; taken out of what is printed. */
  readonly prefix: string;
  /** Gives a store that is open while the work is done. */
  withStorage(dir: string, work: (storage: Storage) => Promise<void>): Promise<void>;
  run(command: string, args: readonly string[], config: string, step: RunStep, dir: string): Promise<RawOutcome>;
}

/** Settings without which two runs differ: what is compacted is drawn by lot, and dates are the host's. */
export const STEADY_SETTINGS = { 'tsd.storage.enable_compaction': 'false', 'tsd.core.timezone': 'UTC' };

/** The tables behind a prefix. */
export const roles = (prefix: string): Peer['tables'] => ({
  data: `${prefix}tsdb`,
  uid: `${prefix}tsdb-uid`,
  tree: `${prefix}tsdb-tree`,
  meta: `${prefix}tsdb-meta`,
});

/** Runs the steps of a scenario in order. @param ended gets each outcome, by the number of the command among the commands */
export async function play(scenario: Scenario, peer: Peer, ended: (step: RunStep, outcome: Outcome, index: number) => void): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'recorded-'));
  let timestamp = 0;
  let index = 0;
  try {
    for (const [name, text] of Object.entries(scenario.files ?? {}))
      writeFileSync(join(dir, name), name.endsWith('.gz') ? gzipSync(text) : text);
    // An embedded store has its tables once it was opened.
    if (!scenario.withoutTables) await peer.withStorage(dir, () => Promise.resolve());
    for (const step of scenario.steps) {
      if ('cells' in step)
        await peer.withStorage(dir, async (storage) => {
          // Each has a time of its own, which no deletion before has, and every one after it.
          for (const cell of step.cells) await put(storage, peer, cell, (timestamp = Math.max(timestamp, Date.now()) + 1));
          await until(() => Date.now() > timestamp);
        });
      else if ('clear' in step) await peer.withStorage(dir, (storage) => clear(storage, peer.tables[step.clear]));
      else {
        const config = join(dir, `tsdb-${index}.conf`);
        writeFileSync(config, configText({ ...peer.settings, ...scenario.settings, ...step.settings }, dir));
        const [command = '', ...args] = wordsOf(step.run).map((word) => word.replaceAll('$DIR', dir));
        const { code, stdout, stderr } = await peer.run(command, args, config, step, dir);
        const masked = (text: string): string[] => maskLines(text, dir, peer.prefix);
        const lines = masked(stdout);
        ended(step, { code, stdout: step.threads ? maskThreads(lines) : lines, stderr: masked(stderr) }, index++);
      }
    }
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

function configText(settings: Readonly<Record<string, string>>, dir: string): string {
  return Object.entries(settings).map(([key, value]) => `${key} = ${value.replaceAll('$DIR', dir)}\n`).join(''); // prettier-ignore
}

async function put(storage: Storage, { tables }: Peer, { table, row, family, qualifier, value }: Cell, timestamp: number): Promise<void> {
  const cells = PackedCells.of(qualifier, value);
  const failures = await storage.put(tables[table], Buffer.from(family), [{ row, cells, timestamps: [timestamp] }]);
  if (failures.length > 0) throw failures[0].error;
}

/** Deletes each cell up to its own timestamp: what is put right afterwards is there. */
async function clear(storage: Storage, table: string): Promise<void> {
  for await (const rows of storage.scan(table, { start: Buffer.alloc(0), stop: Buffer.alloc(0) }))
    for (const row of rows)
      for (let i = 0; i < row.size; i++)
        await storage.delete(table, [
          { row: row.key, family: row.family(i), qualifiers: [row.qualifier(i)], timestamps: [row.timestamp(i)] },
        ]);
}
