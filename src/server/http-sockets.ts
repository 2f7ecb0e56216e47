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

/** Counts the calls under way on each HTTP connection, and ends connections whose requests make no sense. */
export class HttpSockets {
  private readonly sockets = new Map<Socket, { calls: number; doomed: boolean }>();
  private underWay = 0;
  private waiting: (() => void)[] = [];

  constructor(private readonly connections: ConnectionManager) {}

  watch(server: Server): void {
    const begin = (req: IncomingMessage, res: ServerResponse): void => this.begin(req.socket, res);
    server.prependListener('request', begin);
    server.on('checkContinue', (req: IncomingMessage, res: ServerResponse) => void server.emit('request', req, res));
    server.on('checkExpectation', (req: IncomingMessage, res: ServerResponse) => void server.emit('request', req, res));
    server.on('clientError', (error: NodeJS.ErrnoException, socket) => this.refuse(error, socket as Socket));
  }

  add(socket: Socket): void {
    this.sockets.set(socket, { calls: 0, doomed: false });
    socket.once('close', () => this.sockets.delete(socket));
  }

  /** Resolves when no call is under way. */
  quiet(): Promise<void> {
    return this.underWay === 0 ? Promise.resolve() : new Promise((resolve) => this.waiting.push(resolve));
  }

  private begin(socket: Socket, res: ServerResponse): void {
    const state = this.sockets.get(socket);
    if (state !== undefined) state.calls++;
    this.underWay++;
    res.once('close', () => {
      this.underWay--;
      if (this.underWay === 0) for (const resolve of this.waiting.splice(0)) resolve();
      if (state !== undefined && --state.calls === 0 && state.doomed) socket.destroySoon();
    });
  }

  private refuse(error: NodeJS.ErrnoException, socket: Socket): void {
    if (error.code?.startsWith('HPE_')) this.connections.countException(error);
    const state = this.sockets.get(socket);
    if (state !== undefined && state.calls > 0 && socket.writable) {
      state.doomed = true; // answers to earlier requests of the connection go out first
      socket.pause();
      return;
    }
    const status = refusal(error.code);
    if (status !== null && socket.writable) socket.end(`HTTP/1.1 ${status}\r\n\r\n`, () => socket.destroy());
    else socket.destroy();
  }
}
