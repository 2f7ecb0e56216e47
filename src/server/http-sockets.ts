import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { stopReading } from '../workers';
import type { ConnectionManager } from './connections';
import { arrival } from './arrival';

/** Parse errors of the first line: the connection is closed without an answer, as by the original (telnet commands in capitals end here, too). */
const SILENT_ERRORS: ReadonlySet<string> = new Set([
  'HPE_INVALID_METHOD',
  'HPE_INVALID_CONSTANT',
  'HPE_INVALID_URL',
  'HPE_INVALID_VERSION',
  'HPE_INVALID_EOF_STATE',
]);

/** Status lines for input that can't be parsed as a request. */
function refusal(code: string | undefined): string | null {
  if (code === undefined || SILENT_ERRORS.has(code)) return null;
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return '408 Request Timeout';
  if (code === 'HPE_HEADER_OVERFLOW') return '431 Request Header Fields Too Large';
  return code.startsWith('HPE_') ? '400 Bad Request' : null;
}

/** Until it is looked again whether the system has taken an answer. */
const WRITTEN_MS = 5;
/** At the end the rest of a refused body is read for so long, so that the client is not cut off before it has read its answer. */
const REFUSED_MS = 1000;

/** A connection with the calls that are under way on it. */
interface HttpSocket {
  calls: Set<IncomingMessage>;
  /** Input behind the calls under way can't be parsed: nothing more is read. */
  doomed: boolean;
  /** Bytes that belong to requests which have been received; what was read beyond is the beginning of another. */
  taken: number;
  /** The last request that was answered before its body had come to its end; null: none. What comes of it is thrown away. */
  refused: IncomingMessage | null;
}

/** By connection, not by request: what a WeakMap holds outlives the quick collections of garbage, and so would all that a request refers to. */
const ownersOfSockets = new WeakMap<Socket, { sockets: HttpSockets; state: HttpSocket }>();

/** Whether the connection closes after this answer because the daemon is stopping. */
export function endsConnection({ req }: ServerResponse): boolean {
  const owner = ownersOfSockets.get(req.socket);
  return owner !== undefined && owner.sockets.finishing && [...owner.state.calls].at(-1) === req;
}

const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';

/** A call whose request has been received completely, so that it is still answered. */
const someComplete = ({ calls }: HttpSocket): boolean => [...calls].some((req) => req.complete);

/** What comes is the rest of a body that nobody wants any more. */
const isInRefused = ({ refused }: HttpSocket): boolean => refused !== null && !refused.complete;

/** Counts the calls under way on each HTTP connection, and ends connections whose requests can't be parsed. */
export class HttpSockets {
  private readonly sockets = new Map<Socket, HttpSocket>();
  /** Set when the daemon is about to end: the answer to the last request that has begun on a connection says that it ends. */
  finishing = false;
  private waiting: (() => void)[] = [];
  /** Takes connections on which no request is under way; null: they stay. */
  private move: ((socket: Socket) => void) | null = null;

  constructor(private readonly connections: ConnectionManager) {}

  watch(server: Server): void {
    server.prependListener('request', (req: IncomingMessage, res: ServerResponse) => this.begin(req, res));
    server.on('checkContinue', (req: IncomingMessage, res: ServerResponse) => void server.emit('request', req, res));
    server.on('checkExpectation', (req: IncomingMessage, res: ServerResponse) => void server.emit('request', req, res));
    server.on('clientError', (error: NodeJS.ErrnoException, socket) => this.refuse(error, socket as Socket));
  }

  add(socket: Socket): void {
    const state: HttpSocket = { calls: new Set(), doomed: false, taken: 0, refused: null };
    this.sockets.set(socket, state);
    ownersOfSockets.set(socket, { sockets: this, state });
    socket.once('close', () => {
      this.sockets.delete(socket);
      // Node does not tell answers that are queued behind another that the connection is gone.
      state.calls.clear();
      if (this.sockets.size === 0) for (const resolve of this.waiting.splice(0)) resolve();
    });
  }

  /** Lets the requests that have begun be answered, and ends connections without any. Resolves when all connections have ended. */
  finish(): Promise<void> {
    this.move = null;
    for (const [socket, state] of this.sockets) void this.endOnceIdle(socket, state);
    return this.allGone();
  }

  /** Gives connections away, each between two requests. Resolves when there are none. @param move takes the socket, which is not read any more */
  leave(move: (socket: Socket) => void): Promise<void> {
    this.move = move;
    for (const [socket, state] of this.sockets) this.moveIfIdle(socket, state);
    return this.allGone();
  }

  private allGone(): Promise<void> {
    return this.sockets.size === 0 ? Promise.resolve() : new Promise((resolve) => this.waiting.push(resolve));
  }

  /** One on which a request has begun, be it with a single byte, waits for its answer. */
  private moveIfIdle(socket: Socket, state: HttpSocket): void {
    if (this.move === null || state.calls.size > 0 || state.doomed) return;
    if (socket.destroyed || socket.writableEnded) return;
    // The rest of a body would be the beginning of a request to whoever took the connection.
    if (isInRefused(state)) return void this.endOnceIdle(socket, state);
    if (socket.bytesRead > state.taken) return;
    if (socket.writableLength > 0) {
      setTimeout(() => this.moveIfIdle(socket, state), WRITTEN_MS);
      return;
    }
    stopReading(socket);
    this.move(socket);
    state.doomed = true;
  }

  private begin(req: IncomingMessage, res: ServerResponse): void {
    const { socket } = req;
    const state = this.sockets.get(socket);
    if (state === undefined) return;
    state.calls.add(req);
    state.taken = socket.bytesRead;
    if (hasBody(req)) req.once('end', () => (state.taken = socket.bytesRead));
    res.once('close', () => {
      state.calls.delete(req);
      if (!req.complete) state.refused = req;
      if (state.doomed && !someComplete(state)) socket.destroySoon();
      else if (this.finishing) void this.endOnceIdle(socket, state);
      else this.moveIfIdle(socket, state);
    });
  }

  /** A connection on which a request has begun, be it with a single byte, ends after its answer. */
  private async endOnceIdle(socket: Socket, state: HttpSocket): Promise<void> {
    const started = performance.now();
    const isOver = (): boolean => isInRefused(state) && performance.now() - started > REFUSED_MS;
    let read: number;
    do {
      read = socket.bytesRead;
      await arrival();
    } while (socket.bytesRead > read && state.calls.size === 0 && !isOver());
    if (state.calls.size === 0 && (read <= state.taken || isInRefused(state))) socket.destroySoon();
  }

  private refuse(error: NodeJS.ErrnoException, socket: Socket): void {
    if (error.code?.startsWith('HPE_')) this.connections.countException(error);
    const state = this.sockets.get(socket);
    if (state !== undefined && someComplete(state) && socket.writable) {
      state.doomed = true; // answers to earlier requests of the connection go out first
      socket.pause();
      return;
    }
    const status = refusal(error.code);
    if (status !== null && socket.writable) socket.end(`HTTP/1.1 ${status}\r\n\r\n`, () => socket.destroy());
    else socket.destroy();
  }
}
