import net from 'node:net';
import { until } from '../support/until';
import { Victim, WITH_RECOVERY_MS } from './support/victim';

const T = 1_600_000_000;
/** Four million seconds: some sixty megabytes of an answer, and as many of what running queries may hold. */
const LONG = `start=${T}&end=${T + 4_000_000}`;
const QUERY_MEMORY = 80 * 1024 * 1024;
let victim: Victim;

beforeAll(async () => {
  victim = await Victim.start({ 'tsd.http.stall_timeout': '3000', 'tsd.query.memory.bytes': String(QUERY_MEMORY) });
  await victim.put(Array.from({ length: 20_000 }, (_, i) => `f ${T + i} ${i} h=x`));
  await victim.put([`huge ${T} 1e308 h=x`, `huge ${T} 1e308 h=y`, `one ${T} 1 h=x`]);
  await victim.request(`/api/query?start=${T}&end=${T + 60}&m=sum:1s-sum-zero:f`);
  await victim.calm();
});
afterAll(() => victim.stop());

/** A client that asks and reads nothing. */
function asker(path: string): net.Socket {
  const socket = net.connect(victim.port, '127.0.0.1').on('error', () => {});
  socket.pause();
  socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`);
  return socket;
}

/** What comes on a connection of its own, and how it ends. */
function raw(head: string): Promise<{ text: string; end: string }> {
  return new Promise((resolve) => {
    const socket = net.connect(victim.port, '127.0.0.1');
    let text = '';
    socket.on('data', (chunk) => (text += chunk.toString('latin1')));
    socket.on('error', (error: NodeJS.ErrnoException) => resolve({ text, end: error.code ?? 'error' }));
    socket.on('end', () => resolve({ text, end: 'end' }));
    socket.write(head);
  });
}

test('many long answers that nobody reads', async () => {
  const clients = Array.from({ length: 12 }, () => asker(`/api/query?${LONG}&m=sum:1s-sum-zero:one`));
  const small = await victim.request(`/api/query?start=${T}&end=${T + 60}&m=sum:f`);
  expect(small.status).toBe(200);
  // The stalled ones are cut, one after the other, and there is memory for a long answer that is read.
  let status = 0;
  await until(
    async () => ({ status } = await victim.request(`/api/query?${LONG}&m=sum:1s-sum-zero:one`)).status !== 413,
    'there is memory again',
    60_000,
  );
  expect(status).toBe(200);
  expect(await victim.damage()).toEqual([]);
  for (const client of clients) client.destroy();
}, 300_000);

test('many long answers at once that are read', async () => {
  const replies = await Promise.all(Array.from({ length: 12 }, () => victim.request(`/api/query?${LONG}&m=sum:1s-sum-zero:one`)));
  const statuses = replies.map(({ status }) => status);
  expect(statuses).toContain(200);
  expect(statuses.filter((status) => status !== 200 && status !== 413)).toEqual([]);
  expect(await victim.damage()).toEqual([]);
});

test('hundreds of queries at once are all answered', async () => {
  const replies = await Promise.all(
    Array.from({ length: 300 }, () => victim.request(`/api/query?start=${T}&end=${T + 20_000}&m=sum:1m-avg:f`)),
  );
  expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([200]));
  expect(await victim.damage()).toEqual([]);
});

describe('what fails late is known before the first byte', () => {
  test.each([
    ['a fill that there is not', `m=none:1s-sum-zero:one&m=none:1h-sum-scalar:one`, 'unhandled fill policy'],
    ['an infinite sum', `m=none:1s-sum-zero:one&m=sum:huge`, 'Got Infinity'],
    ['too many buckets', `m=none:1s-sum-zero:one&m=none:1ms-sum-zero:one`, 'would fill more than'],
  ])('%s', async (_name, metrics, says) => {
    for (const version of ['HTTP/1.1\r\nConnection: close', 'HTTP/1.0']) {
      const { text } = await raw(`GET /api/query?start=${T}&end=${T + 100_000}&${metrics} ${version}\r\n\r\n`);
      expect(text.slice(0, 12)).toMatch(/^HTTP\/1\.[01] 400/);
      expect(text).toContain(says);
    }
  });
});

test('an answer that was cut is in the log, with the query', async () => {
  const { text } = await victim.request('/logs?json');
  expect(text).toMatch(/The answer to GET \/api\/query\?start=.* was cut/);
});

test('afterwards its memory is back', () => victim.recovered(), WITH_RECOVERY_MS);
