import { open, openHttp } from './http-connection.mjs';
import { hostOf } from './points.mjs';

/**
 * Sends the pieces of one connection for every time step; resolves when the server has handled the last of them: when it has answered `version`, or
 * (`ended`) when it has closed the connection that we have ended.
 */
async function sendTelnet({ port, pieces, times, problems, barrier: kind }) {
  const socket = await open(port);
  let barrier = () => {};
  let failed = (_error) => {};
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk.toString();
    for (let end; (end = text.indexOf('\n')) >= 0; text = text.slice(end + 1)) {
      const line = text.slice(0, end);
      if (line.startsWith('Built on')) barrier();
      else if (!line.startsWith('net.opentsdb')) problems.add(line);
    }
  });
  socket.on('error', (error) => failed(error));
  socket.on('close', () => (kind === 'ended' && socket.writableEnded ? barrier() : failed(new Error('the server closed the connection'))));
  let wake = () => {};
  socket.on('drain', () => wake());
  await new Promise((resolve, reject) => {
    failed = reject;
    void (async () => {
      for (const time of times)
        for (const piece of pieces) {
          while (piece.busy || socket.writableNeedDrain) await new Promise((free) => (wake = free));
          piece.setTime(time);
          piece.busy = true;
          socket.write(piece.bytes, () => {
            piece.busy = false;
            wake();
          });
        }
      barrier = resolve;
      if (kind === 'ended') socket.end();
      else socket.write('version\n');
    })().catch(reject);
  });
  failed = () => {};
  socket.destroy();
}

/** The same over HTTP: one request after the other on a kept connection. */
async function sendHttp({ port, pieces, times, problems }) {
  const connection = await openHttp(port, problems);
  for (const time of times)
    for (const piece of pieces) {
      piece.setTime(time);
      await connection.send(piece.bytes);
    }
  connection.close();
}

/** What servers said that they should not have said, each text once, with a count. */
export class Problems {
  constructor() {
    this.counts = new Map();
  }

  add(text) {
    this.counts.set(text, (this.counts.get(text) ?? 0) + 1);
  }

  report(print) {
    for (const [text, count] of [...this.counts].slice(0, 5)) print(`  ${count} x ${text}`);
  }
}

/** @param barrier how a telnet server says that it has handled everything: `version` or `ended` */
export async function sendAll({ port, proto, step, times, problems, barrier = 'version' }) {
  const send = proto === 'telnet' ? sendTelnet : sendHttp;
  const used = step.filter((pieces) => pieces.length > 0);
  await Promise.all(used.map((pieces) => send({ port, pieces, times, problems, barrier })));
}

/** Points of a metric, or of some hosts of it, that the server finds from `start` to before `end`, by its own query interface. */
export async function countStored(port, metric, start, end, hosts = []) {
  const filters = hosts.length === 0 ? [] : [{ type: 'literal_or', tagk: 'host', filter: hosts.join('|'), groupBy: false }];
  const query = { start, end, queries: [{ metric, aggregator: 'sum', downsample: '0all-count', filters }] };
  const response = await fetch(`http://127.0.0.1:${port}/api/query`, { method: 'POST', body: JSON.stringify(query) });
  const found = await response.json();
  // There are no points while there is no name.
  if (response.status === 400) return 0;
  if (response.status !== 200) throw new Error(`points can't be counted: ${found.error?.message ?? response.status}`);
  return found.reduce((n, { dps }) => n + Object.values(dps).reduce((a, b) => a + b, 0), 0);
}

/** Whether the points that each connection sent last, at a time, are readable: cheap to ask, and by then so is all or nearly all before them. */
export async function lastAreStored(port, metric, step, time) {
  const hosts = step.filter((pieces) => pieces.length > 0).map((pieces) => hostOf(pieces[pieces.length - 1].lastSeries));
  return (await countStored(port, metric, time, time + 1, hosts)) >= hosts.length;
}
