import { LayeredConfig } from '../../../src/config';
import { readServerSettings } from '../../../src/config/settings';
import { corsRulesOf } from '../../../src/server/http/cors';
import { ask } from '../support/client';
import { startDaemon, type TestDaemon } from '../support/daemon';

const DOMAINS = 'tsd.http.request.cors_domains';
const HEADERS =
  'Authorization, Content-Type, Accept, Origin, User-Agent, DNT, Cache-Control, X-Mx-ReqToken, Keep-Alive, X-Requested-With, If-Modified-Since';

describe('with domains', () => {
  let tsd: TestDaemon;
  beforeAll(async () => {
    tsd = await startDaemon({ [DOMAINS]: 'http://a.example, http://B.example' });
  });
  afterAll(() => tsd.stop());

  it.each(['http://a.example', 'http://b.EXAMPLE'])('%s is allowed, its headers come first', async (origin) => {
    for (const target of ['/api/version', '/version', '/api/nosuch', '/nosuch', '/api/suggest']) {
      const answer = await ask(tsd.port, target, { headers: { Origin: origin } });
      expect(answer.head.split('\r\n').slice(1, 4)).toEqual([
        `Access-Control-Allow-Origin: ${origin}`,
        'Access-Control-Allow-Methods: GET, POST, PUT, DELETE',
        `Access-Control-Allow-Headers: ${HEADERS}`,
      ]);
      expect(answer.headers.vary).toBe('Origin');
    }
  });

  it('a preflight is answered at once, without looking at the route', async () => {
    for (const target of ['/api/put', '/nosuch']) {
      const answer = await ask(tsd.port, target, { method: 'OPTIONS', headers: { Origin: 'http://a.example' } });
      expect([answer.status, answer.headers['content-length'], answer.headers['content-type']]).toEqual([200, '0', undefined]);
      expect(answer.headers['access-control-allow-origin']).toBe('http://a.example');
    }
  });

  it('another origin gets an error, with the status 200 on the API as the original', async () => {
    const answer = await ask(tsd.port, '/api/version', { headers: { Origin: 'http://c.example' } });
    expect(answer.status).toBe(200);
    expect(answer.text).toBe(
      '{"error":{"code":200,"message":"CORS domain not allowed","details":"The domain [http://c.example] is not permitted access"}}',
    );
    expect([answer.headers['access-control-allow-origin'], answer.headers.vary]).toEqual([undefined, 'Origin']);
    expect((await ask(tsd.port, '/version', { headers: { Origin: 'http://c.example' } })).status).toBe(400);
  });

  it('without Origin nothing is added, and OPTIONS is refused', async () => {
    const answer = await ask(tsd.port, '/api/version');
    expect(answer.head).not.toContain('Access-Control');
    expect(answer.headers.vary).toBe('Origin');
    expect((await ask(tsd.port, '/api/version', { method: 'OPTIONS' })).status).toBe(405);
  });

  it('errors from before that step have no such headers', async () => {
    for (const target of ['/api/v2/x', '/api/version?serializer=xml']) {
      const answer = await ask(tsd.port, target, { headers: { Origin: 'http://a.example' } });
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(answer.head).not.toContain('Access-Control');
    }
  });
});

it('* allows any origin and echoes it, never *, never with credentials', async () => {
  const tsd = await startDaemon({ [DOMAINS]: '*' });
  try {
    const answer = await ask(tsd.port, '/api/version', { headers: { Origin: 'http://any.example' } });
    expect(answer.headers['access-control-allow-origin']).toBe('http://any.example');
    expect(answer.headers['access-control-allow-credentials']).toBeUndefined();
  } finally {
    await tsd.stop();
  }
});

it('without domains an Origin is ignored and OPTIONS refused', async () => {
  const tsd = await startDaemon();
  try {
    expect((await ask(tsd.port, '/api/version', { headers: { Origin: 'http://a' } })).head).not.toMatch(/Access-Control|Vary/);
    const options = await ask(tsd.port, '/api/version', { method: 'OPTIONS', headers: { Origin: 'http://a' } });
    expect(options.text).toBe(
      '{"error":{"code":405,"message":"Method not allowed","details":"The HTTP method [OPTIONS] is not permitted"}}',
    );
  } finally {
    await tsd.stop();
  }
});

describe('settings that make no sense keep the daemon from starting', () => {
  it.each([
    [{ [DOMAINS]: '*,http://a' }, 'tsd.http.request.cors_domains must be a public resource (*) or a list of specific domains'],
    [{ 'tsd.http.request.cors_headers': '*' }, 'tsd.http.request.cors_headers must be a list of validly-formed HTTP header names'],
    [{ 'tsd.http.request.cors_headers': 'A,, B' }, 'tsd.http.request.cors_headers must be a list'],
  ])('%j', async (settings, message) => {
    expect(() =>
      corsRulesOf(readServerSettings(new LayeredConfig(Object.entries({ 'tsd.network.port': '0', ...settings }))).cors, () => {}),
    ).toThrow(message);
    await expect(startDaemon(settings)).rejects.toThrow(message);
  });
});
