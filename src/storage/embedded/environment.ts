/** The LMDB files, opened: one database a table, and one for what the store must know about itself. */
import { mkdirSync, realpathSync } from 'node:fs';
import { open, type Database, type RootDatabase } from 'lmdb';
import { DoNotRetryError, StorageError, TableNotFoundError } from '../errors';
import { SILENT_LOG, type Log } from '../../util/log';
import { TimeSlice } from '../../util/time-slice';
import { withinTime } from '../../util/within-time';
import { OWN_TABLE, RUNS, StoredTable, type EmbeddedTable, type TableState } from './table';
import { Commits } from './commits';
import { DiskRoom } from './disk-room';
import { FileGuard } from './file-guard';
import { LeafPatrol } from './leaf-patrol';
import { MergedLog } from './log/merged-log';
import type { MergeTarget } from './log/merger';
import type { Overlay } from './log/overlay';
import type { LogState } from './log/state';
import { sortAllAhead } from './log/sort-ahead';
import { LogStateRecord } from './log/state-record';
import type { LogStore, WriteLog } from './log/write-log';
import { openCells } from './open-cells';
import { noteClosed, noteOpen, throwIfOpen } from './open-directories';
import type { EmbeddedOptions } from './options';
import { packSingles } from './packing';
import { ProcessGate } from './process-gate';
import { fullDisk, openFailure, StoreErrors } from './store-errors';
import { checkDataFile, MAX_READERS, removeUnborn, reserveLockFile, WHOLE_CHECK_BYTES } from './store-files';

/** Format 1 had no log: what reads that only would not see what stands in it. */
const FORMAT = 1;
const FORMAT_WITH_LOG = 2;
const FORMAT_KEY = 'format';
const NOTHING = Buffer.alloc(0);
const CLOSE_DAMAGED_MS = 1000;

/** The store as its readers, its writer and its log use it. */
export class Environment implements LogStore, MergeTarget {
  private readonly tables = new Map<string, StoredTable>();
  /** null: no table is packed. */
  private logged: MergedLog | null = null;
  /** Tables that have no cells to be packed any more. */
  private readonly withoutSingles = new Set<string>();
  private closed = false;
  private patrol: LeafPatrol | null = null;
  private readonly stateRecord: LogStateRecord;
  /** What was known of packed tables when the log's state was this. */
  private readonly singles = new Map<StoredTable, { state: LogState; some: boolean }>();
  private readonly errors: StoreErrors;
  private readonly commits: Commits;

  private constructor(
    readonly path: string,
    private readonly realPath: string,
    private readonly gate: ProcessGate,
    private readonly root: RootDatabase<Buffer, string>,
    private readonly own: Database<Buffer, string>,
    private readonly guard: FileGuard,
    room: DiskRoom,
  ) {
    this.errors = new StoreErrors(path, guard, room, () => this.holdPages());
    this.stateRecord = new LogStateRecord(own);
    this.commits = new Commits(root, gate, guard, this.errors);
  }

  /** @throws StorageError when the directory can't be used, is in use in this process, or was written by another version of the store */
  static async open(options: EmbeddedOptions): Promise<Environment> {
    let realPath: string | null = null;
    let gate: ProcessGate | null = null;
    try {
      mkdirSync(options.path, { recursive: true });
      const real = realpathSync(options.path);
      throwIfOpen(real, options.path);
      const entrance = (gate = new ProcessGate(options.path));
      noteOpen((realPath = real), gate);
      const environment = await gate.alone(() => Environment.openFiles(options, real, entrance));
      // Not while the gate is shut: a commit changes this process's hold on the locks, and others could come in.
      environment.logged?.start();
      return environment;
    } catch (e) {
      gate?.close();
      if (realPath !== null) noteClosed(realPath);
      if (e instanceof StorageError) throw e;
      throw new StorageError(`Unable to open the embedded store in ${options.path}: ${openFailure(e)}`, { cause: e });
    }
  }

  private static async openFiles(options: EmbeddedOptions, realPath: string, gate: ProcessGate): Promise<Environment> {
    const first = gate.register();
    const exists = !first || checkDataFile(options.path, options.wholeCheckBytes);
    if (first) reserveLockFile(options.path);
    const room = new DiskRoom(options.path, options.freeBytes);
    if (!exists && !room.isEnough(0)) throw fullDisk(options.path);
    let root: RootDatabase<Buffer, string> | null = null;
    let guard: FileGuard | null = null;
    try {
      root = open<Buffer, string>({
        path: options.path,
        noSubdir: false,
        mapSize: options.mapSize ?? 256 * 2 ** 30,
        maxDbs: 3 * options.tables.length + 64,
        maxReaders: MAX_READERS,
        encoding: 'binary',
        // Every write here is a batch or a transaction of its own. LMDB's own batches of an event's writes add a promise that nobody
        // holds: when a commit failed it would end the process.
        eventTurnBatching: false,
      });
      const own = root.openDB<Buffer, string>({ name: OWN_TABLE, encoding: 'binary', useVersions: true });
      guard = new FileGuard(options.path, options.log ?? SILENT_LOG);
      const environment = new Environment(options.path, realPath, gate, root, own, guard, room);
      if (first && exists && guard.bytes > (options.wholeCheckBytes ?? WHOLE_CHECK_BYTES))
        environment.patrolLeaves(options.log ?? SILENT_LOG);
      const packed = options.tables.some((table) => table.packed === true);
      const openTables = (): void => {
        environment.describe(packed ? FORMAT_WITH_LOG : FORMAT, first);
        for (const table of options.tables) environment.openTable(table);
      };
      // A new file gets all of them in one commit.
      if (exists) openTables();
      else root.transactionSync(openTables);
      if (packed) environment.openLog(options, first);
      if (!exists) options.log?.info(`Made a new embedded store in ${realPath}`);
      return environment;
    } catch (e) {
      guard?.close();
      await root?.close();
      if (!exists) removeUnborn(options.path);
      throw e;
    }
  }

  private patrolLeaves(log: Log): void {
    this.patrol = new LeafPatrol(this.path, () => this.holdPages(), this.guard, log);
    this.patrol.start();
  }

  /** Keeps the pages that are in use now from being written over. @returns how to let go of them */
  private holdPages(): () => void {
    this.root.resetReadTxn();
    const transaction = this.root.useReadTransaction();
    return () => transaction.done();
  }

  /** @param first nobody else has the store open */
  private describe(wanted: number, first: boolean): void {
    const format = this.own.getEntry(FORMAT_KEY)?.version ?? 0;
    if (format > FORMAT_WITH_LOG)
      throw new StorageError(`The embedded store in ${this.path} has format ${format}, this version reads ${FORMAT_WITH_LOG}`);
    if (format >= wanted) return;
    if (format > 0 && !first)
      throw new StorageError(`The embedded store in ${this.path} is open in a process of an earlier version: end that first`);
    this.own.transactionSync(() => this.own.putSync(FORMAT_KEY, NOTHING, wanted));
  }

  private openLog({ log = SILENT_LOG, packAfter }: EmbeddedOptions, first: boolean): void {
    const logged = new MergedLog(this, log, packAfter);
    try {
      logged.open(first);
    } catch (e) {
      throw this.asReadError(e);
    }
    this.logged = logged;
  }

  private openTable({ name, families, packed }: EmbeddedTable): void {
    const generations = packed ? [name, `${name}.2`] : [name];
    const runs = packed ? openCells(this.root, name + RUNS) : null;
    const table = new StoredTable(
      name,
      families,
      this.own,
      generations.map((g) => openCells(this.root, g)),
      runs,
    );
    // Only once: a store that is there opens on a full disk as well.
    if (!table.isRecorded()) this.own.transactionSync(() => table.setState(table.state()));
    this.tables.set(name, table);
  }

  hasTable(name: string): boolean {
    return this.tables.has(name);
  }

  table(name: string): StoredTable {
    if (this.closed) throw new DoNotRetryError('The embedded store is closed', { table: name });
    const table = this.tables.get(name);
    if (table === undefined) throw new TableNotFoundError(`Table not found: ${name}`, { table: name });
    return table;
  }

  /** Reads from here on see what any process has committed or appended by now. @throws DamagedStoreError */
  refresh(): void {
    if (this.logged === null) return this.newSnapshot();
    try {
      this.logged.segments.refresh();
    } catch (e) {
      throw this.asReadError(e);
    }
  }

  newSnapshot(): void {
    this.guard.check();
    this.root.resetReadTxn();
  }

  /** What the log has of a table's rows from a key on. */
  overlay(table: StoredTable, from: Buffer): Overlay | null {
    return table.runs === null || this.logged === null ? null : this.logged.segments.overlay(table.name, from);
  }

  /** Resolves when the log's cells of large rows in a range are sorted; null: there is nothing to wait for. @param stop exclusive; empty: to the end */
  sortAhead(table: StoredTable, start: Buffer, stop: Buffer): Promise<void> | null {
    if (table.runs === null || this.logged === null) return null;
    const parts = this.logged.segments.rowsToSort(table.name, start, stop);
    return parts.length === 0 ? null : sortAllAhead(parts, new TimeSlice());
  }

  /** There is one where a table is packed. */
  get log(): WriteLog {
    if (this.logged === null || this.closed) throw new DoNotRetryError('The embedded store is closed');
    return this.logged.log;
  }

  /** Runs while no other process merges the log. */
  withMergeLock<T>(action: () => Promise<T>): Promise<T> {
    if (this.logged === null) throw new DoNotRetryError('The embedded store is closed');
    return this.logged.merger.withLock(action);
  }

  logState(): LogState {
    return this.stateRecord.read();
  }

  /**
   * Whether some cells of a table stand singly, as the current snapshot has it. In a packed table only merging the log makes some, which changes the
   * log's state: it is looked up once for each.
   */
  hasSingles(table: StoredTable): boolean {
    if (table.runs === null) return true;
    let known = this.singles.get(table);
    const { last: state } = this.stateRecord;
    if (known?.state !== state) this.singles.set(table, (known = { state, some: table.hasSingles() }));
    return known.some;
  }

  setLogState(state: LogState): void {
    this.stateRecord.write(state);
  }

  loggedTable(name: string): StoredTable {
    const known = this.tables.get(name);
    if (known !== undefined) return known;
    // The log is merged in the order of its tables, also by processes that have no use for some of them.
    this.openTable({ name, families: [], packed: true });
    const table = this.tables.get(name) as StoredTable;
    this.tables.delete(name);
    return table;
  }

  synced(): Promise<unknown> {
    return this.root.flushed;
  }

  async packSingles(names: Iterable<string>): Promise<void> {
    for (const name of new Set([...this.tables.keys(), ...names])) {
      if (this.withoutSingles.has(name)) continue;
      const table = this.loggedTable(name);
      if (table.runs !== null) await packSingles(this, table);
      this.withoutSingles.add(name);
    }
  }

  checkRoom(bytes: number): void {
    this.errors.checkRoom(bytes);
  }

  asReadError(error: unknown): unknown {
    return this.errors.ofRead(error);
  }

  asWriteError(error: unknown): unknown {
    return this.errors.ofWrite(error);
  }

  /** Figures of the log. */
  stats(): Record<string, number> {
    return this.logged?.stats() ?? {};
  }

  /** See `Commits`, as for the next two. */
  transaction<T>(action: () => T, bytes?: number): Promise<T> {
    return this.commits.transaction(action, bytes);
  }

  batch(action: () => void): Promise<void> {
    return this.commits.batch(action);
  }

  batchIf(table: StoredTable, state: TableState, bytes: number, action: () => void): Promise<boolean> {
    return this.commits.batchIf(table, state, bytes, action);
  }

  async close(): Promise<void> {
    if (this.closed) return;
    await this.logged?.close(() => this.gate.alone(() => this.gate.register()));
    this.closed = true;
    this.patrol?.stop();
    this.guard.close();
    const closing = this.closeFile();
    // After a commit that met a damage LMDB waits for ever.
    await (this.guard.isDamaged ? withinTime(closing, CLOSE_DAMAGED_MS, () => undefined) : closing);
  }

  private async closeFile(): Promise<void> {
    await this.root.flushed;
    try {
      await this.gate.alone(() => this.root.close());
    } finally {
      noteClosed(this.realPath);
      this.gate.close();
    }
  }
}
