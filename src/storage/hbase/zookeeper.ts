import * as net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ServerAddress } from './region';
import { messageOf } from '../../util/message-of';

const DEFAULT_PORT = 2181;
/** ZooKeeper refuses to hold more in a node unless it is told otherwise; a larger length means that this is no ZooKeeper. */
const MAX_FRAME_BYTES = 16 << 20;
/** Between rounds through all servers. */
const PAUSE_MS = 250;
/** After the session's end: for a server that does not hang up. */
const LINGER_MS = 200;

/** Operations, and the number of our only request before the session ends. */
const GET_DATA = 4;
const CLOSE_SESSION = -11;
const READ_XID = 1;
const NO_NODE = -101;

/** ZooKeeper has answered, and has no such node. */
export class NoNodeError extends Error {}

/** ZooKeeper has answered with an error; asking again will not help. */
export class ZooKeeperError extends Error {}

/** `host[:port],...` with or without a path behind it that all nodes are under. */
export function parseQuorum(quorum: string): { servers: ServerAddress[]; root: string } {
  const slash = quorum.indexOf('/');
  const root = slash < 0 ? '' : quorum.slice(slash).replace(/\/+$/, '');
  const servers = (slash < 0 ? quorum : quorum.slice(0, slash))
    .split(',')
    .map((text) => text.trim())
    .filter((text) => text !== '')
    .map((text) => {
      const [, host, port] = /^(.*?)(?::(\d+))?$/.exec(text) as unknown as [string, string, string | undefined];
      return { host: host.replace(/^\[|\]$/g, ''), port: port === undefined ? DEFAULT_PORT : Number(port) };
    });
  return { servers, root };
}

/**
 * Reads a node. Asks the servers of the quorum one after the other, in random order, until one answers.
 *
 * HBase's addresses are read rarely, each in a session of its own, so the protocol comes down to three messages. This is not done
 * with node-zookeeper-client: when a session is closed there while it is being resumed, it takes the answer to the one for the
 * answer to the other, and throws where nobody can catch it.
 *
 * @param signal ends it, with its reason
 * @throws NoNodeError, ZooKeeperError; Error when no server has answered within the time
 */
export async function readNode(quorum: string, path: string, timeoutMs: number, signal: AbortSignal): Promise<Buffer> {
  const { servers, root } = parseQuorum(quorum);
  const giveUp = performance.now() + timeoutMs;
  const patience = Math.max(1, timeoutMs / Math.max(1, servers.length));
  let last = 'it names no server';
  for (;;) {
    for (const server of shuffled(servers)) {
      const remaining = giveUp - performance.now();
      if (remaining <= 0) break;
      try {
        return await readFrom(server, root + path, { timeoutMs: Math.min(patience, remaining), sessionMs: timeoutMs, signal });
      } catch (error) {
        if (error instanceof NoNodeError || error instanceof ZooKeeperError) throw error;
        signal.throwIfAborted();
        last = messageOf(error);
      }
    }
    if (performance.now() + PAUSE_MS >= giveUp) throw new Error(`no answer within ${timeoutMs} ms (${last})`);
    await sleep(PAUSE_MS, undefined, { signal });
  }
}

interface Attempt {
  timeoutMs: number;
  sessionMs: number;
  signal: AbortSignal;
}

/** One session with one server. */
function readFrom({ host, port }: ServerAddress, path: string, { timeoutMs, sessionMs, signal }: Attempt): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const socket = net.connect({ host, port, noDelay: true });
    const failed = (reason: string): void => done(() => reject(new Error(`${host}:${port} ${reason}`)));
    const aborted = (): void => failed('was given up');
    const timer = setTimeout(() => failed(`has not answered for ${Math.round(timeoutMs)} ms`), timeoutMs);
    let over = false;
    let greeted = false;
    let received = Buffer.alloc(0);

    /** @param end in order, when there is a session to end */
    function done(settle: () => void, end = false): void {
      if (over) return;
      over = true;
      clearTimeout(timer);
      signal.removeEventListener('abort', aborted);
      if (end) {
        socket.end(closeRequest());
        setTimeout(() => socket.destroy(), LINGER_MS).unref();
      } else socket.destroy();
      settle();
    }

    function take(frame: Buffer): void {
      if (!greeted) {
        // ConnectResponse: version, session time (0: there is none), ...
        if (frame.readInt32BE(4) <= 0) return failed('has no session for us');
        greeted = true;
        socket.write(readRequest(path));
        return;
      }
      // ReplyHeader: xid, zxid (8 bytes), error; then the node's bytes and their length before them
      if (frame.readInt32BE(0) !== READ_XID) return;
      const code = frame.readInt32BE(12);
      if (code === NO_NODE) return done(() => reject(new NoNodeError(`no node ${path}`)), true);
      if (code !== 0) return done(() => reject(new ZooKeeperError(`ZooKeeper's error ${code}`)), true);
      const length = Math.max(0, frame.readInt32BE(16));
      if (frame.length < 20 + length) return failed('sent what is no answer');
      done(() => resolve(frame.subarray(20, 20 + length)), true);
    }

    signal.addEventListener('abort', aborted);
    socket.on('error', (error) => failed(error.message));
    socket.on('close', () => failed('closed the connection'));
    socket.on('connect', () => socket.write(connectRequest(sessionMs)));
    socket.on('data', (chunk) => {
      if (over) return;
      received = Buffer.concat([received, chunk]);
      try {
        while (!over && received.length >= 4) {
          const length = received.readUInt32BE(0);
          if (length > MAX_FRAME_BYTES) return failed('is no ZooKeeper');
          if (received.length < 4 + length) return;
          const frame = received.subarray(4, 4 + length);
          received = received.subarray(4 + length);
          take(frame);
        }
      } catch (error) {
        // A frame that ends before what it must hold.
        failed(`sent what is no answer: ${messageOf(error)}`);
      }
    });
    if (signal.aborted) aborted();
  });
}

/** Version, last zxid seen, session time, session id: none, password: none yet. */
function connectRequest(sessionMs: number): Buffer {
  const message = Buffer.alloc(4 + 44);
  message.writeInt32BE(44, 0);
  message.writeInt32BE(sessionMs, 16);
  message.writeInt32BE(16, 28);
  return message;
}

/** Xid, operation, path, whether to watch it: no. */
function readRequest(path: string): Buffer {
  const text = Buffer.from(path);
  const message = Buffer.alloc(4 + 13 + text.length);
  message.writeInt32BE(13 + text.length, 0);
  message.writeInt32BE(READ_XID, 4);
  message.writeInt32BE(GET_DATA, 8);
  message.writeInt32BE(text.length, 12);
  text.copy(message, 16);
  return message;
}

function closeRequest(): Buffer {
  const message = Buffer.alloc(12);
  message.writeInt32BE(8, 0);
  message.writeInt32BE(READ_XID + 1, 4);
  message.writeInt32BE(CLOSE_SESSION, 8);
  return message;
}

function shuffled<T>(all: readonly T[]): T[] {
  const left = [...all];
  return all.map(() => left.splice(Math.floor(Math.random() * left.length), 1)[0]);
}
