import * as net from 'node:net';

export type Handler = (frame: Buffer, socket: net.Socket, frames: number) => void;

/** ZooKeeper's side of a session: hands over every message, without its length. */
export class FakeZooKeeper {
  readonly requests: Buffer[] = [];
  connections = 0;
  private readonly sockets = new Set<net.Socket>();
  private readonly server: net.Server;

  private constructor(handler: Handler) {
    this.server = net.createServer((socket) => {
      this.connections++;
      this.sockets.add(socket);
      let received = Buffer.alloc(0);
      let frames = 0;
      socket.on('error', () => undefined).on('close', () => this.sockets.delete(socket));
      socket.on('data', (chunk) => {
        received = Buffer.concat([received, chunk]);
        while (received.length >= 4 && received.length >= 4 + received.readInt32BE(0)) {
          const frame = received.subarray(4, 4 + received.readInt32BE(0));
          received = received.subarray(4 + frame.length);
          this.requests.push(Buffer.from(frame));
          handler(frame, socket, ++frames);
        }
      });
    });
  }

  /** @param port 0: any that is free */
  static async start(handler: Handler, port = 0): Promise<FakeZooKeeper> {
    const fake = new FakeZooKeeper(handler);
    await new Promise<void>((resolve) => fake.server.listen(port, '127.0.0.1', resolve));
    return fake;
  }

  get address(): string {
    return `127.0.0.1:${(this.server.address() as net.AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

export function framed(...parts: (Buffer | number)[]): Buffer {
  const body = Buffer.concat(
    parts.map((part) => {
      if (Buffer.isBuffer(part)) return part;
      const int = Buffer.alloc(4);
      int.writeInt32BE(part);
      return int;
    }),
  );
  const length = Buffer.alloc(4);
  length.writeInt32BE(body.length);
  return Buffer.concat([length, body]);
}

const STAT = Buffer.alloc(68);
/** Version, session time, session id with lower half that is no error code, password, not read-only. */
export const GREETING = framed(0, 4000, 0x100, 1127481349, 16, Buffer.alloc(16), Buffer.of(0));
/** The answer to the first request. */
export const answer = (error: number, data: Buffer = Buffer.alloc(0)): Buffer =>
  error === 0 ? framed(1, 0, 7, 0, data.length, data, STAT) : framed(1, 0, 7, error);
