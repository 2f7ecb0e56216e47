import { connect } from 'node:net';
import { once } from 'node:events';

/** A connection to a TSD that has been made. */
export async function open(port) {
  const socket = connect(port, '127.0.0.1');
  socket.setNoDelay(true);
  await once(socket, 'connect');
  return socket;
}

const HEAD_END = '\r\n\r\n';
const CHUNKED_END = Buffer.from('\r\n0\r\n\r\n');

/** The body of an answer sent in chunks. */
function joinChunks(bytes) {
  const parts = [];
  for (let at = 0; ;) {
    const end = bytes.indexOf('\r\n', at);
    const size = parseInt(bytes.toString('latin1', at, end), 16);
    if (!(size > 0)) return Buffer.concat(parts);
    parts.push(bytes.subarray(end + 2, end + 2 + size));
    at = end + 2 + size + 2;
  }
}

/** An answer as it comes in. */
class Answer {
  parts = [];
  size = 0;
  /** Bytes of head and body; 0: the head is not there yet; Infinity: the body comes in chunks. */
  wanted = 0;

  /** @returns whether this was the last piece */
  add(piece) {
    this.parts.push(piece);
    this.size += piece.length;
    if (this.wanted === 0) this.readHead();
    if (this.wanted < Infinity) return this.wanted > 0 && this.size >= this.wanted;
    const last = piece.length >= CHUNKED_END.length ? piece : this.joined();
    return last.subarray(-CHUNKED_END.length).equals(CHUNKED_END);
  }

  joined() {
    if (this.parts.length > 1) this.parts = [Buffer.concat(this.parts)];
    return this.parts[0];
  }

  readHead() {
    const end = this.joined().indexOf(HEAD_END);
    if (end < 0) return;
    const head = this.parts[0].toString('latin1', 0, end);
    const length = Number(/content-length: *(\d+)/i.exec(head)?.[1] ?? 0);
    this.wanted = /transfer-encoding: *chunked/i.test(head) ? Infinity : end + HEAD_END.length + length;
  }

  get status() {
    return Number(this.joined().toString('latin1', 9, 12));
  }

  get body() {
    const body = this.joined().subarray(this.parts[0].indexOf(HEAD_END) + HEAD_END.length);
    return (this.wanted === Infinity ? joinChunks(body) : body).toString();
  }
}

/**
 * A kept connection for one request at a time, without what an HTTP client costs beside it.
 * @returns `ask(bytes)`, which resolves with the answer and the milliseconds until its last byte and rejects when the connection ends, and
 * `close()`
 */
export async function openRequests(port) {
  const socket = await open(port);
  let answer = new Answer();
  let started = 0;
  let answered = (_answer) => {};
  let failed = (_error) => {};
  socket.on('data', (piece) => {
    if (answer.add(piece)) answered({ answer, ms: performance.now() - started });
  });
  socket.on('error', (error) => failed(error));
  socket.on('close', () => failed(new Error('the server closed the connection')));
  return {
    ask: (bytes) =>
      new Promise((resolve, reject) => {
        [answer, answered, failed] = [new Answer(), resolve, reject];
        started = performance.now();
        socket.write(bytes);
      }),
    close() {
      failed = () => {};
      socket.destroy();
    },
  };
}

/**
 * The same for puts.
 * @param problems told what refusals say
 * @returns `send(bytes)`, which resolves with whether the answer's status is below 300, and `close()`
 */
export async function openHttp(port, problems) {
  const { ask, close } = await openRequests(port);
  const send = async (bytes) => {
    const { answer } = await ask(bytes);
    if (answer.status >= 300) problems.add(answer.body.slice(0, 300));
    return answer.status < 300;
  };
  return { send, close };
}
