/** The LMDB files, opened: one database a table, and one for what the store must know about itself. */
import { mkdirSync, realpathSync } from 'node:fs';
import { constants } from 'node:os';
import { open, type Database, type RootDatabase } from 'lmdb';
import { DamagedStoreError, DoNotRetryError, StorageError, StoreFullError, TableNotFoundError } from '../errors';
import { SILENT_LOG, type Log } from '../../util/log';
import { messageOf } from '../../util/message-of';
import { withinTime } from '../../util/within-time';
import { OWN_TABLE, RUNS, StoredTable, type EmbeddedTable, type TableState } from './table';
import { DiskRoom } from './disk-room';
import { FileGuard } from './file-guard';
import { LeafPatrol } from './leaf-patrol';
import { MergedLog } from './log/merged-log';
import type { MergeTarget } from './log/merger';
import type { Overlay } from './log/overlay';
import { decodeLogState, encodeLogState, LOG_KEY, NEW_LOG, type LogState } from './log/state';
import type { LogStore, WriteLog } from './log/write-log';
import { openCells } from './open-cells';
import { packSingles } from './packing';
import { ProcessGate } from './process-gate';
import { describeDamages } from './tree-walk';
import { checkDataFile, damagesIn, DATA_FILE, MAX_READERS, removeUnborn, reserveLockFile, WHOLE_CHECK_BYTES } from './store-files';

export interface EmbeddedOptions {
  /** The directory; made when it is missing. */
  path: string;
  tables: readonly EmbeddedTable[];
  /** Entries of the log after which it is merged into the tables; for tests. */
  packAfter?: number;
  /** Bytes of address space for the file; the file itself grows as it needs. Default 256 GiB. */
  mapSize?: number;
  /** Is told of damage that shows while the store is open. */
  log?: Log;
  /** Bytes that the directory's disk has room for; for tests. */
  freeBytes?: () => number;
  /** Size of a file up to which all of it is looked at before it is opened; for tests. */
  wholeCheckBytes?: number;
}

/** Format 1 had no log: what reads that only would not see what stands in it. */
const FORMAT = 1;
const FORMAT_WITH_LOG = 2;
const FORMAT_KEY = 'format';
const NOTHING = Buffer.alloc(0);
/** By their names, which the system's errors have, and their numbers, which LMDB's have. */
const NO_ROOM: ReadonlySet<unknown> = new Set((['ENOSPC', 'EDQUOT', 'EFBIG'] as const).flatMap((name) => [name, constants.errno[name]]));
/** MDB_PAGE_NOTFOUND, MDB_CORRUPTED. */
const DAMAGE: ReadonlySet<unknown> = new Set([-30797, -30796]);
/** MDB_BAD_TXN: something before has failed in this transaction, most often the reading of a page. */
const FAILED_BEFORE = -30782;
/** How long a look at all pages, which found nothing, holds. */
const LOOK_AGAIN_MS = 60_000;
const CLOSE_DAMAGED_MS = 1000;
/**
 * Directories that this process has open. LMDB must not open a file twice: closing one of the two takes away the locks of both, and
 * the next process takes the file for one that nobody uses.
 */
const opened = new Map<string, ProcessGate>();
process.on('exit', () => {
  for (const gate of opened.values()) gate.holdUntilDeath();
});

export class Environment implements LogStore, MergeTarget {
  private readonly tables = new Map<string, StoredTable>();
  /** When all pages were looked at because LMDB did not name the damage that it met. */
  private lookedAt = -Infinity;
  /** null: no table is packed. */
  private logged: MergedLog | null = null;
  /** Tables that have no cells to be packed any more. */
  private readonly withoutSingles = new Set<string>();
  private closed = false;
  private patrol: LeafPatrol | null = null;
  /** The log's state as it was read last. */
  private state = NEW_LOG;
  private stateBytes: Buffer = NOTHING;
  /** What was known of packed tables when the log's state was this. */
  private readonly singles = new Map<StoredTable, { state: LogState; some: boolean }>();

  private constructor(
    readonly path: string,
    private readonly realPath: string,
    private readonly gate: ProcessGate,
    private readonly root: RootDatabase<Buffer, string>,
    private readonly own: Database<Buffer, string>,
    private readonly guard: FileGuard,
    private readonly room: DiskRoom,
  ) {}

  /** @throws StorageError when the directory can't be used, is in use in this process, or was written by another version of the store */
  static async open(options: EmbeddedOptions): Promise<Environment> {
    let realPath: string | null = null;
    let gate: ProcessGate | null = null;
    try {
      mkdirSync(options.path, { recursive: true });
      const real = realpathSync(options.path);
      if (opened.has(real)) throw new DoNotRetryError(`The embedded store in ${options.path} is open in this process already`);
      const entrance = (gate = new ProcessGate(options.path));
      opened.set((realPath = real), gate);
      const environment = await gate.alone(() => Environment.openFiles(options, real, entrance));
      // Not while the gate is shut: a commit changes this process's hold on the locks, and others could come in.
      environment.logged?.start();
      return environment;
    } catch (e) {
      gate?.close();
      if (realPath !== null) opened.delete(realPath);
      if (e instanceof StorageError) throw e;
      throw new StorageError(`Unable to open the embedded store in ${options.path}: ${reasonOf(e)}`, { cause: e });
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
      this.logged.log.refresh();
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
    return table.runs === null || this.logged === null ? null : this.logged.log.overlay(table.name, from);
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
    const bytes = this.own.getBinary(LOG_KEY);
    if (bytes === undefined) return NEW_LOG;
    // It is read much more often than it changes.
    if (!bytes.equals(this.stateBytes)) [this.stateBytes, this.state] = [bytes, decodeLogState(bytes)];
    return this.state;
  }

  /**
   * Whether some cells of a table stand singly, as the current snapshot has it. In a packed table only merging the log makes some, which changes the
   * log's state: it is looked up once for each.
   */
  hasSingles(table: StoredTable): boolean {
    if (table.runs === null) return true;
    let known = this.singles.get(table);
    if (known?.state !== this.state) this.singles.set(table, (known = { state: this.state, some: table.hasSingles() }));
    return known.some;
  }

  setLogState(state: LogState): void {
    this.own.putSync(LOG_KEY, encodeLogState(state), 0);
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
    this.guard.check();
    if (!this.room.isEnough(this.guard.bytes, bytes)) throw fullDisk(this.path);
  }

  asWriteError(reason: unknown): unknown {
    const damage = this.damageOf(reason);
    if (damage !== null) return damage;
    if (reason instanceof StorageError) return reason;
    if (NO_ROOM.has(errorCode(reason))) return fullDisk(this.path, reason);
    return new StorageError(`The embedded store in ${this.path} could not write: ${messageOf(reason)}`, { cause: reason });
  }

  /** Figures of the log. */
  stats(): Record<string, number> {
    return this.logged?.stats() ?? {};
  }

  /** A failed read as its caller is told of it. */
  asReadError(error: unknown): unknown {
    return this.damageOf(error) ?? error;
  }

  /** What an error says of a damage, with the file that has it; from then on the store is not used. Null: it says nothing of one. */
  private damageOf(error: unknown): DamagedStoreError | null {
    if (error instanceof DamagedStoreError) return this.guard.report(error.message);
    if (DAMAGE.has(errorCode(error))) return this.guard.report(`its file ${DATA_FILE}: ${messageOf(error)}`);
    return errorCode(error) === FAILED_BEFORE ? this.damagedPage() : null;
  }

  /** Looks for what LMDB has met and doesn't name. */
  private damagedPage(): DamagedStoreError | null {
    if (performance.now() - this.lookedAt < LOOK_AGAIN_MS) return null;
    this.lookedAt = performance.now();
    const letGo = this.holdPages();
    try {
      const damages = damagesIn(this.path);
      return damages.length === 0 ? null : this.guard.report(`its file ${DATA_FILE}: ${describeDamages(damages)}`);
    } finally {
      letGo();
    }
  }

  /**
   * Runs in a write transaction, which no other process or call can interleave with.
   * @param bytes of what `action` puts, when that may be much
   */
  async transaction<T>(action: () => T, bytes = 0): Promise<T> {
    // Of a transaction that an error has ended LMDB says no more than that it can't be committed.
    let cause: unknown = null;
    const noted = (): T => {
      try {
        return action();
      } catch (e) {
        cause = e;
        throw e;
      }
    };
    return this.settle(
      () => this.root.transaction(noted),
      bytes,
      () => cause,
    );
  }

  /** Writes everything that `action` puts or removes, at once and in one transaction, on LMDB's own thread. */
  async batch(action: () => void): Promise<void> {
    await this.settle(() => this.root.batch(action));
  }

  /**
   * As `batch`, if the table's state is still this one; else writes nothing and answers false.
   * @param bytes of what `action` puts
   */
  batchIf(table: StoredTable, state: TableState, bytes: number, action: () => void): Promise<boolean> {
    return this.settle(() => table.ifState(state, action), bytes);
  }

  /** LMDB keeps the reason of a failed commit in a promise on the error; it must be taken, or it counts as unhandled. */
  private async settle<T>(start: () => Promise<T>, bytes = 0, causeOf: () => unknown = () => null): Promise<T> {
    const entrance = this.gate.enter();
    if (entrance !== undefined) await entrance;
    try {
      this.guard.check();
      if (!this.room.isEnough(this.guard.bytes, bytes)) throw fullDisk(this.path);
      const done = await start();
      this.guard.look();
      return done;
    } catch (e) {
      let reason: unknown = e;
      if (e instanceof Error && 'commitError' in e) reason = await Promise.resolve(e.commitError).catch((cause: unknown) => cause);
      const error = this.damageOf(causeOf()) ?? this.asReadError(reason);
      // LMDB says `Input/output error` to a disk that became full meanwhile.
      if (!(error instanceof StorageError) && !this.room.isEnough(this.guard.bytes)) throw fullDisk(this.path, error);
      throw this.asWriteError(error);
    } finally {
      this.gate.leave();
    }
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
      opened.delete(this.realPath);
      this.gate.close();
    }
  }
}

/** There may be room again: what was to be written is worth keeping. */
function fullDisk(path: string, cause?: unknown): StoreFullError {
  return new StoreFullError(`The embedded store in ${path} could not write: no space left on the disk`, { cause });
}

/** The system's name of the error, or its number from LMDB's binding. */
function errorCode(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}

/** Why a store can't be opened, in words for who runs it. */
function reasonOf(error: unknown): string {
  const code = errorCode(error);
  if (code === 'EROFS' || code === 'EACCES' || code === 'EPERM') return `its directory can't be written: ${messageOf(error)}`;
  if (NO_ROOM.has(code)) return `no space left on the disk: ${messageOf(error)}`;
  return messageOf(error);
}
