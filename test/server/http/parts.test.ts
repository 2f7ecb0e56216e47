import http from 'node:http';
import type { AddressInfo } from 'node:net';
import zlib from 'node:zlib';
import { createApp } from '../../../src/server/http/app';
import { corsRulesOf } from '../../../src/server/http/cors';
import type { HttpHandler } from '../../../src/server/http/types';
import { LatencyHistogram } from '../../../src/util/latency-histogram';
import { ask, Connection, requestBytes } from '../support/client';
import { MemoryBudget } from '../../../src/server/memory';
import { startDaemon, type TestDaemon } from '../support/daemon';
import { ClientError } from '../../../src/util/errors';
import { turns, until } from '../../support/until';

const PART = `"${'x'.repeat(998)}",`;

let tsd: TestDaemon;
let server: http.Server;
let port: number;
let produced = 0;
let ended: (() => void) | null = null;

async function* parts(count: number, failAt = Infinity): AsyncGenerator<string> {
  try {
    yield '[';
    for (produced = 0; produced < count; produced++) {
      if (produced === failAt) throw new ClientError(413, 'too much');
      if (produced % 10 === 0) await new Promise((resolve) => setImmediate(resolve));
      yield PART;
    }
    yield '""]';
  } finally {
    ended?.();
  }
}

const handler: HttpHandler = (call) =>
  call.sendJsonParts(200, parts(Number(call.requiredParam('count')), Number(call.param('fail') ?? Infinity)), 'lenient');

beforeAll(async () => {
  tsd = await startDaemon();
  const { settings } = tsd.daemon;
  const app = createApp(tsd.daemon, {
    routes: new Map([['api/parts', handler]]),
    bodyRules: settings.body,
    memory: new MemoryBudget(0, 0),
    corsRules: corsRulesOf(settings.cors, () => {}),
    latency: new LatencyHistogram(),
  });
  server = http.createServer(app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await tsd.stop();
});

const whole = (count: number): string => `[${PART.repeat(count)}""]`;

describe('an answer in parts', () => {
  it('that is short has a length like any other', async () => {
    const answer = await ask(port, '/api/parts?count=10');
    expect(answer.headers['content-length']).toBe(String(whole(10).length));
    expect(answer.text).toBe(whole(10));
  });

  it('that is long is sent as it is made', async () => {
    const answer = await ask(port, '/api/parts?count=2000');
    expect(answer.headers['transfer-encoding']).toBe('chunked');
    expect(answer.headers['content-length']).toBeUndefined();
    expect(answer.text === whole(2000)).toBe(true);
  });

  it('is compressed on the way', async () => {
    const answer = await ask(port, '/api/parts?count=2000', { headers: { 'Accept-Encoding': 'gzip' } });
    expect(answer.headers['content-encoding']).toBe('gzip');
    expect(zlib.gunzipSync(answer.body).toString() === whole(2000)).toBe(true);
  });

  it('ends with the connection for a client that does not keep it', async () => {
    const connection = await Connection.open(port);
    connection.send('GET /api/parts?count=200 HTTP/1.0\r\n\r\n');
    const text = (await connection.toEnd()).toString();
    expect(text).not.toMatch(/transfer-encoding/i);
    expect(text.endsWith(whole(200))).toBe(true);
  });

  it('is wrapped for JSONP', async () => {
    for (const count of [1, 200]) expect((await ask(port, `/api/parts?count=${count}&jsonp=cb`)).text).toBe(`/**/cb(${whole(count)})`);
    expect((await ask(port, '/api/parts?count=1&jsonp=')).text).toBe(whole(1));
  });

  it('that fails early is an error like any other', async () => {
    const answer = await ask(port, '/api/parts?count=100&fail=20');
    expect([answer.status, answer.text]).toEqual([413, '{"error":{"code":413,"message":"too much"}}']);
  });

  it.each<Record<string, string>>([{}, { 'Accept-Encoding': 'gzip' }])(
    'that fails late is cut, so that nobody takes it for a whole one: %j',
    async (headers) => {
      const connection = await Connection.open(port);
      connection.send(requestBytes('/api/parts?count=2000&fail=1000', { headers }));
      const received = await connection.toEnd();
      expect(received.toString('latin1').endsWith('0\r\n\r\n')).toBe(false);
    },
  );

  it.each(['GET %s HTTP/1.1\r\nHost: x\r\n', 'GET %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n', 'GET %s HTTP/1.0\r\n'])(
    'that fails late ends with a reset: %j',
    async (head) => {
      const connection = await Connection.open(port);
      const failed = new Promise<NodeJS.ErrnoException>((resolve) => connection.socket.once('error', resolve));
      connection.send(`${head.replace('%s', '/api/parts?count=2000&fail=1000')}\r\n`);
      expect((await failed).code).toBe('ECONNRESET');
    },
  );

  it('has its end marked on a connection that is closed behind it, too', async () => {
    const connection = await Connection.open(port);
    connection.send('GET /api/parts?count=200 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    const text = (await connection.toEnd()).toString();
    expect(text).toMatch(/transfer-encoding: chunked/i);
    expect(text.endsWith('\r\n0\r\n\r\n')).toBe(true);
  });

  it('stops being made when the client goes away, also while it does not read', async () => {
    const over = new Promise<void>((resolve) => (ended = resolve));
    const connection = await Connection.open(port);
    connection.socket.pause();
    connection.send(requestBytes('/api/parts?count=1000000'));
    // At the client's pace: it stops by itself when the buffers of the systems are full.
    let made = 0;
    await until(async () => {
      const [before] = [produced];
      await turns(200);
      made = produced;
      return made > 0 && made === before;
    });
    expect(made).toBeLessThan(20_000);
    connection.socket.resetAndDestroy();
    await over;
    ended = null;
    expect(produced).toBeLessThan(made + 1000);
  });
});
