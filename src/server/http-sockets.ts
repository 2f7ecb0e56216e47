import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { ConnectionManager } from './connections';

/** What is wrong with the first line: the original closes without a word, and so it does to telnet commands in capitals. */
const SILENT_ERRORS: ReadonlySet<string> = new Set([
  'HPE_INVALID_METHOD',
  'HPE_INVALID_CONSTANT',
  'HPE_INVALID_URL',
  'HPE_INVALID_VERSION',
  'HPE_INVALID_EOF_STATE',
]);

/** Status lines for requests that never became one. */
function refusal(code: string | undefined): string | null {
  if (code === undefined || SILENT_ERRORS.has(code)) return null;
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return '408 Request Timeout';
  if (code === 'HPE_HEADER_OVERFLOW') return '431 Request Header Fields Too Large';
  return code.startsWith('HPE_') ? '400 Bad Request' : null;
}

/** A connection with the calls that are under way on it. */
interface HttpSocket {
  calls: Set<IncomingMessage>;
  /** What came after the calls under way makes no sense: no more is read. */
  doomed: boolean;
}

/** A call whose request has come as a whole: it deserves its answer. */
const someComplete = ({ calls }: HttpSocket): boolean => [...calls].some((req) => req.complete);

/** Counts the calls under way on each HTTP connection, and ends connections whose requests make no sense. */
export class HttpSockets {
  private readonly sockets = new Map<Socket, HttpSocket>();
  private underWay = 0;
  private waiting: (() => void)[] = [];

  constructor(private readonly connections: ConnectionManager) {}

  watch(server: Server): void {
    server.prependListener('request', (req: IncomingMessage, res: ServerResponse) => this.begin(req, res));
    server.on('checkContinue', (req: IncomingMessage, res: ServerResponse) => void server.emit('request', req, res));
    server.on('checkExpectation', (req: IncomingMessage, res: ServerResponse) => void server.emit('request', req, res));
    server.on('clientError', (error: NodeJS.ErrnoException, socket) => this.refuse(error, socket as Socket));
  }

  add(socket: Socket): void {
    const state: HttpSocket = { calls: new Set(), doomed: false };
    this.sockets.set(socket, state);
    socket.once('close', () => {
      this.sockets.delete(socket);
      // answers that wait for their turn behind another are never told that the connection is gone
      for (const req of state.calls) this.end(state, req);
    });
  }

  /** Resolves when no call is under way. */
  quiet(): Promise<void> {
    return this.underWay === 0 ? Promise.resolve() : new Promise((resolve) => this.waiting.push(resolve));
  }

  private begin(req: IncomingMessage, res: ServerResponse): void {
    const { socket } = req;
    const state = this.sockets.get(socket);
    if (state === undefined) return;
    state.calls.add(req);
    this.underWay++;
    res.once('close', () => {
      this.end(state, req);
      if (state.doomed && !someComplete(state)) socket.destroySoon();
    });
  }

  private end(state: HttpSocket, req: IncomingMessage): void {
    if (!state.calls.delete(req)) return;
    this.underWay--;
    if (this.underWay === 0) for (const resolve of this.waiting.splice(0)) resolve();
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
