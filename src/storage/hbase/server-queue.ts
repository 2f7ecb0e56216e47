import type { QueueState } from '../server-state';
import { CellBlockWriter } from './cell-block';
import type { CongestionWindow } from './congestion';
import type { Deadline } from './deadline';
import { ConnectionLostError, RemoteException } from './errors';
import { multiRequest, readMultiResponse, type BatchAnswer, type RegionBatch } from './multi-messages';
import { addressOf, type ServerAddress } from './region';
import type { Servers } from './servers';

/** A RegionBatch to be sent: small enough for one RPC, possibly together with others. */
export interface OutgoingBatch extends RegionBatch {
  /** Bytes in the request's cell block. */
  bytes: number;
  deadline: Deadline;
}

interface WaitingBatch extends OutgoingBatch {
  /** The caller has given up; it is not to be sent. */
  abandoned: boolean;
  resolve(answer: BatchAnswer): void;
  reject(error: unknown): void;
}

export interface RequestLimits {
  /** Actions in one RPC; HBase logs a warning beyond 5000. */
  actions: number;
  /** Bytes of cells in one RPC. */
  bytes: number;
  rpcTimeoutMs: number;
}

export interface QueueCounters {
  /** Multi RPCs sent. */
  flushes: number;
  /** Actions that they carried. */
  batched: number;
  /** Of requests that are not answered yet. */
  bytesInFlight: number;
}

/**
 * The queue of batches for one server. Below the window's limit they are sent at once; at the limit batches of different callers
 * wait and then share RPCs. Nothing is encoded before it is sent, so that a waiting batch takes no memory beyond what its
 * caller holds.
 */
export class ServerQueue {
  private waiting: WaitingBatch[] = [];
  private head = 0;

  constructor(
    private readonly server: ServerAddress,
    private readonly servers: Servers,
    private readonly window: CongestionWindow,
    private readonly limits: RequestLimits,
    private readonly nonceGroup: number,
    private readonly counters: QueueCounters,
  ) {}

  state(): QueueState {
    const waiting = this.waiting.slice(this.head).filter((batch) => !batch.abandoned);
    const batchedRows = waiting.reduce((sum, batch) => sum + batch.indices.length, 0);
    return { ...this.window.state(), waiting: waiting.length, batchedRows };
  }

  /** Batches that have not been sent. */
  private get length(): number {
    return this.waiting.length - this.head;
  }

  /** Rejects with what failed the whole RPC, or with CancelledError or OutOfTimeError. */
  async send(batch: OutgoingBatch): Promise<BatchAnswer> {
    let waiting: WaitingBatch | null = null;
    const answer = new Promise<BatchAnswer>((resolve, reject) => {
      waiting = { abandoned: false, resolve, reject, ...batch };
      this.waiting.push(waiting);
    });
    this.pump();
    try {
      return await batch.deadline.race(answer);
    } finally {
      if (waiting !== null) (waiting as WaitingBatch).abandoned = true;
    }
  }

  private pump(): void {
    while (this.length > 0 && this.window.tryEnter()) {
      const batches = this.take();
      if (batches.length > 0) void this.rpc(batches);
      else this.window.leave('failed', 0);
    }
  }

  /** The batches that the next RPC carries: of one operation, in order, within the limits. */
  private take(): WaitingBatch[] {
    const taken: WaitingBatch[] = [];
    let actions = 0;
    let bytes = 0;
    for (; this.head < this.waiting.length; this.head++) {
      const next = this.waiting[this.head];
      if (next.abandoned) continue;
      actions += next.indices.length;
      bytes += next.bytes;
      const full = actions > this.limits.actions || bytes > this.limits.bytes || next.operation.name !== taken[0]?.operation.name;
      if (taken.length > 0 && full) break;
      taken.push(next);
    }
    if (this.head === this.waiting.length) {
      this.waiting = [];
      this.head = 0;
    } else if (this.head > 1024) {
      this.waiting.splice(0, this.head);
      this.head = 0;
    }
    return taken;
  }

  private async rpc(batches: readonly WaitingBatch[]): Promise<void> {
    const startedAt = performance.now();
    const bytes = batches.reduce((sum, batch) => sum + batch.bytes, 0);
    const { counters } = this;
    counters.flushes++;
    counters.batched += batches.reduce((sum, batch) => sum + batch.indices.length, 0);
    counters.bytesInFlight += bytes;
    let overloaded = false;
    let failed = false;
    try {
      const cells = new CellBlockWriter(bytes);
      const param = multiRequest(batches, cells, this.nonceGroup);
      const longest = Math.max(...batches.map((batch) => batch.deadline.remainingMs));
      const timeoutMs = Math.max(1, Math.min(this.limits.rpcTimeoutMs, longest));
      const connection = this.servers.connection(this.server);
      const response = await connection.call({
        method: 'Multi',
        param,
        cells: bytes > 0 ? cells.bytes : undefined,
        timeoutMs,
        target: batches,
      });
      const answers = readMultiResponse(response.param, response.cells, batches);
      answers.forEach((answer, i) => {
        overloaded ||= answer.exception?.overloaded === true || [...answer.failed.values()].some((exception) => exception.overloaded);
        batches[i].resolve(answer);
      });
    } catch (error) {
      failed = true;
      overloaded = error instanceof RemoteException && error.overloaded;
      // An answer that can't be read leaves the effect as unknown as a lost connection does.
      const cause =
        error instanceof RangeError
          ? new ConnectionLostError(addressOf(this.server), `sent what is no answer: ${error.message}`, true)
          : error;
      for (const batch of batches) batch.reject(cause);
    } finally {
      counters.bytesInFlight -= bytes;
      this.window.leave(overloaded ? 'overloaded' : failed ? 'failed' : 'well', performance.now() - startedAt);
      this.pump();
    }
  }
}
