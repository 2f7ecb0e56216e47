import { once } from 'node:events';
import net from 'node:net';
import { DATA_FAMILY, DEFAULT_LAYOUT, hexToUid, rowKeyOfTsuid } from '../../../src/schema';
import { PackedCells } from '../../../src/storage';
import { until } from '../../support/until';
import { ask, json, requestBytes } from '../support/client';
import { startDaemon, type TestDaemon } from '../support/daemon';

let tsd: TestDaemon;
beforeAll(async () => {
  tsd = await startDaemon();
});
afterAll(() => tsd.stop());

const end = (query: string): ReturnType<typeof ask> => ask(tsd.port, `/api/stats/query${query}`, { method: 'DELETE' });
const running = async (): Promise<{ id: number; query: unknown }[]> =>
  (json(await ask(tsd.port, '/api/stats/query')) as { running: { id: number; query: unknown }[] }).running;

test.each([
  ['', 400, 'Missing parameter <code>query</code>'],
  ['?query=', 400, 'Missing parameter <code>query</code>'],
  ['?query=x', 400, "Unable to convert 'query' to a valid number"],
  ['?query=99999999999', 400, "Unable to convert 'query' to a valid number"],
  ['?query=-1', 404, 'No such query is running'],
  ['?query=12345', 404, 'No such query is running'],
])('DELETE /api/stats/query%s is answered with %d', async (query, status, message) => {
  const answer = await end(query);
  expect([answer.status, (json(answer) as { error: { message: string } }).error.message]).toEqual([status, message]);
});

test.each(['/api/stats', '/api/stats/jvm', '/stats'])('nothing else of statistics can be deleted: %s', async (path) => {
  expect((await ask(tsd.port, path, { method: 'DELETE' })).status).toBe(path === '/stats' ? 400 : 405);
});

test('a query whose client does not read is cut', async () => {
  await ask(tsd.port, '/api/uid/assign?metric=m&tagk=host&tagv=a');
  const hours = 100_000;
  const cells = PackedCells.of(Buffer.from([0, 0]), Buffer.from([1]));
  const rows = Array.from({ length: hours }, (_, h) => ({
    row: rowKeyOfTsuid(DEFAULT_LAYOUT, hexToUid('000001000001000001'), h * 3600),
    cells,
  }));
  expect(await tsd.daemon.storage.put('tsdb', DATA_FAMILY, rows)).toEqual([]);

  const client = net.connect({ port: tsd.port, host: '127.0.0.1' });
  client.pause();
  client.on('error', () => undefined); // a reset is as good an end as any
  const closed = once(client, 'close');
  client.write(requestBytes('/api/search/lookup', { body: JSON.stringify({ metric: 'm', useMeta: false, limit: 0 }) }));
  let listed: Awaited<ReturnType<typeof running>> = [];
  await until(async () => (listed = await running()).length > 0);
  expect(listed).toEqual([expect.objectContaining({ query: { type: 'LOOKUP', metric: 'm', limit: 0, useMeta: false } })]);

  expect((await end(`?query=${listed[0].id}`)).status).toBe(204);
  await until(async () => (await running()).length === 0);
  let received = '';
  client.on('data', (part) => (received = (received + part.toString()).slice(-100)));
  client.resume();
  await closed;
  expect(received).not.toContain('totalResults');
});
