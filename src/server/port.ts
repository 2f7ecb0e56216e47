import { createServer, type RequestListener, type Server } from 'node:http';
import { Server as NetServer, type AddressInfo, type Socket } from 'node:net';
import { withinTime } from '../util/within-time';
import { openPort, stopReading, type Entrance, type Passage } from '../workers';
import type { ConnectionManager } from './connections';
import { HttpSockets } from './http-sockets';
import type { PortSettings } from './port-settings';
import type { TelnetConnection } from './telnet-types';
import { shortWaits } from '../util/short-waits';
import { acceptWaiting, turns } from '../util/turns';
import { arrival } from './arrival';
import { unreadBytes } from './unread-bytes';

const A = 'A'.charCodeAt(0);
const Z = 'Z'.charCodeAt(0);
/** Request line and headers together; the original takes 4,096 and 8,192 bytes. */
const MAX_HEAD_BYTES = 16 * 1024;

const NOTHING = Buffer.alloc(0);

/** One connection is taken in a turn: others may wait to be, and long work is not to take a slice of each of those turns. */
function letOthersIn(): void {
  shortWaits.begin();
  void turns(2).then(() => shortWaits.end());
}

export interface PortHandlers {
  http: RequestListener;
  telnet: (socket: Socket, firstChunk: Buffer) => TelnetConnection;
}

/**
 * The one listener for telnet and HTTP: the first byte of a connection decides, for good. Mirrors PipelineFactory.DetectHttpOrRpc.
 *
 * It is an http.Server whose own connection handler waits until a connection turned out to speak HTTP, so that Node's
 * limits on slow requests work.
 */
export class Port {
  private readonly server: Server;
  private readonly serveHttp: (socket: Socket) => void;
  private readonly http: HttpSockets;
  private readonly telnet = new Map<Socket, TelnetConnection>();
  /** Nothing has come yet: neither telnet nor HTTP. */
  private readonly silent = new Set<Socket>();
  private closing = false;
  private localPort = 0;
  /** Connections that have come so far. */
  private accepted = 0;

  constructor(
    private readonly settings: PortSettings,
    private readonly handlers: PortHandlers,
    private readonly connections: ConnectionManager,
  ) {
    this.http = new HttpSockets(connections);
    this.server = createServer(
      {
        noDelay: settings.noDelay,
        keepAlive: settings.keepAlive,
        maxHeaderSize: MAX_HEAD_BYTES,
        headersTimeout: settings.headTimeoutMs,
        requestTimeout: settings.requestTimeoutMs,
        connectionsCheckingInterval: settings.timeoutCheckMs,
        keepAliveTimeout: 0,
        requireHostHeader: false, // the original does not, and small agents leave it out
      },
      handlers.http,
    );
    // A client that has sent its request may close its side and still wants the answer.
    Object.assign(this.server, { httpAllowHalfOpen: true });
    const [serve] = this.server.listeners('connection');
    this.serveHttp = (socket) => void serve.call(this.server, socket);
    this.server.removeAllListeners('connection').on('connection', (socket: Socket) => this.accept(socket));
    this.http.watch(this.server);
  }

  /** @throws as openPort */
  async listen(): Promise<AddressInfo> {
    const address = await openPort(this.server, this.settings, (error) => this.connections.countException(error));
    this.localPort = address.port;
    return address;
  }

  /** Takes the connections that a primary hands over, in place of listening. Resolves when it does so. */
  async enter(entrance: Entrance): Promise<AddressInfo> {
    this.server.emit('listening'); // from then on Node looks for requests that take too long
    const address = await entrance.open((socket, passage) => this.arrive(socket, passage));
    this.localPort = address.port;
    return address;
  }

  /**
   * Gives its connections to other workers: telnet between two lines, HTTP between two requests.
   * @param deadline `Date.now()` scale: what is left then is cut
   * @returns the number of connections that were cut
   */
  async leave(entrance: Entrance, deadline: number): Promise<number> {
    if (this.closing) return 0;
    this.closing = true;
    for (const socket of this.silent) {
      stopReading(socket);
      entrance.move(socket, { kind: 'new', unhandled: NOTHING });
    }
    const left = [...this.telnet].map((each) => this.moveTelnet(entrance, each));
    const http = this.http.leave((socket) => entrance.move(socket, { kind: 'new', unhandled: NOTHING }));
    await withinTime(Promise.all([...left, http]), deadline - Date.now(), () => undefined);
    await withinTime(entrance.moved(), deadline - Date.now(), () => undefined);
    return this.cut();
  }

  /** Telnet connections: clients keep these for long, and send much on them. */
  get telnetConnections(): number {
    return this.telnet.size;
  }

  /** Gives telnet connections to other workers, as many as that; all others stay. Resolves when they are there. */
  async spare(entrance: Entrance, count: number): Promise<void> {
    if (this.closing) return;
    await Promise.all([...this.telnet].slice(0, count).map((each) => this.moveTelnet(entrance, each)));
  }

  private async moveTelnet(entrance: Entrance, [socket, connection]: readonly [Socket, TelnetConnection]): Promise<void> {
    const unhandled = await connection.letGo();
    if (unhandled !== null) entrance.move(socket, { kind: 'telnet', unhandled });
  }

  /**
   * Accepts nothing more, and takes what had arrived by then: telnet connections are read to that point and ended, HTTP requests that had
   * begun are answered.
   * @param deadline `Date.now()` scale: what is open then is cut
   * @returns the number of connections that were cut
   */
  async close(deadline: number): Promise<number> {
    if (this.closing) return 0;
    this.closing = true;
    await acceptWaiting(() => this.accepted, this.settings.backlog);
    this.http.finishing = true;
    // The HTTP server's own way to close cuts connections whose requests have not been read yet.
    NetServer.prototype.close.call(this.server);
    if (this.connections.open.size > 0) await arrival();
    for (const socket of this.silent) socket.destroy();
    const unread = unreadBytes(this.localPort);
    const drains = [...this.telnet].map(([socket, connection]) => connection.drain(unread(socket.remotePort)));
    await withinTime(Promise.all([...drains, this.http.finish()]), deadline - Date.now(), () => undefined);
    return this.cut();
  }

  private async cut(): Promise<number> {
    await turns(1); // the last answers go to the system before the sockets do
    const left = [...this.connections.open].filter((socket) => !socket.writableEnded);
    for (const socket of this.connections.open) socket.destroy();
    this.server.close();
    return left.length;
  }

  /** A connection that another process has accepted. */
  private arrive(socket: Socket, { kind, unhandled, moved }: Passage): void {
    const { noDelay, keepAlive } = this.settings;
    if (noDelay) socket.setNoDelay(true);
    if (keepAlive) socket.setKeepAlive(true);
    if (kind === 'new') this.accept(socket, moved);
    else if (this.admit(socket, moved)) this.becomeTelnet(socket, unhandled);
  }

  private admit(socket: Socket, moved: boolean): boolean {
    this.accepted++;
    letOthersIn();
    if (!this.connections.admit(socket, moved)) {
      socket.destroy();
      return false;
    }
    socket.on('error', (error) => this.connections.countException(error));
    if (this.settings.idleMs > 0) socket.setTimeout(this.settings.idleMs, () => socket.destroy());
    return true;
  }

  private accept(socket: Socket, moved = false): void {
    if (!this.admit(socket, moved)) return;
    this.silent.add(socket);
    const forget = (): void => void this.silent.delete(socket);
    const ended = (): void => void socket.end();
    socket.once('close', forget);
    socket.once('end', ended);
    socket.once('data', (chunk: Buffer) => {
      forget();
      socket.off('close', forget).off('end', ended);
      if (chunk[0] >= A && chunk[0] <= Z) this.becomeHttp(socket, chunk);
      else this.becomeTelnet(socket, chunk);
    });
  }

  private becomeHttp(socket: Socket, chunk: Buffer): void {
    socket.pause();
    socket.unshift(chunk);
    this.http.add(socket);
    this.serveHttp(socket);
    socket.resume();
  }

  private becomeTelnet(socket: Socket, chunk: Buffer): void {
    this.telnet.set(socket, this.handlers.telnet(socket, chunk));
    socket.once('close', () => this.telnet.delete(socket));
  }
}
