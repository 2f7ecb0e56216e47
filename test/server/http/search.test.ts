import { join } from 'node:path';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { ask, json, telnet } from '../support/client';
import { startDaemon, type TestDaemon } from '../support/daemon';

const root = mkdtempSync(join(tmpdir(), 'tsd-search-http-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const BASE = 1_700_000_000;

describe('with the index of the daemon', () => {
  let tsd: TestDaemon;
  const get = (target: string): ReturnType<typeof ask> => ask(tsd.port, target);
  const post = (target: string, body: unknown): ReturnType<typeof ask> => ask(tsd.port, target, { body: JSON.stringify(body) });

  beforeAll(async () => {
    tsd = await startDaemon({
      'tsd.search.enable': 'true',
      'tsd.search.path': join(root, 'index'),
      'tsd.core.meta.enable_realtime_uid': 'true',
      'tsd.core.meta.enable_tsuid_tracking': 'true',
      'tsd.core.meta.enable_realtime_ts': 'true',
      'tsd.core.meta.enable_tsuid_incrementing': 'true',
    });
    const lines = ['sys.cpu.user host=web01 dc=lga', 'sys.cpu.user host=web02', 'app.requests host=web01'];
    for (const line of lines) {
      const [metric, ...tags] = line.split(' ');
      await telnet(tsd.port, `put ${metric} ${BASE} 1 ${tags.join(' ')}\nversion\n`);
    }
    await post('/api/annotation', { tsuid: '000001000001000002', startTime: BASE + 1, description: 'deploy', notes: 'by ops' });
    await tsd.daemon.writer.flush();
    await tsd.daemon.meta.flush();
    await tsd.daemon.search?.flush();
  });
  afterAll(() => tsd.stop());

  /** An answer without what depends on the time of day. */
  const stable = (text: string): string => text.replace(/"(time|created|lastReceived)":[\d.]+/g, '"$1":0');

  // What the original answers when its plugin finds the same: members, their order, and what is left out.
  test('answers are the original’s', async () => {
    expect(stable((await get('/api/search/tsuids?query=cpu')).text)).toBe(
      '{"type":"TSUIDS","query":"cpu","metric":"*","limit":25,"time":0,"results":["000001000001000001000002000002","000001000001000003"],' +
        '"startIndex":0,"totalResults":2}',
    );
    expect(stable((await get('/api/search/TSMETA_Summary?query=host:web01&limit=1&start_index=1&use_meta=false')).text)).toBe(
      '{"type":"TSMETA_SUMMARY","query":"host:web01","metric":"*","limit":1,"time":0,"results":[{"tsuid":"000002000001000001",' +
        '"metric":"app.requests","tags":{"host":"web01"}}],"startIndex":1,"totalResults":2}',
    );
    expect(stable((await get('/api/search/tsmeta?query=host:web02')).text)).toBe(
      '{"type":"TSMETA","query":"host:web02","metric":"*","limit":25,"time":0,"results":[{"tsuid":"000001000001000003",' +
        '"metric":{"uid":"000001","type":"METRIC","name":"sys.cpu.user","description":"","notes":"","created":0,"custom":null,"displayName":""},' +
        '"tags":[{"uid":"000001","type":"TAGK","name":"host","description":"","notes":"","created":0,"custom":null,"displayName":""},' +
        '{"uid":"000003","type":"TAGV","name":"web02","description":"","notes":"","created":0,"custom":null,"displayName":""}],' +
        '"description":"","notes":"","created":0,"units":"","retention":0,"max":"NaN","min":"NaN","displayName":"","dataType":"",' +
        '"lastReceived":0,"totalDatapoints":1}],"startIndex":0,"totalResults":1}',
    );
    expect(stable((await get('/api/search/uidmeta?query=name:app.*')).text)).toBe(
      '{"type":"UIDMETA","query":"name:app.*","metric":"*","limit":25,"time":0,"results":[{"uid":"000002","type":"METRIC","name":"app.requests",' +
        '"description":"","notes":"","created":0,"custom":null,"displayName":""}],"startIndex":0,"totalResults":1}',
    );
    expect(stable((await get('/api/search/annotation?query=deploy')).text)).toBe(
      '{"type":"ANNOTATION","query":"deploy","metric":"*","limit":25,"time":0,"results":[{"tsuid":"000001000001000002","description":"deploy",' +
        '"notes":"by ops","startTime":1700000001,"endTime":0}],"startIndex":0,"totalResults":1}',
    );
  });

  test('bodies say the same, and are told again', async () => {
    const body = {
      query: 'cpu',
      limit: 1,
      startIndex: 1,
      metric: 'm',
      tags: [{ key: 'host', value: 'web*' }],
      useMeta: false,
      type: 'ANNOTATION',
    };
    expect(stable((await post('/api/search/tsuids', body)).text)).toBe(
      '{"type":"TSUIDS","query":"cpu","metric":"m","tags":[{"key":"host","value":"web*"}],"limit":1,"time":0,"results":["000001000001000003"],' +
        '"startIndex":1,"totalResults":2}',
    );
    expect(stable((await post('/api/search/tsuids', { query: null, metric: null, limit: 0 })).text)).toBe(
      '{"type":"TSUIDS","limit":0,"time":0,"results":[],"startIndex":0,"totalResults":3}',
    );
  });

  test.each([
    ['/api/search/tsuids', 400, 'Missing parameter <code>query</code>', undefined],
    ['/api/search/tsuids?query=', 400, 'Missing parameter <code>query</code>', undefined],
    ['/api/search/tsuids?query=a&limit=x', 400, "Unable to convert 'limit' to a valid number", undefined],
    ['/api/search/tsuids?query=a&start_index=x', 400, "Unable to convert 'start_index' to a valid number", undefined],
    ['/api/search/bogus?query=a', 400, 'Invalid search query type supplied', 'Unknown type: bogus'],
    ['/api/search/tsuids?query=(a', 400, 'Unable to parse query', 'A parenthesis is not closed'],
    ['/api/search/tsuids?query=a&limit=-1', 400, 'Unable to parse query', "'limit' must not be negative: -1"],
    ['/api/search/tsuids?query=a&start_index=-1', 400, 'Unable to parse query', "'startIndex' must not be negative: -1"],
    [
      '/api/search/tsuids?query=a&limit=10001',
      400,
      'Unable to parse query',
      "'limit' must not be above 10000 (tsd.search.max_results): 10001",
    ],
  ])('%s', async (target, status, message, details) => {
    const answer = await get(target);
    expect(answer.status).toBe(status);
    const { error } = json(answer) as { error: object };
    expect(error).toEqual({ code: status, message, ...(details === undefined ? {} : { details }) });
  });

  test('too much in a body is refused', async () => {
    const tags = Array.from({ length: 20_001 }, () => ({ key: 'host', value: 'a' }));
    expect((await post('/api/search/tsuids', { query: 'a', tags })).status).toBe(413);
    expect(json(await post('/api/search/tsuids', { query: 'x'.repeat(4097) }))).toMatchObject({
      error: { code: 400, details: 'A query has at most 4096 characters, this one has 4097' },
    });
  });

  test('other verbs are refused in the original’s way', async () => {
    const answer = await ask(tsd.port, '/api/search/tsuids', { method: 'PUT', body: '{"query":"a"}' });
    expect(json(answer)).toMatchObject({ error: { code: 400, message: 'Unsupported method: PUT' } });
  });

  test('figures are among the statistics', async () => {
    const { text } = await get('/stats');
    for (const name of ['search.queries', 'search.changes', 'search.comparisons'])
      expect(text).toMatch(new RegExp(`tsd.${name} \\d+ \\d+ .*plugin=search`));
  });
});

test('a daemon that only reads finds what others have stored, and tells when nobody is to store new series', async () => {
  const settings = { 'tsd.storage.embedded.path': join(root, 'shared'), 'tsd.search.enable': 'true' };
  const writing = await startDaemon({ ...settings, 'tsd.search.path': join(root, 'writing') });
  const info = (tsd: TestDaemon): string =>
    tsd.logs.ring
      .newestFirst()
      .map(({ message }) => message)
      .join('\n');
  try {
    const assigned = await ask(writing.port, '/api/uid/assign?metric=m&tagk=host&tagv=a');
    expect(assigned.status).toBe(200);
    const created = await ask(writing.port, '/api/uid/tsmeta?m=m%7Bhost=a%7D&create=true', { body: '{"notes":"by hand"}' });
    expect(created.status).toBe(200);
    expect(info(writing)).toContain('Searches find no new series');
  } finally {
    await writing.daemon.shutdown('test');
  }
  const reading = await startDaemon({ ...settings, 'tsd.search.path': join(root, 'reading'), 'tsd.mode': 'ro' });
  try {
    await reading.daemon.search?.flush();
    expect(json(await ask(reading.port, '/api/search/tsuids?query=notes:hand'))).toMatchObject({ results: ['000001000001000001'] });
    expect(info(reading)).not.toContain('Searches find no new series');
  } finally {
    await reading.stop();
    await writing.stop();
  }
});

test('a daemon whose plugin is not there does not start', async () => {
  const settings = { 'tsd.search.enable': 'true', 'tsd.search.plugin': 'net.opentsdb.search.ElasticSearch' };
  await expect(startDaemon(settings)).rejects.toThrow('Unable to locate search plugin: net.opentsdb.search.ElasticSearch');
});

test('what a plugin throws is answered in the original’s way, and what it changes of the query is told', async () => {
  const methods = ['indexTSMeta', 'deleteTSMeta', 'indexUIDMeta', 'deleteUIDMeta', 'indexAnnotation', 'deleteAnnotation'];
  const plugin = join(root, 'plugin.js');
  writeFileSync(
    plugin,
    `module.exports = { ${methods.map((name) => `${name}() {}`).join(', ')}, executeQuery({ query }) {
       if (query === 'boom') throw new RangeError('out of range');
       if (query === 'later') return Promise.reject(new Error('not now'));
       if (query === 'null') return null;
       return { results: [{ found: query }, undefined], limit: 7, time: 12.5 };
     } };`,
  );
  const tsd = await startDaemon({ 'tsd.search.enable': 'true', 'tsd.search.plugin': plugin });
  try {
    const search = (query: string): ReturnType<typeof ask> => ask(tsd.port, `/api/search/annotation?query=${query}`);
    expect((await search('x')).text).toBe(
      '{"type":"ANNOTATION","query":"x","metric":"*","limit":7,"time":12.5,"results":[{"found":"x"},null],"startIndex":0,"totalResults":2}',
    );
    expect(json(await search('boom'))).toMatchObject({ error: { code: 500, message: 'RangeError: out of range' } });
    expect(json(await search('later'))).toMatchObject({ error: { code: 500, message: 'Error: not now' } });
    expect(json(await search('null'))).toMatchObject({
      error: { code: 500, message: 'java.lang.IllegalArgumentException: Object was null' },
    });
  } finally {
    await tsd.stop();
  }
});
