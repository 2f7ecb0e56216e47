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
