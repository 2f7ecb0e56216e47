import type { HBaseSettings } from '../../config/settings/hbase';
import { DoNotRetryError, RetryableError, StorageError } from '../errors';
import type { PackedRows } from '../packed-rows';
import type { Row } from '../row';
import type { ServerState } from '../server-state';
import type { CallOptions, Failure, MutateOptions, RowDelete, RowGet, RowPut, ScanOptions, SetOptions, Storage } from '../storage';
import { BatchRunner } from './batch';
import { CLIENT_LOGGER, Cluster, newNonce } from './cluster';
import { ClientCounters } from './counters';
import { Deadline } from './deadline';
import { toStorageError } from './errors';
import { serverScan } from './filters';
import type { MetaLocator } from './meta-locator';
import { AppendOperation, DeleteOperation, GetOperation, PackedPutOperation, PutOperation } from './operations';
import { DEFAULT_OPTIONS, hbaseOptions, type HBaseOptions } from './options';
import { rowProblem, type Region } from './region';
import { retrying } from './retry';
import { compareAndSetRequest, getRequest, incrementRequest, readProcessed, readRow, type CellAddress } from './row-calls';
import { RegionScan, type ScannerContext } from './scanner';
import type { LogSource } from '../../util/log';
import { messageOf } from '../../util/message-of';

/** An HBase 2 cluster as a Storage. */
export class HBaseStorage implements Storage {
  readonly name = 'hbase';
  readonly packsRows = false;
  readonly groupsWrites = false;
  /** For the tools that speak to HBase itself: creating and checking tables. */
  readonly cluster: Cluster;
  private readonly counters = new ClientCounters();
  private readonly mutations: BatchRunner;
  private readonly reads: BatchRunner;
  private readonly scans: ScannerContext;
  private opening: Promise<void> | null = null;
  private closed = false;
  private underWay = 0;
  private whenIdle: (() => void)[] = [];

  /**
   * @param source the configuration's settings, or a cluster with its options
   * @param logs for a source that is settings; absent: nothing is logged
   */
  constructor(source: HBaseSettings | Cluster, logs?: LogSource) {
    const cluster = source instanceof Cluster ? source : new Cluster(hbaseOptions(source), undefined, logs);
    const { directory, handler } = cluster;
    const { batchActions, batchBytes, batchGets, maxAttempts } = cluster.options;
    this.cluster = cluster;
    this.mutations = new BatchRunner(directory, handler, { actions: batchActions, bytes: batchBytes, maxAttempts }, (server, batch) =>
      cluster.trafficOf(server).mutations.send(batch),
    );
    this.reads = new BatchRunner(directory, handler, { actions: batchGets, bytes: Infinity, maxAttempts }, (server, batch) =>
      cluster.trafficOf(server).gets.send(batch),
    );
    this.scans = this.scanContext();
  }

  /** Without a configuration file. @param locator absent: ZooKeeper, as the options say */
  static withOptions(options: Partial<HBaseOptions>, locator?: MetaLocator, logs?: LogSource): HBaseStorage {
    return new HBaseStorage(new Cluster({ ...DEFAULT_OPTIONS, ...options }, locator, logs));
  }

  /**
   * Finds hbase:meta and reads from it; tries again while ZooKeeper or HBase are not there yet.
   * @throws RetryableError with what was wrong last, when openTimeoutMs have passed
   */
  open(): Promise<void> {
    this.opening ??= this.connect().catch((error: unknown) => {
      this.opening = null;
      throw error;
    });
    return this.opening;
  }

  private async connect(): Promise<void> {
    const deadline = new Deadline(undefined, this.cluster.options.openTimeoutMs);
    try {
      await this.cluster.meta.tableStateWithRetries('hbase:meta', deadline);
      const { logs, locator, meta } = this.cluster;
      logs.get(CLIENT_LOGGER).info(`Connected to HBase through ${locator.description}; hbase:meta is on ${meta.address}`);
    } catch (error) {
      const reason = messageOf(error);
      const { description } = this.cluster.locator;
      throw new RetryableError(
        `Can't connect to HBase through ${description} (tried for ${Math.round(deadline.elapsedMs)} ms): ${reason}`,
        {
          cause: error,
        },
      );
    }
  }

  async tableExists(table: string): Promise<boolean> {
    const deadline = this.deadline();
    try {
      return (await this.cluster.meta.tableStateWithRetries(table, deadline)) !== null;
    } catch (error) {
      throw toStorageError(error, { operation: 'lookup', table, elapsedMs: deadline.elapsedMs, outOfTime: deadline.over });
    }
  }

  get(table: string, get: RowGet, options?: CallOptions): Promise<Row | null> {
    this.counters.count('get');
    return this.rowCall('get', table, get.row, options, async (region, deadline) => {
      const response = await this.cluster.rowCall(region, 'Get', getRequest(region, get), deadline);
      return readRow(get.row, response);
    });
  }

  async multiGet(table: string, gets: readonly RowGet[], options?: CallOptions): Promise<(Row | null)[]> {
    this.counters.count('get', gets.length);
    const operation = new GetOperation(gets);
    const failures = await this.track(this.reads.run(table, operation, this.deadline(options)));
    if (failures.length > 0) throw failures[0].error;
    return operation.found;
  }

  scan(table: string, options: ScanOptions): AsyncIterable<Row[]> {
    return new RegionScan(this.scans, { table, options, server: serverScan(options), newDeadline: () => this.deadline(options) }).batches();
  }

  async splits(table: string, options?: CallOptions): Promise<Buffer[]> {
    const deadline = this.deadline(options);
    const { directory } = this.cluster;
    try {
      await this.track(directory.locate(table, Buffer.alloc(0), deadline));
    } catch (error) {
      throw toStorageError(error, { operation: 'lookup', table, elapsedMs: deadline.elapsedMs, outOfTime: deadline.over });
    }
    const starts = [...directory.known()].filter(({ region }) => region.table === table).map(({ region }) => region.startKey);
    return starts.filter((key) => key.length > 0).sort(Buffer.compare);
  }

  private scanContext(): ScannerContext {
    const { cluster, counters } = this;
    const { rpcTimeoutMs, maxAttempts, scanResultBytes: maxResultBytes } = cluster.options;
    return {
      directory: cluster.directory,
      handler: cluster.handler,
      window: (server) => cluster.trafficOf(server).scans,
      call: (region, param, timeoutMs) =>
        cluster.servers.connection(region.server).call({ method: 'Scan', param, timeoutMs, target: region }),
      rpcTimeoutMs,
      maxAttempts,
      maxResultBytes,
      onRpc: (opening) => counters.count(opening ? 'openScanner' : 'scan'),
      onStart: () => this.enter(),
      onEnd: () => this.leave(),
    };
  }

  put(table: string, family: Buffer, rows: readonly RowPut[], options?: MutateOptions): Promise<Failure[]> {
    this.counters.count('put', rows.length);
    return this.track(
      this.mutations.run(table, new PutOperation(family, rows, options?.durability === 'skip'), this.deadline(options), options?.onDurable),
    );
  }

  putRows(table: string, family: Buffer, rows: PackedRows, options?: MutateOptions): Promise<Failure[]> {
    this.counters.count('put', rows.size);
    const operation = new PackedPutOperation(family, rows, options?.durability === 'skip');
    return this.track(this.mutations.run(table, operation, this.deadline(options), options?.onDurable));
  }

  append(table: string, family: Buffer, rows: readonly RowPut[], options?: MutateOptions): Promise<Failure[]> {
    this.counters.count('append', rows.length);
    const operation = new AppendOperation(family, rows, options?.durability === 'skip', newNonce);
    return this.track(this.mutations.run(table, operation, this.deadline(options), options?.onDurable));
  }

  delete(table: string, rows: readonly RowDelete[], options?: MutateOptions): Promise<Failure[]> {
    this.counters.count('delete', rows.length);
    return this.track(this.mutations.run(table, new DeleteOperation(rows, options?.durability === 'skip'), this.deadline(options)));
  }

  increment(table: string, row: Buffer, family: Buffer, qualifier: Buffer, amount: bigint, options?: CallOptions): Promise<bigint> {
    this.counters.count('increment');
    const column: CellAddress = { row, family, qualifier };
    const nonce = newNonce();
    return this.rowCall('increment', table, row, options, async (region, deadline) => {
      const request = incrementRequest(region, column, amount, this.cluster.nonceGroup, nonce);
      const result = readRow(row, await this.cluster.rowCall(region, 'Mutate', request, deadline));
      const value = result?.value(0);
      if (value?.length !== 8) throw new StorageError(`increment on ${table} was answered without a counter`, { table, row });
      return value.readBigInt64BE(0);
    });
  }

  /**
   * When an earlier attempt may have been applied, a cell that holds our value counts as success: whether we wrote it, or
   * another client that wanted the same, can't be told apart.
   */
  compareAndSet(
    table: string,
    row: Buffer,
    family: Buffer,
    qualifier: Buffer,
    expected: Buffer | null,
    value: Buffer,
    options?: SetOptions,
  ): Promise<boolean> {
    this.counters.count('compareAndSet');
    const column: CellAddress = { row, family, qualifier };
    return this.rowCall('compareAndSet', table, row, options, async (region, deadline, ambiguous) => {
      const request = compareAndSetRequest(region, column, expected, value, options?.timestamp);
      const done = readProcessed(await this.cluster.rowCall(region, 'Mutate', request, deadline));
      if (done || !ambiguous) return done;
      const get = { row, family, qualifiers: [qualifier] };
      const now = readRow(row, await this.cluster.rowCall(region, 'Get', getRequest(region, get), deadline));
      return now !== null && now.value(0).equals(value);
    });
  }

  stats(): Record<string, number> {
    return this.counters.figures(this.cluster);
  }

  servers(withRegions: boolean): ServerState[] {
    return this.cluster.serverStates(withRegions);
  }

  /** Waits for the calls that are under way, at most as long as a call may take, then closes the connections. New calls fail. */
  async close(): Promise<void> {
    this.closed = true;
    if (this.underWay > 0) {
      const idle = new Promise<void>((resolve) => this.whenIdle.push(resolve));
      // A scan whose reader stopped without closing it never ends.
      const limit = new Deadline(undefined, this.cluster.options.operationTimeoutMs);
      await limit.race(idle).catch(() => undefined);
    }
    this.cluster.close();
  }

  private deadline(options?: CallOptions): Deadline {
    if (this.closed) throw new StorageError('the HBase client is closed');
    return new Deadline(options, this.cluster.options.operationTimeoutMs);
  }

  private rowCall<T>(
    operation: string,
    table: string,
    row: Buffer,
    options: CallOptions | undefined,
    attempt: (region: Region, deadline: Deadline, ambiguous: boolean) => Promise<T>,
  ): Promise<T> {
    const { directory, handler } = this.cluster;
    const { maxAttempts } = this.cluster.options;
    const wrong = rowProblem(row);
    if (wrong !== null) return Promise.reject(new DoNotRetryError(`${operation} on ${table}: ${wrong}`, { table, row }));
    const deadline = this.deadline(options);
    const call = {
      operation,
      table,
      row,
      deadline,
      maxAttempts,
      attempt: (region: Region, ambiguous: boolean) => attempt(region, deadline, ambiguous),
    };
    return this.track(retrying(directory, handler, call));
  }

  private enter(): void {
    this.underWay++;
  }

  private leave(): void {
    if (--this.underWay > 0) return;
    for (const resolve of this.whenIdle.splice(0)) resolve();
  }

  private async track<T>(call: Promise<T>): Promise<T> {
    this.enter();
    try {
      return await call;
    } finally {
      this.leave();
    }
  }
}
