import { errorJson, internalMessage } from '../../../src/server/http/error-body';
import { RetryableError } from '../../../src/storage';
import { ask, json } from '../support/client';
import { startDaemon, type TestDaemon } from '../support/daemon';
import { ClientError } from '../../../src/util/errors';

describe('the error object', () => {
  it('has its keys in order and leaves out what is empty', () => {
    expect(errorJson(400, 'm', 'd', 't')).toBe('{"error":{"code":400,"message":"m","details":"d","trace":"t"}}');
    expect(errorJson(404, 'm', '', null)).toBe('{"error":{"code":404,"message":"m"}}');
  });

  it('escapes what JSON needs escaped and nothing else', () => {
    const text = 'a"b\\c/\b\f\n\r\t\u0001\u001fä<';
    expect(errorJson(400, text)).toBe('{"error":{"code":400,"message":"a\\"b\\\\c/\\b\\f\\n\\r\\t\\u0001\\u001fä<"}}');
    expect((JSON.parse(errorJson(400, text)) as { error: { message: string } }).error.message).toBe(text);
  });

  it('tells what a handler said, and nothing of this program', () => {
    expect(internalMessage(new RetryableError('region is moving'))).toBe('region is moving');
    expect(internalMessage(new TypeError('x is not a function'))).toBe('An unknown exception occurred');
    expect(internalMessage(Object.assign(new Error("ENOENT: no such file '/etc/x'"), { syscall: 'open' }))).toBe(
      'An unknown exception occurred',
    );
    expect(internalMessage('?')).toBe('An unknown exception occurred');
  });
});

describe('errors of a running daemon', () => {
  let tsd: TestDaemon;
  beforeAll(async () => {
    tsd = await startDaemon();
  });
  afterAll(() => tsd.stop());
  afterEach(() => jest.restoreAllMocks());

  const failWith = (error: unknown): void => {
    jest.spyOn(tsd.daemon.uids, 'suggest').mockRejectedValue(error);
  };

  it('no handler meant are 500 with their text, one log line and one count', async () => {
    failWith(new RetryableError('region tsdb-uid,,1 is moving'));
    const before = tsd.daemon.counters.rpc.exceptions;
    const answer = await ask(tsd.port, '/api/suggest?type=metrics');
    expect(answer.status).toBe(500);
    expect(answer.text).toBe('{"error":{"code":500,"message":"region tsdb-uid,,1 is moving"}}');
    expect(tsd.daemon.counters.rpc.exceptions).toBe(before + 1);
    const logged = tsd.logs.ring.newestFirst().filter((event) => event.message.includes('region tsdb-uid'));
    expect(logged).toMatchObject([
      { level: 'ERROR', stack: null, message: 'Internal Server Error on /api/suggest?type=metrics: region tsdb-uid,,1 is moving' },
    ]);
  });

  it('of this program itself are 500 without their text, with a stack in the log', async () => {
    failWith(new TypeError('secret internals'));
    const answer = await ask(tsd.port, '/api/suggest?type=metrics');
    expect(answer.text).toBe('{"error":{"code":500,"message":"An unknown exception occurred"}}');
    expect(tsd.logs.ring.newestFirst()[0].stack).toContain('secret internals');
  });

  it('that are thrown at once, or are no errors, are answered too', async () => {
    jest.spyOn(tsd.daemon.uids, 'suggest').mockImplementation(() => {
      throw 'text' as unknown;
    });
    expect((await ask(tsd.port, '/api/suggest?type=metrics')).status).toBe(500);
  });

  it('have the legacy forms on legacy paths: a page, or err with json; 400 whatever the status', async () => {
    failWith(new ClientError(413, 'too <much>'));
    const page = await ask(tsd.port, '/suggest?type=metrics');
    expect([page.status, page.headers['content-type']]).toEqual([400, 'text/html; charset=UTF-8']);
    expect(page.text).toContain("<b>Looks like it's your fault this time</b>");
    expect(page.text).toContain('<blockquote>too &lt;much&gt;</blockquote>');
    expect((await ask(tsd.port, '/suggest?type=metrics&json')).text).toBe('{"err":"too <much>"}');
    failWith(new Error('<boom>'));
    const own = await ask(tsd.port, '/suggest?type=metrics');
    expect(own.status).toBe(500);
    expect(own.text).toContain('<b>Houston, we have a problem</b>');
    expect(own.text).toContain('<pre>&lt;boom&gt;</pre>');
    expect((await ask(tsd.port, '/suggest?type=metrics&json')).text).toBe('{"err":"<boom>"}');
  });

  it('never echo markup', async () => {
    const evil = '<script>alert(1)</script>';
    const targets = [
      `/suggest?type=${encodeURIComponent(evil)}`,
      `/logs?level=${encodeURIComponent(evil)}`,
      `/logs?level=INFO&logger=${encodeURIComponent(evil)}`,
      `/version?x=${evil}%`,
      `/s/..${evil}`,
      `/${evil}`,
    ];
    for (const target of targets) {
      const answer = await ask(tsd.port, target, { headers: { Host: evil } });
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(answer.text).not.toContain('<script>alert');
      expect(answer.headers['x-content-type-options']).toBe('nosniff');
      if (answer.headers['content-type'].startsWith('text/html'))
        expect(answer.headers['content-security-policy']).toContain("default-src 'self'");
    }
  });

  it('do not break log lines', async () => {
    await ask(tsd.port, '/suggest?type=%0a2026-01-01%20ERROR');
    expect(tsd.logs.ring.newestFirst()[0].message).not.toContain('\n');
  });

  it('serializer= names the one there is', async () => {
    expect((await ask(tsd.port, '/api/version?serializer=json')).status).toBe(200);
    expect(json(await ask(tsd.port, '/api/version?serializer=xml'))).toEqual({
      error: { code: 400, message: 'Requested serializer was not found', details: 'Could not find a serializer with the name: xml' },
    });
  });

  it('versions of the API that are not there', async () => {
    expect(json(await ask(tsd.port, '/api/v2/put'))).toEqual({
      error: {
        code: 501,
        message: 'Requested API version is greater than the max implemented',
        details: 'API version [2] is greater than the max [1]',
      },
    });
    expect((await ask(tsd.port, '/api/v1x/put')).status).toBe(400);
  });
});

it('show a stack only with tsd.http.show_stack_trace', async () => {
  const tsd = await startDaemon({ 'tsd.http.show_stack_trace': 'true' });
  try {
    const { error } = json(await ask(tsd.port, '/api/suggest')) as { error: { trace: string } };
    expect(Object.keys(error)).toEqual(['code', 'message', 'trace']);
    expect(error.trace).toMatch(/^ClientError: Missing parameter <code>type<\/code>\n\s+at /);
  } finally {
    await tsd.stop();
  }
});
