import net from 'node:net';
import { writable } from '../support/writable';
import { listOf, Victim, WITH_RECOVERY_MS } from './support/victim';

const MIB = 1024 * 1024;
let victim: Victim;

beforeAll(async () => {
  victim = await Victim.start();
  await victim.put(Array.from({ length: 50 }, (_, i) => `f 1600000000 1 h=x${i}`));
  await victim.query({ queries: [{ aggregator: 'sum', metric: 'f' }] });
  await victim.calm();
});
afterAll(() => victim.stop());

const query = (fields: string): string => `{"start":"1h-ago","queries":[{"aggregator":"sum","metric":"f",${fields}}]}`;
const filter = (type: string, text: string): string => query(`"filters":[{"type":"${type}","tagk":"h","filter":"${text}"}]`);
const many = (count: number, make: (i: number) => string): string => Array.from({ length: count }, (_, i) => make(i)).join(',');

interface Attack {
  name: string;
  path: string;
  body(): string | Buffer;
  status: number;
  says: string;
}

/** One request each; what it asks for is refused. */
const REFUSED: Attack[] = [
  { name: 'twenty million empty points', path: '/api/put?details', body: () => listOf('{}', 20 * MIB), status: 413, says: 'data points' },
  {
    name: 'a point with a million tags',
    path: '/api/put',
    status: 413,
    says: 'A data point takes more',
    body: () => `[{"metric":"a","timestamp":1,"value":1,"tags":{${many(1_000_000, (i) => `"k${i}":"v"`)}}}]`,
  },
  {
    name: 'a point with a name of megabytes',
    path: '/api/put?details',
    status: 413,
    says: 'A data point takes more',
    body: () => `[{"metric":"${'\\u0001'.repeat(9 * MIB)}"}]`,
  },
  {
    name: 'megabytes in a field that nobody reads',
    path: '/api/put',
    status: 413,
    says: 'A data point takes more',
    body: () => `[{"metric":"a","x":${listOf('1', 25 * MIB)}}]`,
  },
  { name: 'nothing but blanks', path: '/api/put', status: 500, says: 'String index out of range', body: () => Buffer.alloc(60 * MIB, 32) },
  { name: 'blanks in a list', path: '/api/put', status: 413, says: 'A data point takes more', body: () => `[${' '.repeat(60 * MIB)}]` },
  { name: 'a bomb', path: '/api/put', status: 413, says: 'exceeds the limit', body: () => Buffer.alloc(500 * MIB, 32) },
  { name: 'a list in place of a query', path: '/api/query', status: 413, says: 'exceeds the limit', body: () => listOf('1', 30 * MIB) },
  {
    name: 'a metric of megabytes',
    path: '/api/query',
    status: 413,
    says: 'exceeds the limit',
    body: () => query(`"x":"${'x'.repeat(50 * MIB)}"`),
  },
  {
    name: 'an unknown metric of megabytes',
    path: '/api/query',
    status: 400,
    says: 'No such name',
    body: () => `{"start":1,"queries":[{"aggregator":"sum","metric":"${'m'.repeat(8 * MIB - 100)}"}]}`,
  },
  {
    name: 'a text of escapes',
    path: '/api/query',
    status: 400,
    says: 'Invalid time: AAA',
    body: () => `{"start":"${'\\u0041'.repeat(MIB)}","queries":[]}`,
  },
  {
    name: 'many sub-queries',
    path: '/api/query',
    status: 413,
    says: 'elements in one list',
    body: () => `{"start":1,"queries":${listOf('{"aggregator":"sum","metric":"f"}', 100_000)}}`,
  },
  {
    name: 'sub-queries up to the number of elements',
    path: '/api/query',
    status: 413,
    says: 'Too many sub-queries',
    body: () => `{"start":1,"queries":${listOf('{"aggregator":"sum","metric":"f"}', 20_000)}}`,
  },
  {
    name: 'many values in small lists',
    path: '/api/query',
    status: 413,
    says: 'values',
    body: () => `{"options":{${many(15_000, (i) => `"k${i}":${listOf('"v"', 20)}`)}}}`,
  },
  {
    name: 'many tags',
    path: '/api/query',
    status: 413,
    says: 'Too many filters',
    body: () => query(`"tags":{${many(20_000, (i) => `"k${i}":"*"`)}}`),
  },
  {
    name: 'many filters',
    path: '/api/query',
    status: 413,
    says: 'Too many filters',
    body: () => query(`"filters":${listOf('{"type":"wildcard","tagk":"h","filter":"*"}', 20_000)}`),
  },
  {
    name: 'many TSUIDs',
    path: '/api/query',
    status: 413,
    says: 'elements',
    body: () => query(`"tsuids":[${many(500_000, (i) => `"${i}"`)}]`),
  },
  {
    name: 'many literals',
    path: '/api/query',
    status: 400,
    says: 'literals',
    body: () => filter('literal_or', Array.from({ length: 700_000 }, (_, i) => `x${i}`).join('|')),
  },
  {
    name: 'many literals of many filters',
    path: '/api/query',
    status: 413,
    says: 'Too many values of filters',
    body: () =>
      query(
        `"filters":${listOf(`{"type":"literal_or","tagk":"h","filter":"${many(32_768, (i) => (i + 36 ** 3).toString(36)).replaceAll(',', '|')}"}`, 9)}`,
      ),
  },
  { name: 'a long wildcard', path: '/api/query', status: 400, says: 'characters', body: () => filter('wildcard', `a${'*'.repeat(MIB)}a`) },
  { name: 'a long regular expression', path: '/api/query', status: 400, says: '', body: () => filter('regexp', '[a-z]?'.repeat(50_000)) },
  {
    name: 'many names to assign',
    path: '/api/uid/assign',
    status: 413,
    says: 'elements',
    body: () => `{"metric":${listOf('"a"', 1_000_000)}}`,
  },
  {
    name: 'names to assign up to the number of elements',
    path: '/api/uid/assign',
    status: 413,
    says: 'Too many names',
    body: () => `{"metric":${listOf('"a"', 20_000)}}`,
  },
  {
    name: 'a name that is too long',
    path: '/api/uid/assign',
    status: 400,
    says: '"metric_errors":{"mmm',
    body: () => `{"metric":["${'m'.repeat(32_768)}"]}`,
  },
  { name: 'many annotations', path: '/api/annotation/bulk', status: 413, says: 'elements', body: () => listOf('{}', 2_000_000) },
  {
    name: 'annotations up to the number of elements',
    path: '/api/annotation/bulk',
    status: 413,
    says: 'Too many annotations',
    body: () => listOf('{}', 20_000),
  },
  {
    name: 'a prefix of megabytes',
    path: '/api/suggest',
    status: 200,
    says: '[]',
    body: () => `{"type":"metrics","q":"${'x'.repeat(7 * MIB)}"}`,
  },
];

test.each(REFUSED)('$name: $status', async ({ path, body, status, says }) => {
  const reply = await victim.post(path, body());
  expect(reply.status).toBe(status);
  expect(reply.text.slice(0, 400)).toContain(says);
  expect(reply.text.length).toBeLessThan(200_000);
  expect(await victim.damage()).toEqual([]);
});

const INTERVALS = [
  '9999999nc-sum',
  '300000yc-sum-zero',
  '2147483647nc-sum-nan',
  '1msc-sum',
  '2147483647wc-sum',
  '2147483647mc-sum-zero',
  '1ms-sum-zero',
  '2147483647dc-avg',
  '1n-sum-zero',
  '1yc-max-nan',
];

test.each(INTERVALS)('%s over all times', async (downsample) => {
  const reply = await victim.query({ queries: [{ aggregator: 'sum', metric: 'f', downsample }] });
  expect([200, 400, 413]).toContain(reply.status);
  expect(await victim.damage()).toEqual([]);
});

test('bodies in pieces of one byte', async () => {
  const socket = net.connect(victim.port, '127.0.0.1').on('error', () => {});
  socket.write('POST /api/put HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n');
  const pieces = Buffer.from('1\r\n \r\n'.repeat(20_000));
  for (let i = 0; i < 100 && !socket.destroyed; i++) if (!socket.write(pieces)) await writable(socket);
  expect(await victim.damage()).toEqual([]);
  socket.destroy();
});

test('bodies that are announced and do not come keep nobody from theirs', async () => {
  const sockets = Array.from({ length: 20 }, () => {
    const socket = net.connect(victim.port, '127.0.0.1').on('error', () => {});
    socket.write('POST /api/put HTTP/1.1\r\nHost: x\r\nContent-Length: 60000000\r\n\r\n[');
    return socket;
  });
  await victim.put(Array.from({ length: 20_000 }, (_, i) => `f ${1_600_000_000 + i} 1 h=x0`));
  for (const socket of sockets) socket.destroy();
  await victim.damage();
});

test('requests that are sent without waiting for answers', async () => {
  const socket = net.connect(victim.port, '127.0.0.1').on('error', () => {});
  socket.pause();
  const requests = 'GET /api/aggregators HTTP/1.1\r\n\r\n'.repeat(2000);
  for (let i = 0; i < 20 && !socket.destroyed; i++) if (!socket.write(requests)) await writable(socket);
  expect((await victim.request('/api/version')).status).toBe(200);
  expect(await victim.damage()).toEqual([]);
  socket.destroy();
});

test(
  'afterwards its memory is back, and it remembers little of all that',
  async () => {
    await victim.recovered();
    const { text } = await victim.request('/api/stats/query');
    expect(text.length).toBeLessThan(500_000);
    const logs = await victim.request('/logs?json');
    expect(logs.text.length).toBeLessThan(1_000_000);
  },
  WITH_RECOVERY_MS,
);
