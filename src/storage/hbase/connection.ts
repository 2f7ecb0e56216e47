import * as net from 'node:net';
import { timerMs } from '../../util/within-time';
import type { ConnectionState } from '../server-state';
import { FrameSplitter } from './frames';
import type { CallLog } from '../../util/log';
import type { CallRequest, CallResponse } from './call';
import { traceCall } from './call-trace';
import { CallTimedOutError, ConnectionLostError, readExceptionResponse, RemoteException } from './errors';
import { ProtoReader, ProtoWriter, putVarint, varintLength } from './protobuf';

const KEY_VALUE_CODEC = 'org.apache.hadoop.hbase.codec.KeyValueCodec';
/** "HBas", protocol version 0, authentication SIMPLE. */
const PREAMBLE = Buffer.from([0x48, 0x42, 0x61, 0x73, 0, 80]);

export interface ConnectionOptions {
  log: CallLog;
  /** The user that the server sees (SIMPLE authentication). */
  user: string;
  /** `ClientService` of a region server, `MasterService` or `AdminService`. */
  service: string;
  connectTimeoutMs: number;
  /** A connection with unanswered calls on which nothing is received for so long is closed as dead. */
  readTimeoutMs: number;
  /** A connection without calls is closed after so long; 0: never. */
  idleTimeoutMs: number;
  noDelay: boolean;
  keepAlive: boolean;
}

interface PendingCall {
  method: string;
  resolve(response: CallResponse): void;
  reject(error: Error): void;
  timeoutMs: number;
  /** `performance.now()` scale. */
  expiresAt: number;
}

const EMPTY = Buffer.alloc(0);
/** All sockets read into this buffer: frames are copied out of it before the next read. */
const READ_BUFFER = Buffer.allocUnsafeSlow(256 * 1024);
/** Calls without an answer that are remembered, to tell a late answer from a wrong one. */
const MOST_EXPIRED = 1024;
/** Requests up to this size are written as one buffer: copying costs less than a gathered write. */
const ONE_WRITE_BYTES = 4096;

/** Why a connection ended: never established, nothing received despite unanswered calls, unused, broken, or closed by us. */
export type ConnectionEnd = 'unreachable' | 'silent' | 'idle' | 'broken' | 'closed';

/**
 * One socket to one server with any number of concurrent calls, matched to their answers by id. Connects when it is made. The first
 * error closes it for good: every pending call fails, and `onClose` is called.
 */
export class Connection {
  readonly server: string;
  private phase: 'connecting' | 'open' | 'closed' = 'connecting';
  private readonly socket: net.Socket;
  private readonly pending = new Map<number, PendingCall>();
  private lastId = 0;
  private readonly openedAt = performance.now();
  private sent = 0;
  private blocked = 0;
  private timedOut = 0;
  private answeredLate = 0;
  private answersUnknown = 0;
  /** Ids of calls that were given up, oldest first. */
  private readonly expired = new Set<number>();
  /** When something was last received, or the first unanswered call was sent; 0: no unanswered calls. */
  private owedSince = 0;
  private idleSince = performance.now();
  /** When `check` is due. */
  private nextCheck: number;
  private readonly checkMs: number;
  private readonly watch: NodeJS.Timeout;
  private connectTimer: NodeJS.Timeout | undefined;
  /** One timer for all calls, set for the first that expires; not reset when that is answered, which would cost more. */
  private expiryTimer: NodeJS.Timeout | undefined;
  private nextExpiry = Infinity;
  private corked = false;
  /** Set once it is closed. */
  closeReason: Error | null = null;

  constructor(
    host: string,
    port: number,
    private readonly options: ConnectionOptions,
    private readonly onClose: (connection: Connection, end: ConnectionEnd) => void,
  ) {
    this.server = `${host}:${port}`;
    const frames = new FrameSplitter((frame) => this.onFrame(frame));
    const onread = { buffer: READ_BUFFER, callback: (bytes: number): boolean => this.onRead(frames, bytes) };
    this.socket = net.connect({ host, port, noDelay: options.noDelay, keepAlive: options.keepAlive, onread });
    this.socket.write(preamble(options));
    this.socket.once('connect', () => {
      this.phase = 'open';
      clearTimeout(this.connectTimer);
      options.log.debug(`Connected to ${this.server} for ${options.service}`);
    });
    this.socket.on('error', (error: NodeJS.ErrnoException) => this.fail(`failed: ${error.message || error.code}`));
    this.socket.on('close', () => this.fail('was closed by the server'));
    this.connectTimer = setTimeout(() => this.fail(`was not established within ${options.connectTimeoutMs} ms`), options.connectTimeoutMs);
    this.checkMs = Math.max(10, Math.min(1000, options.readTimeoutMs / 4));
    this.nextCheck = performance.now() + this.checkMs;
    this.watch = setInterval(() => this.check(), this.checkMs);
    this.watch.unref();
  }

  get closed(): boolean {
    return this.phase === 'closed';
  }

  get inFlight(): number {
    return this.pending.size;
  }

  state(): ConnectionState {
    const { sent, blocked, timedOut, answeredLate, answersUnknown } = this;
    const now = performance.now();
    const calls = [...this.pending].map(([id, { method, timeoutMs, expiresAt }]) => ({
      id,
      method,
      ageMs: Math.round(now - (expiresAt - timeoutMs)),
    }));
    return {
      endpoint: this.endpoint(),
      established: this.phase === 'open',
      ageMs: Math.round(now - this.openedAt),
      sent,
      blocked,
      timedOut,
      answeredLate,
      answersUnknown,
      calls,
    };
  }

  private endpoint(): string {
    const { remoteAddress, remotePort } = this.socket;
    if (remoteAddress === undefined) return this.server;
    return remoteAddress.includes(':') ? `[${remoteAddress}]:${remotePort}` : `${remoteAddress}:${remotePort}`;
  }

  private onRead(frames: FrameSplitter, bytes: number): boolean {
    this.owedSince = this.pending.size > 0 ? performance.now() : 0;
    try {
      frames.push(READ_BUFFER.subarray(0, bytes));
    } catch (error) {
      this.fail(`sent what is no answer: ${(error as Error).message}`);
    }
    return true;
  }

  /** Rejects with RemoteException, CallTimedOutError or ConnectionLostError. */
  call(request: CallRequest): Promise<CallResponse> {
    const answer = this.begin(request);
    const { log } = this.options;
    if (log.isDebugEnabled()) traceCall(log, this.server, request, answer);
    return answer;
  }

  private begin(request: CallRequest): Promise<CallResponse> {
    return new Promise((resolve, reject) => {
      if (this.closeReason !== null) {
        reject(new ConnectionLostError(this.server, 'is closed', false));
        return;
      }
      const id = (this.lastId = (this.lastId % 0x7fff_ffff) + 1);
      const { method, timeoutMs } = request;
      const now = performance.now();
      const expiresAt = now + timeoutMs;
      this.pending.set(id, { method, resolve, reject, timeoutMs, expiresAt });
      if (expiresAt < this.nextExpiry) this.setExpiry(expiresAt, now);
      if (this.owedSince === 0) this.owedSince = performance.now();
      this.send(id, request);
    });
  }

  private setExpiry(at: number, now: number): void {
    clearTimeout(this.expiryTimer);
    this.nextExpiry = at;
    this.expiryTimer = setTimeout(() => this.expire(), timerMs(at - now));
    this.expiryTimer.unref(); // pending calls keep the socket, and so the process, alive
  }

  private expire(): void {
    const now = performance.now();
    let next = Infinity;
    for (const [id, call] of this.pending) {
      if (call.expiresAt > now) next = Math.min(next, call.expiresAt);
      else {
        this.pending.delete(id);
        this.noteExpired(id);
        if (this.pending.size === 0) this.idleSince = performance.now();
        call.reject(new CallTimedOutError(this.server, call.method, call.timeoutMs));
      }
    }
    this.nextExpiry = Infinity;
    if (next < Infinity) this.setExpiry(next, now);
  }

  private noteExpired(id: number): void {
    this.timedOut++;
    this.expired.add(id);
    if (this.expired.size <= MOST_EXPIRED) return;
    const [oldest] = this.expired;
    this.expired.delete(oldest);
  }

  private send(id: number, { method, param, cells, timeoutMs, priority }: CallRequest): void {
    // RequestHeader: call_id 1, method_name 3, request_param 4, cell_block_meta 5 {length 1}, priority 6, timeout 7
    const header = new ProtoWriter(64).uint(1, id).string(3, method).bool(4, true);
    if (cells) {
      const meta = header.begin(5);
      header.uint(1, cells.length).end(meta);
    }
    if (priority !== undefined) header.uint(6, priority);
    header.uint(7, Math.max(1, Math.floor(timeoutMs)));
    const headerBytes = header.finish();
    const prefix = 4 + varintLength(headerBytes.length);
    const headLength = prefix + headerBytes.length + varintLength(param.length);
    const oneWrite = headLength + param.length <= ONE_WRITE_BYTES;
    const head = Buffer.allocUnsafe(oneWrite ? headLength + param.length : headLength);
    head.writeUInt32BE(headLength - 4 + param.length + (cells ? cells.length : 0), 0);
    putVarint(head, 4, headerBytes.length);
    headerBytes.copy(head, prefix);
    putVarint(head, prefix + headerBytes.length, param.length);
    if (oneWrite) param.copy(head, headLength);
    // The first call of a turn of the event loop is written at once; later ones of that turn, whatever clients they are for, are
    // written in one system call, which wakes the server once.
    const first = !this.corked;
    const { socket } = this;
    this.sent++;
    if (socket.writableNeedDrain) this.blocked++;
    if (first) socket.cork(); // its parts go together
    socket.write(head);
    if (!oneWrite) socket.write(param);
    if (cells) socket.write(cells);
    if (!first) return;
    socket.uncork();
    this.holdBack();
  }

  /** Until this turn is over, what is written is gathered. */
  private holdBack(): void {
    this.corked = true;
    this.socket.cork();
    setImmediate(() => {
      this.corked = false;
      this.socket.uncork();
    });
  }

  private onFrame(frame: Buffer): void {
    const reader = new ProtoReader(frame);
    // ResponseHeader: call_id 1, exception 2, cell_block_meta 3
    const header = reader.message();
    let id = 0;
    let exception: RemoteException | null = null;
    let cellBytes = 0;
    header.each((field) => {
      if (field === 1) id = header.uint();
      else if (field === 2) exception = readExceptionResponse(header.message());
      else if (field === 3) {
        const meta = header.message();
        meta.each((f) => f === 1 && ((cellBytes = meta.uint()), true));
      } else return false;
      return true;
    });
    const call = this.pending.get(id);
    if (call === undefined) {
      if (this.expired.delete(id)) this.answeredLate++;
      else this.answersUnknown++;
      // An exception for no call of ours is about the connection itself: wrong version, refused user.
      if (exception !== null && (id === 0 || id > 0x7fff_ffff)) this.fail(`was refused: ${(exception as RemoteException).message}`);
      return;
    }
    this.forget(id);
    if (exception !== null) {
      call.reject(exception);
      return;
    }
    const param = reader.done ? EMPTY : reader.bytes();
    if (frame.length - reader.offset !== cellBytes) {
      const error = new ConnectionLostError(
        this.server,
        `sent a response with ${frame.length - reader.offset} bytes of cells instead of ${cellBytes}`,
        true,
      );
      call.reject(error);
      this.fail(error.message);
      return;
    }
    call.resolve({ param, cells: cellBytes ? frame.subarray(reader.offset) : EMPTY, frame });
  }

  private forget(id: number): void {
    this.pending.delete(id);
    if (this.pending.size === 0) {
      this.owedSince = 0;
      this.idleSince = performance.now();
    }
  }

  private check(): void {
    const { readTimeoutMs, idleTimeoutMs } = this.options;
    const now = performance.now();
    // While this process itself stood still nothing was received, whatever came: that is no silence of the server.
    if (this.owedSince !== 0) this.owedSince = Math.min(now, this.owedSince + Math.max(0, now - this.nextCheck));
    this.nextCheck = now + this.checkMs;
    if (this.owedSince !== 0 && now - this.owedSince > readTimeoutMs)
      this.fail(`has been silent for ${Math.round(now - this.owedSince)} ms`, 'silent');
    else if (idleTimeoutMs > 0 && this.pending.size === 0 && now - this.idleSince > idleTimeoutMs) this.fail('was idle', 'idle');
  }

  private fail(reason: string, end: ConnectionEnd = 'broken'): void {
    if (this.phase === 'closed') return;
    const sent = this.phase === 'open';
    this.phase = 'closed';
    this.closeReason = new ConnectionLostError(this.server, reason, sent);
    clearInterval(this.watch);
    clearTimeout(this.connectTimer);
    clearTimeout(this.expiryTimer);
    this.socket.destroy();
    const calls = [...this.pending.values()];
    this.pending.clear();
    for (const call of calls) call.reject(this.closeReason);
    this.onClose(this, !sent && end === 'broken' ? 'unreachable' : end);
  }

  /** Ends the connection at once; pending calls fail. */
  close(): void {
    this.fail('was closed', 'closed');
  }
}

function preamble({ user, service }: ConnectionOptions): Buffer {
  // ConnectionHeader: user_info 1 {effective_user 1}, service_name 2, cell_block_codec_class 3
  const header = new ProtoWriter();
  const info = header.begin(1);
  header.string(1, user).end(info);
  const bytes = header.string(2, service).string(3, KEY_VALUE_CODEC).finish();
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([PREAMBLE, length, bytes]);
}
