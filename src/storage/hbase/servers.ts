import { RateLimitedLog } from '../../util/rate-limited-log';
import { Connection, type ConnectionEnd, type ConnectionOptions } from './connection';
import { addressOf, type ServerAddress } from './region';

/** The open connections, one per server. */
export class Servers {
  private readonly connections = new Map<string, Connection>();
  private readonly warnings: RateLimitedLog;
  private stopped = false;
  created = 0;
  idleClosed = 0;

  /**
   * @param onServerDown is called when a server could not be reached or fell silent; a connection that was merely cut
   *   is opened again by the next call and says nothing about the regions behind it
   */
  constructor(
    private readonly options: ConnectionOptions,
    private readonly onServerDown: (address: string) => void,
    private readonly route: (server: ServerAddress) => ServerAddress = (server) => server,
  ) {
    this.warnings = new RateLimitedLog((message) => options.log.warn(message));
  }

  get open(): number {
    return this.connections.size;
  }

  /** The server's connection, opened when there is none. */
  connection(server: ServerAddress): Connection {
    const address = addressOf(server);
    const known = this.connections.get(address);
    if (known !== undefined && !known.closed) return known;
    if (this.stopped) throw new Error('the HBase client is closed');
    this.created++;
    const { host, port } = this.route(server);
    const connection = new Connection(host, port, this.options, (closed, end) => {
      if (this.connections.get(address) === closed) this.connections.delete(address);
      this.logEnd(closed, end);
      if (end === 'idle') this.idleClosed++;
      else if (end === 'unreachable' || end === 'silent') this.onServerDown(address);
    });
    this.connections.set(address, connection);
    return connection;
  }

  private logEnd({ closeReason }: Connection, end: ConnectionEnd): void {
    const message = `The ${closeReason?.message ?? ''}`;
    if (end === 'idle' || end === 'closed') this.options.log.debug(message);
    else this.warnings.log(message);
  }

  /** Closes the connection of a server that said it is going away. */
  drop(address: string): void {
    this.connections.get(address)?.close();
  }

  /** By the servers' addresses. */
  get all(): ReadonlyMap<string, Connection> {
    return this.connections;
  }

  get inFlight(): number {
    let calls = 0;
    for (const connection of this.connections.values()) calls += connection.inFlight;
    return calls;
  }

  close(): void {
    this.stopped = true;
    for (const connection of [...this.connections.values()]) connection.close();
  }
}
