import zlib from 'node:zlib';
import { ask, Connection, json, requestBytes } from '../support/client';
import { startDaemon, type TestDaemon } from '../support/daemon';
import { fakeIntervals } from '../../support/fake-intervals';
import { turns, until } from '../../support/until';

const POINT = { metric: 'm', timestamp: 1700000000, value: 1, tags: { host: 'a' } };
const points = (count: number): string =>
  JSON.stringify(Array.from({ length: count }, (_, i) => ({ ...POINT, timestamp: POINT.timestamp + i })));

describe('request bodies', () => {
  let tsd: TestDaemon;
  beforeAll(async () => {
    tsd = await startDaemon({ 'tsd.http.request.max_body': '200000' });
  });
  afterAll(() => tsd.stop());

  const put = (body: Buffer | string, headers: Record<string, string> = {}): ReturnType<typeof ask> =>
    ask(tsd.port, '/api/put?summary', { body, headers });

  it('may be longer than 8 KB', async () => {
    expect((await put(points(1000))).text).toBe('{"success":1000,"failed":0}');
  });

  it('may come in chunks', async () => {
    const text = points(300);
    const half = text.length >> 1;
    const chunk = (part: string): string => `${part.length.toString(16)}\r\n${part}\r\n`;
    const connection = await Connection.open(tsd.port);
    connection.send('POST /api/put?summary HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n' + chunk(text.slice(0, half)));
    await turns(10);
    connection.send(chunk(text.slice(half)) + '0\r\n\r\n');
    expect((await connection.answer()).text).toBe('{"success":300,"failed":0}');
    connection.close();
  });

  it('may wait for 100 Continue', async () => {
    const connection = await Connection.open(tsd.port);
    const text = points(2);
    connection.send(`POST /api/put?summary HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: ${text.length}\r\n\r\n`);
    await connection.until(() => connection.received.toString() === 'HTTP/1.1 100 Continue\r\n\r\n');
    connection.received = Buffer.alloc(0);
    connection.send(text);
    expect((await connection.answer()).text).toBe('{"success":2,"failed":0}');
    connection.close();
  });

  it.each([
    ['gzip', zlib.gzipSync],
    ['x-gzip', zlib.gzipSync],
    ['deflate', zlib.deflateSync],
    ['deflate', zlib.deflateRawSync],
  ])('may be compressed: %s', async (encoding, compress) => {
    expect((await put(compress(points(50)), { 'Content-Encoding': encoding })).text).toBe('{"success":50,"failed":0}');
  });

  it('may be empty although a Content-Encoding is named', async () => {
    const answer = await ask(tsd.port, '/api/version', { headers: { 'Content-Encoding': 'gzip' } });
    expect(answer.status).toBe(200);
  });

  it('are refused as 400 when they are not what Content-Encoding says', async () => {
    const answer = await put('this is not gzip', { 'Content-Encoding': 'gzip' });
    expect(answer.status).toBe(400);
    expect(json(answer)).toMatchObject({ error: { message: 'Unable to decode the gzip encoded body' } });
  });

  it('are capped on the decoded size: a bomb costs no more than the cap', async () => {
    const bomb = zlib.gzipSync(Buffer.alloc(100 << 20, ' '));
    expect(bomb.length).toBeLessThan(200_000);
    const before = process.memoryUsage().rss;
    const answer = await put(bomb, { 'Content-Encoding': 'gzip' });
    expect(answer.status).toBe(413);
    expect(answer.head).toMatch(/^HTTP\/1\.1 413 Request Entity Too Large\r\n/);
    expect(json(answer)).toMatchObject({ error: { code: 413, message: 'Request body too large' } });
    expect(process.memoryUsage().rss - before).toBeLessThan(30 << 20);
  });

  it('are refused before they are read when Content-Length says they are too long, and the answer can be read', async () => {
    const connection = await Connection.open(tsd.port);
    connection.send('POST /api/put HTTP/1.1\r\nHost: x\r\nContent-Length: 300000\r\n\r\n');
    expect((await connection.answer()).status).toBe(413);
    connection.send(Buffer.alloc(300_000, ' ')); // the connection is still good once the body has passed
    connection.send(requestBytes('/api/version'));
    expect((await connection.answer()).status).toBe(200);
    connection.close();
  });

  it('are refused in chunks once they are too long', async () => {
    const connection = await Connection.open(tsd.port);
    connection.send('POST /api/put HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n');
    for (let i = 0; i < 30; i++) connection.send(`2710\r\n${' '.repeat(10_000)}\r\n`);
    expect((await connection.answer()).status).toBe(413);
    connection.close();
  });

  it('are read in the charset of Content-Type, and an unknown one is refused', async () => {
    const body = Buffer.from('{"type":"metrics","q":"ä"}', 'latin1');
    const answer = await ask(tsd.port, '/api/suggest', { body, headers: { 'Content-Type': 'application/json; charset=ISO-8859-1' } });
    expect(answer.text).toBe('[]');
    const unknown = await ask(tsd.port, '/api/suggest', { body, headers: { 'Content-Type': 'text/plain; charset=klingon' } });
    expect(unknown.status).toBe(400);
  });

  it.each(['not JSON at all', '{"metric":', '\u0000\u0001x\u0002', '[[[[', 'ﾟ'])('that are no JSON are 400: %j', async (body) => {
    const answer = await put(body);
    expect(answer.status).toBe(400);
    expect(json(answer)).toMatchObject({ error: { code: 400 } });
  });
});

describe('with enable_chunked set to false by the operator', () => {
  let tsd: TestDaemon;
  beforeAll(async () => {
    tsd = await startDaemon({ 'tsd.http.request.enable_chunked': 'false' });
  });
  afterAll(() => tsd.stop());

  it('bodies of 8,192 bytes pass and longer ones get the legacy page', async () => {
    const fit = points(2).padEnd(8192);
    expect((await ask(tsd.port, '/api/put?summary', { body: fit })).status).toBe(200);
    const answer = await ask(tsd.port, '/api/put?summary', { body: `${fit} ` });
    expect([answer.status, answer.headers['content-type']]).toEqual([400, 'text/html; charset=UTF-8']);
    expect(answer.text).toContain('The reason provided was:<blockquote>Chunked request not supported.</blockquote>');
    const asJson = await ask(tsd.port, '/api/put?json', { body: `${fit} ` });
    expect(asJson.text).toBe('{"err":"Chunked request not supported."}');
  });

  it('so do chunks and Expect, and the connection stays open', async () => {
    const connection = await Connection.open(tsd.port);
    connection.send('POST /api/put?json HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n[]\r\n0\r\n\r\n');
    expect((await connection.answer()).text).toBe('{"err":"Chunked request not supported."}');
    connection.send('POST /api/put?json HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n');
    expect((await connection.answer()).text).toBe('{"err":"Chunked request not supported."}');
    connection.close();
  });
});

describe('with max_chunk set by the operator', () => {
  let tsd: TestDaemon;
  beforeAll(async () => {
    tsd = await startDaemon({ 'tsd.http.request.enable_chunked': 'true', 'tsd.http.request.max_chunk': '4096' });
  });
  afterAll(() => tsd.stop());

  it('bodies of up to 8,192 bytes pass, since they never were chunked; longer ones and long chunked ones do not', async () => {
    expect((await ask(tsd.port, '/api/put?summary', { body: points(2).padEnd(8192) })).status).toBe(200);
    expect((await ask(tsd.port, '/api/put?summary', { body: points(2).padEnd(8193) })).status).toBe(413);
    const connection = await Connection.open(tsd.port);
    connection.send(`POST /api/put HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1388\r\n${' '.repeat(5000)}\r\n0\r\n\r\n`);
    expect((await connection.answer()).status).toBe(413);
    connection.close();
  });
});

describe('answers', () => {
  let tsd: TestDaemon;
  beforeAll(async () => {
    tsd = await startDaemon();
    const names = Array.from({ length: 400 }, (_, i) => `a.rather.long.name.for.a.metric.${i}`);
    await ask(tsd.port, '/api/uid/assign', { body: JSON.stringify({ metric: names }) });
  });
  afterAll(() => tsd.stop());

  it.each([
    ['gzip', 'gzip'],
    ['deflate', 'deflate'],
    ['gzip;q=0, deflate', 'deflate'],
    ['gzip;q=0.5, deflate;q=0.9', 'deflate'],
    ['*', 'gzip'],
    ['br, gzip', 'gzip'],
    ['identity', undefined],
    ['gzip;q=0', undefined],
  ])('to Accept-Encoding: %s are sent as %s', async (accept, encoding) => {
    for (const target of ['/api/aggregators', '/api/suggest?type=metrics&max=5000', '/api/nosuch', '/nosuch']) {
      const answer = await ask(tsd.port, target, { headers: { 'Accept-Encoding': accept } });
      expect(answer.headers['content-encoding']).toBe(encoding);
      const plain =
        encoding === 'gzip' ? zlib.gunzipSync(answer.body) : encoding === 'deflate' ? zlib.inflateSync(answer.body) : answer.body;
      expect(plain.equals((await ask(tsd.port, target)).body)).toBe(true);
    }
  });

  it('to one connection come in the order of the requests', async () => {
    const connection = await Connection.open(tsd.port);
    const targets = ['/api/suggest?type=metrics&max=5000', '/api/version', '/nosuch', '/api/aggregators'];
    connection.send(Buffer.concat(targets.map((target) => requestBytes(target))));
    const lengths: number[] = [];
    for (let i = 0; i < targets.length; i++) lengths.push((await connection.answer()).body.length);
    const alone: number[] = [];
    for (const target of targets) alone.push((await ask(tsd.port, target)).body.length);
    expect(lengths).toEqual(alone);
    connection.close();
  });

  it('to hundreds of requests that are sent at once come in order', async () => {
    const COUNT = 900;
    const connection = await Connection.open(tsd.port);
    let seen = 0;
    connection.send('GET /api/version?json HTTP/1.1\r\n\r\n'.repeat(COUNT - 1) + 'GET /nothing HTTP/1.1\r\nConnection: close\r\n\r\n');
    await connection.until(() => (seen = connection.received.toString('latin1').split('HTTP/1.1 ').length - 1) === COUNT);
    expect(seen).toBe(COUNT);
    expect(connection.received.toString('latin1')).toMatch(/HTTP\/1\.1 404 Not Found/);
    connection.close();
  });

  it('to the other connections come beside them', async () => {
    const busy = await Connection.open(tsd.port);
    busy.send('GET /api/stats HTTP/1.1\r\n\r\n'.repeat(900));
    await busy.until(() => busy.received.length > 0);
    expect((await ask(tsd.port, '/api/version')).status).toBe(200);
    expect(busy.received.toString('latin1').split('HTTP/1.1 200').length).toBeLessThan(900);
    busy.close();
  });

  it('come without a Host header', async () => {
    const connection = await Connection.open(tsd.port);
    connection.send('GET /api/version HTTP/1.1\r\n\r\n');
    expect((await connection.answer()).status).toBe(200);
    connection.close();
  });

  it('to HTTP/1.0 end with the connection unless it is to be kept', async () => {
    const connection = await Connection.open(tsd.port);
    connection.send('GET /api/version HTTP/1.0\r\nConnection: keep-alive\r\n\r\n');
    expect((await connection.answer()).head).toMatch(/^HTTP\/1\.1 200 OK\r\nContent-Type: .*\r\nContent-Length: \d+/);
    connection.send('GET /api/version HTTP/1.0\r\n\r\n');
    const answer = await connection.answer();
    expect(answer.headers['content-length']).toBeUndefined();
    await connection.toEnd();
  });

  describe('to a client that has closed its side', () => {
    // The time that such a client is given passes when the test says so: a machine may stand still for longer before the answer is made.
    beforeEach(fakeIntervals);
    afterEach(() => jest.useRealTimers());
    const end = (connection: Connection): Promise<void> =>
      until(() => {
        jest.advanceTimersByTime(1000);
        return connection.ended;
      });

    it('come all the same', async () => {
      const connection = await Connection.open(tsd.port);
      connection.socket.end(requestBytes('/api/suggest?type=metrics&max=5000'));
      expect((await connection.answer()).status).toBe(200);
      await end(connection);
    });

    it('come to a query, too', async () => {
      await ask(tsd.port, '/api/put?sync', { body: points(10) });
      const connection = await Connection.open(tsd.port);
      connection.socket.end(requestBytes('/api/query?start=1700000000&end=1700000010&m=sum:m'));
      expect(json(await connection.answer())).toHaveLength(1);
      await end(connection);
    });
  });

  it('are not worked on for long when nobody may be waiting', async () => {
    await ask(tsd.port, '/api/put?sync', { body: points(10) });
    jest.spyOn(tsd.daemon.storage, 'scan').mockImplementation(async function* (_table, options) {
      await new Promise((_, reject) => options.signal?.addEventListener('abort', () => reject(new Error('stopped'))));
      yield [];
    });
    const { registry } = tsd.daemon.queries;
    const connection = await Connection.open(tsd.port);
    connection.send(requestBytes('/api/query?start=1700000000&end=1700000010&m=sum:m'));
    await until(() => registry.running.length > 0);
    connection.socket.end();
    expect((await connection.toEnd()).length).toBe(0);
    await until(() => registry.running.length === 0);
    jest.restoreAllMocks();
  });
});

it('logs what a client did wrong, or what there is not, without the secrets of the request line', async () => {
  const tsd = await startDaemon();
  try {
    expect((await ask(tsd.port, '/api/uid/nosuch?access_token=geheim')).status).toBe(501);
    expect((await ask(tsd.port, '/api/suggest?password=geheim')).status).toBe(400);
    expect(tsd.logs.ring.newestFirst().filter(({ level }) => level !== 'INFO')).toMatchObject([
      { level: 'WARN', message: 'Bad Request on /api/suggest?password=********: Missing parameter <code>type</code>' },
      { level: 'WARN', message: expect.stringMatching(/^Not Implemented on \/api\/uid\/nosuch\?access_token=\*{8}: Other UID/) as string },
    ]);
  } finally {
    await tsd.stop();
  }
});

describe('JSONP', () => {
  let tsd: TestDaemon;
  beforeAll(async () => {
    tsd = await startDaemon();
  });
  afterAll(() => tsd.stop());

  it('wraps answers and errors without a semicolon', async () => {
    const plain = (await ask(tsd.port, '/api/aggregators')).text;
    const wrapped = await ask(tsd.port, '/api/aggregators?jsonp=a.b$1');
    expect(wrapped.text).toBe(`/**/a.b$1(${plain})`);
    expect(wrapped.headers['content-type']).toBe('application/javascript; charset=UTF-8');
    expect(wrapped.headers['x-content-type-options']).toBe('nosniff');
    expect((await ask(tsd.port, '/api/suggest?jsonp=cb')).text).toMatch(/^\/\*\*\/cb\({"error":{"code":400,.*}}\)$/);
    expect((await ask(tsd.port, '/api/nosuch?jsonp')).text).toBe('/**/({"error":{"code":404,"message":"Endpoint not found"}})');
  });

  it('needs a name', async () => {
    const answer = await ask(tsd.port, '/api/aggregators?jsonp=');
    expect([answer.status, json(answer)]).toEqual([400, { error: { code: 400, message: 'Missing callback name' } }]);
  });

  it.each(['alert(1)//', '<script>', 'a b', '1a', 'x'.repeat(200)])('takes nothing but a name: %s', async (callback) => {
    for (const target of ['/api/aggregators', '/api/nosuch', '/api/suggest']) {
      const answer = await ask(tsd.port, `${target}?jsonp=${encodeURIComponent(callback)}`);
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(answer.text.startsWith('{"error":')).toBe(true);
    }
  });
});
