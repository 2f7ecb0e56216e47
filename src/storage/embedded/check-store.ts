/** Looks a store over that nobody has open, and saves what can be read of a damaged one into a new store. */
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { open, type Database, type RootDatabase } from 'lmdb';
import { DoNotRetryError } from '../errors';
import type { LmdbFile } from './lmdb-file';
import { inspectLog } from './log/inspect-log';
import { decodeLogState, LOG_KEY } from './log/state';
import { ProcessGate } from './process-gate';
import { DATA_FILE, MAX_READERS, openDataFile } from './store-files';
import { isWholeRun } from './run-codec';
import { OWN_TABLE, RUNS } from './table';
import { walkFile, type Damage, type EntryVisitor } from './tree-walk';

/** Entries of one transaction of the new store. */
const COPY_BATCH = 20_000;
const MAX_TREES = 1024;

export interface StoreReport {
  damages: Damage[];
  /** Entries that could be read, by LMDB's tables. A run of a packed table counts as one. */
  entries: Map<string, number>;
  /** Bytes of the file. */
  size: number;
}

/**
 * Reads every page.
 *
 * @param target directory of a new store that gets every entry that can be read; null: only looks
 * @throws DamagedStoreError when nothing in the file can be found; DoNotRetryError when there is no store, when a process has it open,
 *         or when the target is not empty
 */
export async function checkStore(directory: string, target: string | null = null): Promise<StoreReport> {
  if (!existsSync(join(directory, DATA_FILE))) throw new DoNotRetryError(`There is no embedded store in ${directory}`);
  const gate = new ProcessGate(directory);
  try {
    if (!(await gate.alone(() => gate.register())))
      throw new DoNotRetryError(`The embedded store in ${directory} is open in a process: end that first`);
    // Whoever opens it meanwhile waits until this is over.
    return await gate.alone(() => inspect(directory, target));
  } finally {
    gate.close();
  }
}

async function inspect(directory: string, target: string | null): Promise<StoreReport> {
  const file = openDataFile(directory);
  let first: number | null = null;
  const noteLog = (tree: string, key: Buffer, value: Buffer): void => {
    if (tree === OWN_TABLE && key.toString('latin1').replace(/\0/g, '') === LOG_KEY) first = decodeLogState(value.subarray(8)).first;
  };
  try {
    if (target === null) return withLog(look(file, noteLog), directory, first, null);
    const copy = new Copy(target);
    let report: StoreReport;
    try {
      report = look(file, (tree, key, value) => {
        noteLog(tree, key, value);
        copy.add(tree, key, value);
      });
    } finally {
      await copy.close();
    }
    return withLog(report, directory, first, target);
  } finally {
    file.close();
  }
}

/** The report with what the log's files add to it. */
function withLog(report: StoreReport, directory: string, first: number | null, target: string | null): StoreReport {
  const log = inspectLog(directory, first, target);
  for (const { file, what } of log.damages) report.damages.push({ tree: '', page: null, file, what });
  for (const [table, count] of log.entries) report.entries.set(`${table} in the log`, count);
  return { ...report, size: report.size + log.size };
}

function look(file: LmdbFile, visit: EntryVisitor): StoreReport {
  const entries = new Map<string, number>();
  const torn = new Map<string, number>();
  const damages = walkFile(file, {
    leaves: true,
    lenient: true,
    onEntry: (tree, key, value) => {
      if (tree.endsWith(RUNS) && !isWholeRun(value)) {
        torn.set(tree, (torn.get(tree) ?? 0) + 1);
        return;
      }
      entries.set(tree, (entries.get(tree) ?? 0) + 1);
      visit(tree, key, value);
    },
  });
  for (const [tree, count] of torn) damages.push({ tree, page: null, what: `has ${count} runs of cells that are not what was written` });
  return { damages, entries, size: file.pages * file.meta.pageSize };
}

/** A new store that is filled entry by entry. */
class Copy {
  private readonly root: RootDatabase<Buffer, Buffer>;
  private readonly trees = new Map<string, Database<Buffer, Buffer>>();
  private waiting: { tree: string; key: Buffer; value: Buffer }[] = [];

  constructor(target: string) {
    mkdirSync(target, { recursive: true });
    if (readdirSync(target).length > 0) throw new DoNotRetryError(`${target} is not empty`);
    this.root = open<Buffer, Buffer>({
      path: target,
      noSubdir: false,
      mapSize: 256 * 2 ** 30,
      maxDbs: MAX_TREES,
      maxReaders: MAX_READERS,
      encoding: 'binary',
      keyEncoding: 'binary',
    });
  }

  add(tree: string, key: Buffer, value: Buffer): void {
    this.waiting.push({ tree, key: Buffer.from(key), value: Buffer.from(value) });
    if (this.waiting.length >= COPY_BATCH) this.write();
  }

  private write(): void {
    for (const { tree } of this.waiting) if (!this.trees.has(tree)) this.trees.set(tree, this.openTree(tree));
    this.root.transactionSync(() => {
      for (const { tree, key, value } of this.waiting) {
        const database = this.trees.get(tree);
        // The store's own notes carry a number each, in front of their bytes.
        if (tree === OWN_TABLE) database?.putSync(key, value.subarray(8), value.readDoubleLE(0));
        else database?.putSync(key, value);
      }
    });
    this.waiting = [];
  }

  private openTree(name: string): Database<Buffer, Buffer> {
    return this.root.openDB<Buffer, Buffer>({ name, encoding: 'binary', keyEncoding: 'binary', useVersions: name === OWN_TABLE });
  }

  async close(): Promise<void> {
    try {
      this.write();
    } finally {
      await this.root.flushed;
      await this.root.close();
    }
  }
}
