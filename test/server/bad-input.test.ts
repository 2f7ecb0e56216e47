import { ask, Connection, requestBytes, telnet } from './support/client';
import { startDaemon, type TestDaemon } from './support/daemon';
import { until } from '../support/until';

let tsd: TestDaemon;
beforeAll(async () => {
  tsd = await startDaemon();
});
afterAll(() => tsd.stop());

/** The daemon is alive and holds nothing of what the test did to it. */
afterEach(async () => {
  expect((await ask(tsd.port, '/api/version')).status).toBe(200);
  expect(await telnet(tsd.port, 'help\n')).toMatch(/^available commands: /);
});

/** A deterministic stream of bytes. */
function noise(length: number, seed: number): Buffer {
  const bytes = Buffer.alloc(length);
  let state = seed;
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    bytes[i] = state >>> 16;
  }
  return bytes;
}

describe('the first byte decides', () => {
  it.each(['PUT m 1700000000 1 a=b\n', 'VERSION\n', 'Version\n', 'HELP\r\n'])('%j is HTTP, and closed without a word', async (line) => {
    const connection = await Connection.open(tsd.port);
    connection.send(line);
    expect((await connection.toEnd()).length).toBe(0);
  });

  it('may come alone', async () => {
    const connection = await Connection.open(tsd.port);
    for (const byte of requestBytes('/api/version')) {
      connection.send(Buffer.of(byte));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect((await connection.answer()).status).toBe(200);
    connection.close();
    const line = await Connection.open(tsd.port);
    for (const c of 'nosuch x\n') {
      line.send(c);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await line.until(() => line.received.toString() === "unknown command: nosuch.  Try `help'.\n");
    line.close();
  });

  it('holds for the connection: HTTP on a telnet connection is unknown commands', async () => {
    const connection = await Connection.open(tsd.port);
    connection.send('exist\nGET /api/version HTTP/1.1\r\n\r\n');
    await connection.until(() => connection.received.toString().split('\n').length > 3);
    expect(connection.received.toString()).toBe(
      "unknown command: exist.  Try `help'.\nunknown command: GET.  Try `help'.\nunknown command: .  Try `help'.\n",
    );
    connection.close();
  });
});

describe('requests that are none', () => {
  it.each([
    ['an unknown verb', 'BREW /pot HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['no version', 'GET /api/version\r\nHost: x\r\n\r\n'],
    ['a version that is none', 'GET /api/version HTTP/9.x\r\nHost: x\r\n\r\n'],
  ])('%s: closed without a word', async (_what, bytes) => {
    const connection = await Connection.open(tsd.port);
    connection.send(bytes);
    expect((await connection.toEnd()).length).toBe(0);
  });

  it.each([
    ['an absolute target', 'GET http://x/api/version HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['the target *', 'OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n'],
    [
      'Content-Length beside chunks',
      'POST /api/put HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /x HTTP/1.1\r\n\r\n',
    ],
    [
      'chunks beside Content-Length',
      'POST /api/put HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n',
    ],
    ['two lengths', 'POST /api/put HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\n{}  '],
    ['a length that is none', 'POST /api/put HTTP/1.1\r\nHost: x\r\nContent-Length: +4\r\n\r\n{}  '],
    ['a coding that is not the last', 'POST /api/put HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n'],
    ['a bare LF in the head', 'GET /api/version HTTP/1.1\r\nHost: x\n\r\n'],
    ['a bare LF in a chunk', 'POST /api/put HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\n[]\r\n0\r\n\r\n'],
    ['a space before the colon', 'GET /api/version HTTP/1.1\r\nHost : x\r\n\r\n'],
    ['a header without a colon', 'GET /api/version HTTP/1.1\r\nHost: x\r\nnonsense\r\n\r\n'],
    ['NUL in a header', 'GET /api/version HTTP/1.1\r\nHost: x\u0000y\r\n\r\n'],
    ['a head of 20 KB', `GET /api/version HTTP/1.1\r\nHost: x\r\nX: ${'y'.repeat(20_000)}\r\n\r\n`],
  ])('%s: one bare status line, then closed', async (_what, bytes) => {
    const connection = await Connection.open(tsd.port);
    connection.send(bytes);
    expect((await connection.toEnd()).toString()).toMatch(/^HTTP\/1\.1 4\d\d [A-Za-z ]+\r\n\r\n$/);
  });

  it('a bad chunk in the middle of a body ends the connection, and nothing of it is stored', async () => {
    const connection = await Connection.open(tsd.port);
    const point = '{"metric":"smuggled","timestamp":1700000000,"value":1,"tags":{"a":"b"}}';
    connection.send(
      `POST /api/put HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n${point.length.toString(16)}\r\n${point}\r\nzz\r\n`,
    );
    await connection.toEnd();
    expect((await ask(tsd.port, '/api/suggest?type=metrics&q=smuggled')).text).toBe('[]');
  });

  it('garbage after a good request: the answer comes, then the end', async () => {
    const connection = await Connection.open(tsd.port);
    connection.send(Buffer.concat([requestBytes('/api/version'), noise(2000, 7)]));
    expect((await connection.answer()).status).toBe(200);
    await connection.toEnd();
  });

  it('malformed escapes are 400 in the form of their path', async () => {
    const api = await ask(tsd.port, '/api/suggest?type=%zz');
    expect(api.text).toBe('{"error":{"code":400,"message":"invalid escape sequence `%zz\' at index 0 of: %zz"}}');
    expect((await ask(tsd.port, '/suggest?type=%')).text).toContain('unterminated escape sequence');
  });
});

describe('binary noise', () => {
  it.each([1, 2, 3, 4, 5, 6])('seed %i, as telnet and as HTTP', async (seed) => {
    for (const first of ['\u0000', 'p', 'G', 'put ', 'GET /']) {
      const connection = await Connection.open(tsd.port);
      connection.send(Buffer.concat([Buffer.from(first), noise(20_000, seed)]));
      connection.socket.end();
      await connection.toEnd();
      connection.close();
    }
    expect(tsd.daemon.counters.rpc.exceptions).toBe(0);
  });

  it('a telnet line of 1 MB closes the connection', async () => {
    const connection = await Connection.open(tsd.port);
    connection.send(Buffer.alloc(1 << 20, 'x'));
    await connection.toEnd();
    connection.close();
  });
});

describe('slow clients', () => {
  let hasty: TestDaemon;
  beforeAll(async () => {
    hasty = await startDaemon({}, { headTimeoutMs: 1000, requestTimeoutMs: 1500, timeoutCheckMs: 50 });
  });
  afterAll(() => hasty.stop());

  it('a head that never ends is cut off', async () => {
    const connection = await Connection.open(hasty.port);
    connection.send('GET /api/version HTTP/1.1\r\n');
    const drip = setInterval(() => connection.send('X-Slow: loris\r\n'), 50);
    await connection.toEnd().finally(() => clearInterval(drip));
    connection.close();
  });

  it('a body that never ends is cut off', async () => {
    const connection = await Connection.open(hasty.port);
    connection.send('POST /api/put HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n');
    const drip = setInterval(() => connection.send(' '), 50);
    await connection.toEnd().finally(() => clearInterval(drip));
    connection.close();
  });

  it('an idle connection may stay: there is no time-out unless one is configured', async () => {
    const http = await Connection.open(hasty.port);
    http.send(requestBytes('/api/version'));
    await http.answer();
    const silent = await Connection.open(hasty.port);
    // Longer than a request may take: one that began later is cut off meanwhile.
    const slow = await Connection.open(hasty.port);
    slow.send('GET /api/version HTTP/1.1\r\n');
    await slow.toEnd();
    expect([http.ended, silent.ended]).toEqual([false, false]);
    http.send(requestBytes('/api/version'));
    expect((await http.answer()).status).toBe(200);
    silent.send('exit\n');
    await silent.toEnd();
    http.close();
  });
});

describe('half-open connections', () => {
  it('without a byte are closed', async () => {
    const connection = await Connection.open(tsd.port);
    connection.socket.end();
    await connection.toEnd();
    expect(connection.received.length).toBe(0);
  });

  it('in the middle of a request are closed', async () => {
    for (const part of ['GET /api/ver', 'POST /api/put HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n[']) {
      const connection = await Connection.open(tsd.port);
      connection.socket.end(part);
      await connection.toEnd();
    }
  });

  it('still get the replies to their lines', async () => {
    const connection = await Connection.open(tsd.port);
    connection.socket.end('put a b c\nversion\n');
    const text = (await connection.toEnd()).toString();
    expect(text).toMatch(/^put: illegal argument: not enough arguments \(need least 4, got 3\)\n/);
    expect(text).toContain('Built on');
  });

  it('that are reset while an answer is made do no harm', async () => {
    for (let i = 0; i < 50; i++) {
      const connection = await Connection.open(tsd.port);
      connection.send(Buffer.concat([requestBytes('/api/config'), requestBytes('/api/stats')]));
      if (i % 2 === 0) await new Promise((resolve) => setImmediate(resolve));
      connection.socket.resetAndDestroy();
    }
  });
});

it('a thousand idle sockets leave room for others', async () => {
  const before = process.memoryUsage().rss;
  const idle = await Promise.all(Array.from({ length: 1000 }, () => Connection.open(tsd.port)));
  expect((await ask(tsd.port, '/api/version')).status).toBe(200);
  expect(await telnet(tsd.port, 'nosuch\n')).toBe("unknown command: nosuch.  Try `help'.\n");
  // A client is connected when the system is: the daemon may take it later.
  await until(async () => Number(/connections \d+ (\d+) type=open/.exec((await ask(tsd.port, '/stats')).text)?.[1]) >= 1000);
  expect(process.memoryUsage().rss - before).toBeLessThan(100 << 20); // both ends are in this process
  for (const connection of idle) connection.close();
});

describe('tsd.core.connections.limit', () => {
  it('closes sockets above it at once, and counts them', async () => {
    const limited = await startDaemon({ 'tsd.core.connections.limit': '2' });
    try {
      const first = await Connection.open(limited.port);
      const second = await Connection.open(limited.port);
      first.send('nosuch\n');
      await first.until(() => first.received.length > 0);
      const third = await Connection.open(limited.port);
      expect((await third.toEnd()).length).toBe(0);
      second.send('stats\n');
      await second.until(() => second.received.includes('type=total'));
      expect(second.received.toString()).toMatch(/connections \d+ 2 type=open .*\n.* 1 type=rejected .*\n.* 2 type=total/);
      first.close();
      await until(async () => {
        second.received = Buffer.alloc(0);
        second.send('stats\n');
        await second.until(() => second.received.includes('type=total'));
        return /connections \d+ 1 type=open/.test(second.received.toString());
      });
      const fourth = await Connection.open(limited.port);
      fourth.send('nosuch\n');
      await fourth.until(() => fourth.received.length > 0);
      second.close();
      fourth.close();
    } finally {
      await limited.stop();
    }
  });
});

describe('tsd.core.socket.timeout', () => {
  it('closes sockets on which nothing happens, telnet and HTTP and silent ones', async () => {
    const impatient = await startDaemon({}, { idleMs: 200 });
    try {
      const connections = await Promise.all([1, 2, 3].map(() => Connection.open(impatient.port)));
      connections[0].send('nosuch\n');
      connections[1].send(requestBytes('/api/version'));
      await Promise.all(connections.map((connection) => connection.toEnd()));
    } finally {
      await impatient.stop();
    }
  });
});
