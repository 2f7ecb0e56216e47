/** A daemon whose embedded store is damaged under it: it lives, and every answer says that the fault is not the client's. */
import { truncateSync } from 'node:fs';
import { join } from 'node:path';
import { ask, telnet, type Answer } from './support/client';
import { startDaemon, type TestDaemon } from './support/daemon';

const POINT = { metric: 'm', timestamp: 1357006177, value: 1, tags: { a: 'b' } };
const LINE = 'put m 1357006178 1 a=b\n';
const REASON = /The embedded store in \S+ is damaged: its file data\.mdb was cut from \d+ to 8192 bytes/;

let tsd: TestDaemon;
const put = (query: string, points: unknown = POINT): Promise<Answer> =>
  ask(tsd.port, `/api/put${query}`, { method: 'POST', body: JSON.stringify(points) });

beforeAll(async () => {
  tsd = await startDaemon({ 'tsd.http.show_stack_trace': 'false' });
  expect((await put('?sync')).status).toBe(204);
  truncateSync(join(tsd.dataPath, 'data.mdb'), 8192);
});
afterAll(() => tsd.stop());

it.each([
  ['a query', '/api/query?start=1357006000&end=1357007000&m=sum:m'],
  ['a query for names', '/api/suggest?type=metrics&q=m'],
  ['a lookup', '/api/search/lookup?m=m'],
  ['a series by its UID', '/api/uid/tsmeta?tsuid=000001000001000001'],
])('answers %s with 500 and the reason', async (_, uri) => {
  const { status, text } = await ask(tsd.port, uri);
  expect(status).toBe(500);
  expect(text).toMatch(REASON);
});

it('refuses points with 500 and the reason: of known series and of new ones', async () => {
  for (const query of ['?sync', '?sync&details', '?sync&summary'])
    for (const metric of ['m', 'new']) expect((await put(query, [{ ...POINT, metric }])).status).toBe(500);
  expect((await put('?sync')).text).toMatch(REASON);
  expect((await put('?sync&details')).text).toMatch(REASON);
});

it('accepts no point to lose it later', async () => {
  await put('?sync');
  expect((await put('')).status).toBe(500);
  expect(await telnet(tsd.port, LINE)).toMatch(/^put: HBase error: The embedded store in \S+ is damaged/);
});
