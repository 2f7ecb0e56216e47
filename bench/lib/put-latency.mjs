import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** The value below which so many percent of the sorted values are. */
export function percentile(sorted, percent) {
  return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * percent) / 100))];
}

/**
 * Sends points that storage has to acknowledge (`/api/put?sync`) at a fixed rate, whatever the answers do, and measures from the moment
 * when each request was due.
 * @returns a list of { at, ms }: seconds since the beginning, and how long it took
 */
export async function measurePuts({ port, metric, seconds, requestsPerSecond, pointsPerRequest, series, problems }) {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const samples = [];
  const began = performance.now();
  const put = (n) => {
    const due = began + (n * 1000) / requestsPerSecond;
    const timestamp = Math.floor(Date.now() / 1000);
    const points = Array.from({ length: pointsPerRequest }, (_, i) => ({
      metric,
      timestamp,
      value: n,
      tags: { host: `web${String((n * pointsPerRequest + i) % series).padStart(6, '0')}` },
    }));
    return new Promise((resolve) => {
      const call = request(
        { port, path: '/api/put?sync', method: 'POST', agent, headers: { 'content-type': 'application/json' } },
        (answer) => {
          let text = '';
          answer.on('data', (chunk) => (text += chunk.toString()));
          answer.on('end', () => {
            samples.push({ at: (due - began) / 1000, ms: performance.now() - due });
            if (answer.statusCode >= 300) problems.add(text.slice(0, 300));
            resolve();
          });
        },
      );
      call.on('error', (error) => {
        problems.add(error.message);
        resolve();
      });
      call.end(JSON.stringify(points));
    });
  };
  const calls = [];
  for (let n = 0; n < seconds * requestsPerSecond; n++) {
    await sleep(Math.max(0, began + (n * 1000) / requestsPerSecond - performance.now()));
    calls.push(put(n));
  }
  await Promise.all(calls);
  agent.destroy();
  return samples;
}

/** Points by telnet at a steady rate until it is stopped, as agents send them. @returns what stops it */
export function steadyLoad({ port, metric, pointsPerSecond, series }) {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  socket.resume();
  let n = 0;
  let owed = 0;
  let last = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    owed = Math.min(owed + ((now - last) * pointsPerSecond) / 1000, pointsPerSecond);
    last = now;
    if (socket.writableNeedDrain) return;
    const time = Math.floor(Date.now() / 1000);
    let text = '';
    for (; owed >= 1; owed--, n++) text += `put ${metric} ${time} ${n % 1000} host=web${String(n % series).padStart(6, '0')}\n`;
    if (text !== '') socket.write(text);
  }, 20);
  return () => {
    clearInterval(timer);
    socket.destroy();
  };
}
