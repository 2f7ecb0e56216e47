import type { Socket } from 'node:net';
import { ClientError } from '../../util/errors';
import type { MemoryBudget } from './memory-budget';

/** What all requests of one connection hold. They are let go of when it closes, whatever the requests know about that. */
class ConnectionMemory {
  private held = 0;
  private readonly aborter = new AbortController();

  constructor(readonly budget: MemoryBudget) {}

  /** Aborts when the connection is closed. */
  get signal(): AbortSignal {
    return this.aborter.signal;
  }

  take(bytes: number): void {
    if (this.signal.aborted) return;
    if (this.held + bytes > this.budget.share) {
      throw new ClientError(503, 'Too many requests of one connection in memory', 'Please wait for answers before you send more');
    }
    this.budget.take(bytes);
    this.held += bytes;
  }

  async reserve(bytes: number): Promise<void> {
    await this.budget.reserve(bytes, this.signal);
    if (this.signal.aborted) this.budget.give(bytes);
    else this.held += bytes;
  }

  give(bytes: number): void {
    if (this.signal.aborted) return;
    this.held -= bytes;
    this.budget.give(bytes);
  }

  close(): void {
    this.aborter.abort(new Error('The connection is closed'));
    this.budget.give(this.held);
    this.held = 0;
  }
}

const connections = new WeakMap<Socket, ConnectionMemory>();

function memoryOf(socket: Socket, budget: MemoryBudget): ConnectionMemory {
  let memory = connections.get(socket);
  if (memory === undefined) {
    memory = new ConnectionMemory(budget);
    connections.set(socket, memory);
    const { close } = memory;
    if (socket.destroyed) memory.close();
    else socket.once('close', close.bind(memory));
  }
  return memory;
}

/** What one request holds of the budget: its body, what it is parsed to and its answer. */
export class RequestMemory {
  private held = 0;
  private freed = false;
  private readonly connection: ConnectionMemory;

  constructor(socket: Socket, budget: MemoryBudget) {
    this.connection = memoryOf(socket, budget);
  }

  /** Bytes held. */
  get used(): number {
    return this.held;
  }

  /** Counts bytes more, or fewer. @throws ClientError 503 when there are no more */
  add(bytes: number): void {
    if (this.freed) return;
    if (bytes > 0) this.connection.take(bytes);
    else this.connection.give(-bytes);
    this.held += bytes;
  }

  /**
   * Waits until so many bytes in all are there; more than a connection's share is never asked for, so that what is allowed to be larger runs
   * alone. A request must do this only once, else two of them might wait for each other.
   * @throws ClientError 503 when they are not there in time; the signal's reason when the connection closes
   */
  async reserve(total: number): Promise<void> {
    const more = Math.min(total, this.connection.budget.share) - this.held;
    if (more <= 0 || this.freed) return;
    await this.connection.reserve(more);
    if (this.freed) this.connection.give(more);
    else this.held += more;
  }

  /** Lets go of what is beyond so many bytes. */
  shrink(total: number): void {
    if (this.held > total) this.add(total - this.held);
  }

  free(): void {
    this.shrink(0);
    this.freed = true;
  }
}
