import { AGGREGATOR_NAMES } from '../../../src/query/aggregate/registry';
import { ask, json } from '../support/client';
import { startDaemon, type TestDaemon } from '../support/daemon';

let tsd: TestDaemon;
beforeAll(async () => {
  tsd = await startDaemon({ 'my.password': 'secret', 'tsd.auth.token': 'geheim' });
});
afterAll(() => tsd.stop());

const get = (target: string): ReturnType<typeof ask> => ask(tsd.port, target);
const post = (target: string, body: unknown): ReturnType<typeof ask> => ask(tsd.port, target, { body: JSON.stringify(body) });

describe('what an answer looks like', () => {
  it('has the status line and headers of the original in its order, without Date, Server or Connection', async () => {
    const answer = await get('/api/aggregators');
    expect(answer.head.split('\r\n').slice(0, 3)).toEqual([
      'HTTP/1.1 200 OK',
      'Content-Type: application/json; charset=UTF-8',
      `Content-Length: ${answer.body.length}`,
    ]);
    expect(Object.keys(answer.headers).sort()).toEqual(['content-length', 'content-type', 'x-content-type-options']);
  });

  it('ends with the connection, and has no length then, when the client wants to close', async () => {
    const answer = await ask(tsd.port, '/api/version', { headers: { Connection: 'close' } });
    expect(answer.headers['content-length']).toBeUndefined();
    expect(answer.headers['transfer-encoding']).toBeUndefined();
    expect(json(answer)).toHaveProperty('version', '2.4.1');
  });
});

describe('/api/version and /version', () => {
  it('lists what was built in the order of the original', async () => {
    expect(Object.keys(json(await get('/api/version')) as object)).toEqual(
      'short_revision repo host version full_revision repo_status user branch timestamp'.split(' '),
    );
  });

  it('is two lines of text on the legacy path, and JSON when the URI ends with json', async () => {
    const text = await get('/version');
    expect(text.headers['content-type']).toBe('text/plain');
    expect(text.text).toMatch(/^net\.opentsdb\.tools 2\.4\.1 built at revision \w+ \(\w+\)\nBuilt on .* by .*@.*:.*\n$/);
    const asJson = await get('/version?json');
    expect(asJson.headers['content-type']).toBe('application/json');
    expect(json(asJson)).toHaveProperty('repo_status');
  });

  it('answers at every spelling of its path', async () => {
    for (const path of ['/api/version/', '/API/v1/VERSION/more', '/api/v0/version']) expect((await get(path)).status).toBe(200);
    expect((await get('/api/v0/version')).headers['content-type']).toBe('text/plain');
  });
});

it('/api/aggregators and /aggregators list the names in the order of the registry', async () => {
  for (const path of ['/api/aggregators', '/aggregators']) expect(json(await get(path))).toEqual(AGGREGATOR_NAMES);
  expect(AGGREGATOR_NAMES.slice(0, 3)).toEqual(['mult', 'p90', 'zimsum']);
});

describe('/api/config', () => {
  it('shows all values as strings, sorted, and hides secrets', async () => {
    const values = json(await get('/api/config')) as Record<string, string>;
    const keys = Object.keys(values);
    expect(keys).toEqual([...keys].sort());
    expect(Object.values(values).every((value) => typeof value === 'string')).toBe(true);
    expect(values).toMatchObject({ 'my.password': '********', 'tsd.auth.token': '********', 'tsd.core.auto_create_metrics': 'true' });
  });

  it('/filters describes the tag value filters in the order of the original', async () => {
    const filters = json(await get('/api/config/Filters')) as Record<string, { examples: string; description: string }>;
    expect(Object.keys(filters)).toEqual('regexp iwildcard iliteral_or not_iliteral_or not_literal_or literal_or wildcard'.split(' '));
    expect(filters.regexp.examples).toBe('host=regexp(.*)  {"type":"regexp","tagk":"host","filter":".*","groupBy":false}');
  });
});

describe('/api/dropcaches', () => {
  it.each(['GET', 'DELETE'])('%s', async (method) => {
    const answer = await ask(tsd.port, '/api/dropcaches', { method });
    expect(answer.text).toBe('{"message":"Caches dropped","status":"200"}');
  });

  it('refuses other verbs', async () => {
    const answer = await ask(tsd.port, '/api/dropcaches', { method: 'PUT' });
    expect(answer.status).toBe(405);
    expect(answer.text).toBe(
      '{"error":{"code":405,"message":"Method not allowed","details":"The HTTP method [PUT] is not permitted for this endpoint"}}',
    );
  });
});

it('/api/serializers is registered, unlike in 2.4.1', async () => {
  expect(json(await get('/api/serializers'))).toMatchObject([{ serializer: 'json', request_content_type: 'application/json' }]);
});

describe('/api/suggest and /suggest', () => {
  beforeAll(async () => {
    const names = ['sys.cpu', 'sys.mem', 'Sys.upper', 'net.in', ...Array.from({ length: 30 }, (_, i) => `many.${i + 10}`)];
    expect((await post('/api/uid/assign', { metric: names, tagk: ['host'] })).status).toBe(200);
  });

  it('gives names with a prefix in byte order', async () => {
    expect(json(await get('/api/suggest?type=metrics&q=sys'))).toEqual(['sys.cpu', 'sys.mem']);
    expect(json(await get('/suggest?type=tagk'))).toEqual(['host']);
    expect((await get('/suggest?type=tagk')).headers['content-type']).toBe('application/json');
  });

  it('gives 25, or as many as asked for', async () => {
    expect(json(await get('/api/suggest?type=metrics'))).toHaveLength(25);
    expect(json(await get('/api/suggest?type=metrics&max=0'))).toHaveLength(25);
    expect(json(await get('/api/suggest?type=metrics&max=100'))).toHaveLength(34);
    expect(json(await post('/api/suggest', { type: 'metrics', q: 'many', max: 3 }))).toEqual(['many.10', 'many.11', 'many.12']);
  });

  it.each([
    ['/api/suggest', null, 'Missing parameter <code>type</code>'],
    ['/api/suggest?type=', null, 'Missing parameter <code>type</code>'],
    ['/api/suggest?type=foo', null, "Invalid 'type' parameter:foo"],
    ['/api/suggest?type=metrics&max=x', null, "Unable to parse 'max' as a number"],
    ['/api/suggest?type=metrics&max=99999999999', null, "Unable to parse 'max' as a number"],
    ['/api/suggest', '{"q":"a"}', "Missing 'type' parameter"],
    ['/api/suggest', 'no json', 'Unable to parse the given JSON'],
    ['/api/suggest', '[]', 'Unable to parse the given JSON'],
    ['/api/suggest', '{"type":["metrics"]}', 'Unable to parse the given JSON'],
    ['/api/suggest', ' ', 'Unable to parse the given JSON'],
    ['/api/suggest', '', 'Missing message content'],
  ])('%s with %s is refused', async (target, body, message) => {
    const answer = await ask(tsd.port, target, body === null ? {} : { body });
    expect(answer.status).toBe(400);
    expect(json(answer)).toMatchObject({ error: { code: 400, message } });
  });

  it('ignores what follows the first JSON value', async () => {
    expect(json(await ask(tsd.port, '/api/suggest', { body: '{"type":"tagk"} and more' }))).toEqual(['host']);
  });
});

describe('/api/uid/assign', () => {
  it('assigns names of all types, and tells what failed name by name', async () => {
    const answer = await post('/api/uid/assign', { metric: ['as.one', 'b b', 'as.one', ''], tagk: ['as-k'], zzz: ['q'] });
    expect(answer.status).toBe(400);
    const body = json(answer) as Record<string, Record<string, string>>;
    expect(Object.keys(body)).toEqual(['zzz_errors', 'metric', 'tagk', 'metric_errors', 'zzz']);
    expect(body.metric_errors).toEqual({
      '': 'Invalid metric: empty string',
      'as.one': `Name already exists with UID: ${body.metric['as.one']}`,
      'b b': 'Invalid metric ("b b"): illegal character:  ',
    });
    expect(body.zzz_errors).toEqual({ q: 'Unknown type name' });
    expect(body.zzz).toEqual({});
  });

  it('takes lists in the URI, as Java splits them', async () => {
    const answer = await get('/api/uid/assign?metric=u.1,,u.2,&tagv=');
    expect(json(answer)).toMatchObject({
      metric: { 'u.1': expect.stringMatching(/^[0-9A-F]{6}$/) },
      metric_errors: { '': 'Invalid metric: empty string' },
    });
  });

  it('answers 200 when all went well, and the same UIDs are there', async () => {
    const answer = await get('/api/uid/assign?tagv=web01');
    expect(answer.status).toBe(200);
    const uid = (json(answer) as { tagv: Record<string, string> }).tagv.web01;
    expect((await tsd.daemon.uids.getId('tagv', 'web01')).toString('hex').toUpperCase()).toBe(uid);
  });

  it.each([
    ['{}', 'Missing values to assign UIDs'],
    ['{"metric":"a"}', 'Unable to parse the given JSON'],
    ['{"metric":[null]}', 'An internal null pointer exception was thrown', 500],
  ])('refuses %s', async (body: string, message: string, status = 400) => {
    const answer = await ask(tsd.port, '/api/uid/assign', { body });
    expect(answer.status).toBe(status);
    expect(json(answer)).toMatchObject({ error: { message } });
  });

  it('is one of two: others have not been there in the original either', async () => {
    const answer = await get('/api/uid/nosuch');
    expect(answer.status).toBe(501);
    expect(answer.text).toContain('Other UID endpoints have not been implemented yet');
  });
});

describe('/api/uid/rename', () => {
  beforeAll(() => post('/api/uid/assign', { metric: ['re.old', 're.taken'], tagk: ['re-k'] }));

  it('renames by body and by URI', async () => {
    expect((await post('/api/uid/rename', { metric: 're.old', name: 're.new' })).text).toBe('{"result":"true"}');
    expect((await get('/api/uid/rename?tagk=re-k&name=re-k2')).text).toBe('{"result":"true"}');
    expect(json(await get('/api/suggest?type=metrics&q=re.'))).toEqual(['re.new', 're.taken']);
  });

  it('says why it did not', async () => {
    const unknown = await post('/api/uid/rename', { metric: 're.none', name: 'x' });
    expect(unknown.status).toBe(400);
    expect(unknown.text).toBe('{"result":"false","error":"Name(\\"re.none\\") does not exist"}');
    expect((await post('/api/uid/rename', { metric: 're.new', name: 're.taken' })).text).toContain('new name already assigned ID=');
    expect((await post('/api/uid/rename', { zzz: 'a', name: 'b' })).text).toBe('{"result":"false","error":"Unknown type name"}');
    expect(json(await post('/api/uid/rename', {}))).toMatchObject({ error: { message: 'Missing necessary values to rename UID' } });
    const verb = await ask(tsd.port, '/api/uid/rename', { method: 'PUT' });
    expect(json(verb)).toMatchObject({ error: { details: 'The HTTP method[PUT] is not permitted for this endpoint' } });
  });
});

describe('points by /api/put come back from /api/query', () => {
  it('with the status 204 and a content type', async () => {
    const put = await post('/api/put', { metric: 'http.m', timestamp: 1700000000, value: 42, tags: { host: 'a' } });
    expect([put.status, put.headers['content-type'], put.headers['content-length']]).toEqual([204, 'application/json; charset=UTF-8', '0']);
    await tsd.daemon.writer.flush();
    expect((await get('/api/query?start=1700000000&end=1700000001&m=sum:http.m')).text).toBe(
      '[{"metric":"http.m","tags":{"host":"a"},"aggregateTags":[],"dps":{"1700000000":42}}]',
    );
  });
});

describe('unknown endpoints', () => {
  it.each(['/api', '/api/v1', '/api/vfoo', '/api/nosuch', '/api/%76ersion'])('%s', async (path) => {
    const answer = await get(path);
    expect(answer.status).toBe(404);
    expect(answer.text).toBe('{"error":{"code":404,"message":"Endpoint not found"}}');
  });

  it('has a page, or a short object with json, on legacy paths', async () => {
    const page = await get('/nosuch');
    expect([page.status, page.headers['content-type']]).toEqual([404, 'text/html; charset=UTF-8']);
    expect(page.text).toContain('<h1>Page Not Found</h1>The requested URL was not found on this server.');
    expect((await get('/nosuch?json')).text).toBe('{"err":"Page Not Found"}');
  });
});

it('the home page is at / and whatever begins with two slashes, and takes any verb', async () => {
  for (const path of ['/', '//', '//api/version']) expect((await get(path)).text).toContain('<title>OpenTSDB</title>');
  expect((await ask(tsd.port, '/', { method: 'DELETE' })).status).toBe(200);
});
