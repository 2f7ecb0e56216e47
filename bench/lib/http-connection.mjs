import { connect } from 'node:net';
import { once } from 'node:events';

/** A connection to a TSD that has been made. */
export async function open(port) {
  const socket = connect(port, '127.0.0.1');
  socket.setNoDelay(true);
  await once(socket, 'connect');
  return socket;
}

/**
 * A kept connection for one request at a time, without what an HTTP client costs beside it.
 * @param problems told what refusals say
 * @returns `send(bytes)`, which resolves with whether the answer's status is below 300 and rejects when the connection ends, and `close()`
 */
export async function openHttp(port, problems) {
  const socket = await open(port);
  let answered = (_accepted) => {};
  let failed = (_error) => {};
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1');
    const head = text.indexOf('\r\n\r\n');
    if (head < 0) return;
    const length = Number(/content-length: *(\d+)/i.exec(text)?.[1] ?? 0);
    if (text.length < head + 4 + length) return;
    const status = Number(text.slice(9, 12));
    if (status >= 300) problems.add(text.slice(head + 4, head + 304));
    text = '';
    answered(status < 300);
  });
  socket.on('error', (error) => failed(error));
  socket.on('close', () => failed(new Error('the server closed the connection')));
  return {
    send: (bytes) =>
      new Promise((resolve, reject) => {
        [answered, failed] = [resolve, reject];
        socket.write(bytes);
      }),
    close() {
      failed = () => {};
      socket.destroy();
    },
  };
}

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

/**
 * A kept connection for queries, one at a time: beside the server there is next to nothing in the times it takes.
 * @returns `get(path)`, which resolves with status, body and the milliseconds from the request to the last byte, and `close()`
 */
export async function openQueries(port) {
  const socket = await open(port);
  let parts = [];
  let size = 0;
  let wanted = 0;
  let chunked = false;
  let started = 0;
  let answered = (_answer) => {};
  let failed = (_error) => {};
  let tail = Buffer.alloc(0);
  socket.on('data', (chunk) => {
    if (size === 0) {
      const head = chunk.toString('latin1', 0, chunk.indexOf('\r\n\r\n'));
      chunked = /transfer-encoding: *chunked/i.test(head);
      wanted = head.length + 4 + Number(/content-length: *(\d+)/i.exec(head)?.[1] ?? 0);
    }
    parts.push(chunk);
    size += chunk.length;
    tail = Buffer.concat([tail.subarray(-CHUNKED_END.length), chunk.subarray(-CHUNKED_END.length)]).subarray(-CHUNKED_END.length);
    if (chunked ? !tail.equals(CHUNKED_END) : size < wanted) return;
    const ms = performance.now() - started;
    const all = Buffer.concat(parts);
    const body = all.subarray(all.indexOf('\r\n\r\n') + 4);
    answered({ status: Number(all.toString('latin1', 9, 12)), body: (chunked ? joinChunks(body) : body).toString(), ms });
  });
  socket.on('error', (error) => failed(error));
  socket.on('close', () => failed(new Error('the server closed the connection')));
  return {
    get: (path) =>
      new Promise((resolve, reject) => {
        [answered, failed, parts, size] = [resolve, reject, [], 0];
        tail = Buffer.alloc(0);
        const request = `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`;
        started = performance.now();
        socket.write(request);
      }),
    close() {
      failed = () => {};
      socket.destroy();
    },
  };
}
