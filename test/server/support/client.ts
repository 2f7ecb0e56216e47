import net from 'node:net';

/** What has to come may take so long on a busy disk: names are made durable one by one. */
const PATIENCE_MS = 25_000;

export interface Answer {
  /** Status line and headers as they came. */
  head: string;
  status: number;
  /** Lower-case names. */
  headers: Record<string, string>;
  body: Buffer;
  text: string;
}

/** A socket that collects what comes. */
export class Connection {
  received = Buffer.alloc(0);
  closed = false;
  private wake: () => void = () => {};

  private constructor(readonly socket: net.Socket) {
    const changed = (): void => this.wake();
    socket.on('data', (chunk: Buffer) => {
      this.received = Buffer.concat([this.received, chunk]);
      changed();
    });
    socket.on('error', changed);
    socket.on('end', changed);
    socket.on('close', () => {
      this.closed = true;
      changed();
    });
  }

  static open(port: number): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const socket = net.connect({ port, host: '127.0.0.1', allowHalfOpen: true });
      const connection = new Connection(socket);
      socket.once('connect', () => resolve(connection)).once('error', reject);
    });
  }

  send(bytes: string | Buffer): void {
    this.socket.write(bytes);
  }

  get ended(): boolean {
    return this.closed || this.socket.readableEnded;
  }

  /** Waits until `done`; fails after `ms`. */
  async until(done: () => boolean, ms = PATIENCE_MS): Promise<void> {
    const deadline = performance.now() + ms;
    while (!done()) {
      const left = deadline - performance.now();
      if (left <= 0) throw new Error(`nothing more came; so far: ${JSON.stringify(this.received.toString('latin1').slice(-500))}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  /** Everything until the daemon closes. */
  async toEnd(ms = PATIENCE_MS): Promise<Buffer> {
    await this.until(() => this.ended, ms);
    return this.received;
  }

  /** Takes one answer with a length, or with no body, off what was received. */
  async answer(ms = PATIENCE_MS): Promise<Answer> {
    let answer: { value: Answer; size: number } | null = null;
    await this.until(() => (answer = parseAnswer(this.received, this.ended)) !== null, ms);
    const { value, size } = answer!;
    this.received = this.received.subarray(size);
    return value;
  }

  close(): void {
    this.socket.destroy();
  }
}

function parseAnswer(bytes: Buffer, ended: boolean): { value: Answer; size: number } | null {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return null;
  const head = bytes.toString('latin1', 0, end);
  const [statusLine, ...lines] = head.split('\r\n');
  const headers: Record<string, string> = {};
  for (const line of lines) headers[line.slice(0, line.indexOf(':')).toLowerCase()] = line.slice(line.indexOf(':') + 1).trim();
  const status = Number(statusLine.split(' ')[1]);
  const from = end + 4;
  let body: Buffer;
  let size: number;
  if (headers['content-length'] !== undefined) {
    size = from + Number(headers['content-length']);
    if (bytes.length < size) return null;
    body = bytes.subarray(from, size);
  } else if (headers['transfer-encoding'] === 'chunked') {
    const parts: Buffer[] = [];
    let at = from;
    for (;;) {
      const lineEnd = bytes.indexOf('\r\n', at);
      if (lineEnd < 0) return null;
      const length = parseInt(bytes.toString('latin1', at, lineEnd), 16);
      if (bytes.length < lineEnd + 4 + length) return null;
      parts.push(bytes.subarray(lineEnd + 2, lineEnd + 2 + length));
      at = lineEnd + 4 + length;
      if (length === 0) break;
    }
    body = Buffer.concat(parts);
    size = at;
  } else {
    if (!ended) return null;
    body = bytes.subarray(from);
    size = bytes.length;
  }
  return { value: { head, status, headers, body, text: body.toString('utf8') }, size };
}

export interface Ask {
  method?: string;
  headers?: Record<string, string>;
  body?: string | Buffer;
}

/** One request on a connection of its own. */
export async function ask(port: number, target: string, { method, headers = {}, body }: Ask = {}): Promise<Answer> {
  const connection = await Connection.open(port);
  try {
    connection.send(requestBytes(target, { method, headers, body }));
    return await connection.answer();
  } finally {
    connection.close();
  }
}

export function requestBytes(target: string, { method, headers = {}, body }: Ask = {}): Buffer {
  const bytes = body === undefined ? Buffer.alloc(0) : Buffer.from(body as string);
  const all: Record<string, string> = { Host: 'localhost', ...headers };
  if (body !== undefined && !('Transfer-Encoding' in headers)) all['Content-Length'] ??= String(bytes.length);
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  const verb = method ?? (body === undefined ? 'GET' : 'POST');
  return Buffer.concat([Buffer.from(`${verb} ${target} HTTP/1.1\r\n${lines.join('')}\r\n`), bytes]);
}

/** Lines to the telnet side on a connection of its own; what comes back until the daemon has answered `version`'s two lines. */
export async function telnet(port: number, text: string): Promise<string> {
  const connection = await Connection.open(port);
  try {
    connection.send(`${text}version\n`);
    await connection.until(() => /Built on .*\n/.test(connection.received.toString()));
    return connection.received.toString().replace(/net\.opentsdb\.tools .*\nBuilt on .*\n/, '');
  } finally {
    connection.close();
  }
}

export const json = (answer: Answer): unknown => JSON.parse(answer.text);
