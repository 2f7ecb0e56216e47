import type { Socket } from 'node:net';
import { ClientError } from '../../util/errors';
import { collectAfter } from '../../util/heap-growth';
import { sharedAborter } from '../../util/stop-signal';
import type { MemoryBudget } from './memory-budget';
import type { MemoryPool } from './memory-pool';

/** Requests of one connection that are worked on at once. */
const WORKED_ON = 4;

/** Tells the requests of one connection that it is closed, and how much they hold together. */
class ConnectionMemory {
  /** Bytes. */
  held = 0;
  readonly requests = new Set<RequestMemory>();
  private working = 0;
  private readonly waiting: (() => void)[] = [];
  private readonly aborter = sharedAborter();

  get signal(): AbortSignal {
    return this.aborter.signal;
  }

  /** Counts one request more that is worked on; the promise: as soon as its turn has come. */
  work(): Promise<void> | null {
    if (this.working < WORKED_ON) {
      this.working++;
      return null;
    }
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  /** One that was worked on is over: the next one takes its place. */
  worked(): void {
    const next = this.waiting.shift();
    if (next === undefined) this.working--;
    else next();
  }

  close(): void {
    this.aborter.abort(new Error('The connection is closed'));
    for (const request of this.requests) request.free();
  }
}

const connections = new WeakMap<Socket, ConnectionMemory>();

function memoryOf(socket: Socket): ConnectionMemory {
  let memory = connections.get(socket);
  if (memory === undefined) {
    const made = (memory = new ConnectionMemory());
    connections.set(socket, made);
    if (socket.destroyed) made.close();
    else socket.once('close', () => made.close());
  }
  return memory;
}

/** Requests of one connection that wait for their answers, and what each of them takes. */
const MOST_PIPELINED = 1000;
const PIPELINED_BYTES = 4096;

/** What one request holds of the budget: its body, what that is parsed to, and its answer. It is let go of when the connection closes. */
export class RequestMemory {
  private taken = 0;
  private reserved = 0;
  private pool: MemoryPool | null = null;
  private freed = false;
  /** Its turn among the requests of the connection has come, or will. */
  private works = false;
  private readonly connection: ConnectionMemory;

  constructor(
    socket: Socket,
    private readonly budget: MemoryBudget,
  ) {
    this.connection = memoryOf(socket);
    if (this.connection.signal.aborted) this.freed = true;
    else this.connection.requests.add(this);
  }

  /** Bytes held. */
  get used(): number {
    return this.taken + this.reserved;
  }

  /**
   * Counts what a request takes that was sent before the one in front of it was answered; thousands of them fit into one packet.
   * @returns false: there is no room for one more of this connection
   */
  admitPipelined(): boolean {
    const { size } = this.connection.requests;
    if (size <= 1) return true;
    if (size > MOST_PIPELINED) return false;
    try {
      this.add(PIPELINED_BYTES);
      return true;
    } catch {
      return false;
    }
  }

  /** Resolves when few enough of the connection's requests are worked on; null: they are. To be called once. */
  turn(): Promise<void> | null {
    if (this.freed) return null;
    this.works = true;
    return this.connection.work();
  }

  /** Whether requests wait for what this one has reserved, or as much. */
  get isWanted(): boolean {
    return this.pool !== null && this.pool.waiting > 0;
  }

  /** Counts bytes more. @throws ClientError 503 when there are no more */
  add(bytes: number): void {
    if (this.freed) return;
    if (this.connection.held + bytes > this.budget.share) {
      throw new ClientError(503, 'Too many requests of one connection in memory', 'Please wait for answers before you send more');
    }
    this.budget.small.take(bytes);
    this.taken += bytes;
    this.connection.held += bytes;
  }

  /**
   * Waits until so many bytes are there, beside those that were added and in place of those that were reserved. Each time more must be asked
   * for, and of more that are larger reservations, so that no two requests wait for each other. What is more than a connection's share runs
   * alone.
   * @throws ClientError 503 when they are not there in time; another error when the connection closes
   */
  async reserve(wanted: number): Promise<void> {
    if (this.freed) return;
    const bytes = Math.min(wanted, this.budget.share);
    const pool = this.budget.poolFor(bytes);
    await pool.reserve(bytes, this.connection.signal);
    if (this.freed) return pool.give(bytes);
    this.shrink(0);
    this.pool = pool;
    this.reserved = bytes;
    this.connection.held += bytes;
  }

  /** Gives back what of the reservation is beyond so many bytes. */
  shrink(bytes: number): void {
    if (this.pool === null || this.reserved <= bytes) return;
    const less = this.reserved - bytes;
    collectAfter(less);
    this.reserved = bytes;
    this.connection.held -= less;
    this.pool.give(less);
  }

  /** Gives everything back. */
  release(): void {
    this.shrink(0);
    collectAfter(this.taken);
    this.connection.held -= this.taken;
    this.budget.small.give(this.taken);
    this.taken = 0;
  }

  /** The request is over. */
  free(): void {
    if (this.freed) return;
    this.release();
    this.freed = true;
    this.connection.requests.delete(this);
    if (this.works) this.connection.worked();
  }
}
