import * as net from 'node:net';
import { frameBuffers } from '../../../src/storage/hbase/frame-buffers';
import { FrameSplitter } from '../../../src/storage/hbase/frames';
import { ProtoReader, ProtoWriter } from '../../../src/storage/hbase/protobuf';

export interface FakeCall {
  id: number;
  method: string;
  timeoutMs: number;
  param: Buffer;
  cells: Buffer;
  /** Answers with a message, in chunks of so many bytes. */
  reply(param: Buffer, options?: { cells?: Buffer; chunk?: number }): void;
  /** Answers with an exception. */
  fail(className: string, detail: string): void;
  /** Writes anything. */
  raw(bytes: Buffer): void;
  /** Closes the connection. */
  hangUp(): void;
}

/** The server's side of HBase's RPC, for faults that a real one can't be made to have. */
export class FakeServer {
  /** What clients said before their first call: service and user. */
  readonly greetings: Buffer[] = [];
  readonly calls: FakeCall[] = [];
  private readonly sockets = new Set<net.Socket>();
  private readonly server: net.Server;

  private constructor(onCall: (call: FakeCall) => void, remember: boolean) {
    this.server = net.createServer({ noDelay: true }, (socket) => {
      this.sockets.add(socket);
      socket.on('error', () => undefined).on('close', () => this.sockets.delete(socket));
      const frames = new FrameSplitter((frame) => {
        if (greeted) {
          const call = readCall(frame, socket);
          if (remember) this.calls.push(call);
          onCall(call);
          if (!remember) frameBuffers.give(frame);
        } else this.greetings.push(Buffer.from(frame));
        greeted = true;
      });
      let greeted = false;
      let preamble = 6;
      socket.on('data', (chunk) => {
        const skipped = Math.min(preamble, chunk.length);
        preamble -= skipped;
        frames.push(chunk.subarray(skipped));
      });
    });
  }

  /** @param remember false: `calls` stays empty, and what a call brought is not to be used once `onCall` has returned */
  static async start(onCall: (call: FakeCall) => void, { remember = true } = {}): Promise<FakeServer> {
    const fake = new FakeServer(onCall, remember);
    await new Promise<void>((resolve) => fake.server.listen(0, '127.0.0.1', resolve));
    return fake;
  }

  get port(): number {
    return (this.server.address() as net.AddressInfo).port;
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

function readCall(frame: Buffer, socket: net.Socket): FakeCall {
  const reader = new ProtoReader(frame);
  const header = reader.message();
  let id = 0;
  let method = '';
  let timeoutMs = 0;
  header.each((field) => {
    if (field === 1) id = header.uint();
    else if (field === 3) method = header.string();
    else if (field === 7) timeoutMs = header.uint();
    else return false;
    return true;
  });
  const param = reader.bytes();
  const write = (bytes: Buffer, chunk = bytes.length): void => {
    for (let at = 0; at < bytes.length; at += chunk) socket.write(bytes.subarray(at, at + chunk));
  };
  return {
    id,
    method,
    timeoutMs,
    param,
    cells: frame.subarray(reader.offset),
    reply: (message, { cells = Buffer.alloc(0), chunk } = {}) => write(response(id, message, cells), chunk),
    fail: (className, detail) => write(exception(id, className, detail)),
    raw: (bytes) => void socket.write(bytes),
    hangUp: () => socket.destroy(),
  };
}

function framed(...parts: Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.length);
  return Buffer.concat([length, body]);
}

function delimited(message: Buffer): Buffer {
  return new ProtoWriter().bytes(1, message).finish().subarray(1);
}

export function response(id: number, message: Buffer, cells: Buffer = Buffer.alloc(0)): Buffer {
  const header = new ProtoWriter().uint(1, id);
  if (cells.length > 0) {
    const meta = header.begin(3);
    header.uint(1, cells.length).end(meta);
  }
  return framed(delimited(header.finish()), delimited(message), cells);
}

export function exception(id: number, className: string, detail: string): Buffer {
  const header = new ProtoWriter().uint(1, id);
  const mark = header.begin(2);
  header.string(1, className).string(2, detail).end(mark);
  return framed(delimited(header.finish()));
}
