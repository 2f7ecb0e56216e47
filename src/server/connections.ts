import type { Socket } from 'node:net';
import type { StatsSink, StatsSource } from '../util/stats';

/** Counts client sockets and keeps the limit. Mirrors ConnectionManager. */
export class ConnectionManager implements StatsSource {
  private readonly sockets = new Set<Socket>();
  private rejected = 0;
  private total = 0;
  private closed = 0;
  private reset = 0;
  private timeout = 0;
  private unknown = 0;

  /** @param limit most sockets open at once; 0: no limit */
  constructor(private readonly limit: number) {}

  get open(): ReadonlySet<Socket> {
    return this.sockets;
  }

  /**
   * @param moved it has been counted already, by the worker that had it
   * @returns false when the limit is reached: the caller closes the socket
   */
  admit(socket: Socket, moved = false): boolean {
    if (this.limit > 0 && this.sockets.size >= this.limit) {
      this.rejected++;
      return false;
    }
    if (!moved) this.total++;
    this.sockets.add(socket);
    socket.once('close', () => this.sockets.delete(socket));
    return true;
  }

  /** Counts what went wrong on a connection, by the class the original puts it in. */
  countException(error: unknown): void {
    const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
    if (code === 'EPIPE' || code === 'ERR_STREAM_DESTROYED' || code === 'ERR_STREAM_WRITE_AFTER_END') this.closed++;
    else if (code === 'ECONNRESET') this.reset++;
    else if (code === 'ETIMEDOUT') this.timeout++;
    else this.unknown++;
  }

  collectStats(sink: StatsSink): void {
    sink.record('connectionmgr.connections', this.sockets.size, { type: 'open' });
    sink.record('connectionmgr.connections', this.rejected, { type: 'rejected' });
    sink.record('connectionmgr.connections', this.total, { type: 'total' });
    sink.record('connectionmgr.exceptions', this.closed, { type: 'closed' });
    sink.record('connectionmgr.exceptions', this.reset, { type: 'reset' });
    sink.record('connectionmgr.exceptions', this.timeout, { type: 'timeout' });
    sink.record('connectionmgr.exceptions', this.unknown, { type: 'unknown' });
  }
}
