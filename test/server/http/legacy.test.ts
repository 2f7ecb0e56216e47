import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ask, json } from '../support/client';
import { startDaemon, type TestDaemon } from '../support/daemon';

let tsd: TestDaemon;
beforeAll(async () => {
  tsd = await startDaemon();
});
afterAll(() => tsd.stop());
const get = (target: string): ReturnType<typeof ask> => ask(tsd.port, target);

describe('/s', () => {
  beforeAll(() => {
    const hourAgo = Date.now() / 1000 - 3600;
    mkdirSync(join(tsd.staticRoot, 'sub'));
    for (const name of ['a.png', 'sub/b.js', 'c.nocache.js', 'plain', 'favicon.ico']) {
      writeFileSync(join(tsd.staticRoot, name), `contents of ${name}`);
      utimesSync(join(tsd.staticRoot, name), hourAgo, hourAgo);
    }
    execFileSync('mkfifo', [join(tsd.staticRoot, 'fifo')]);
    symlinkSync('/etc/passwd', join(tsd.staticRoot, 'outside'));
    symlinkSync('/etc', join(tsd.staticRoot, 'etc'));
    symlinkSync(join(tsd.staticRoot, 'a.png'), join(tsd.staticRoot, 'inside.png'));
  });

  it('serves files with the headers of the original, never compressed', async () => {
    const answer = await ask(tsd.port, '/s/a.png', { headers: { 'Accept-Encoding': 'gzip' } });
    expect(answer.head).toMatch(
      /^HTTP\/1\.1 200 OK\r\nContent-Type: image\/png\r\nAge: 36\d\d\r\nCache-Control: max-age=31536000\r\nContent-Length: 17/,
    );
    expect(answer.text).toBe('contents of a.png');
  });

  it.each([
    ['/s/sub/b.js', 'text/javascript', 'max-age=31536000'],
    ['/s/sub/b.js?v=1', 'text/javascript', 'max-age=31536000'],
    ['/s/c.nocache.js', 'text/javascript', 'max-age=0'],
    ['/s/plain', 'text/plain', 'max-age=31536000'],
    ['/s/inside.png', 'image/png', 'max-age=31536000'],
    ['/favicon.ico', 'image/x-icon', 'max-age=31536000'],
  ])('%s', async (target, type, cache) => {
    const answer = await get(target);
    expect([answer.status, answer.headers['content-type'], answer.headers['cache-control']]).toEqual([200, type, cache]);
  });

  it.each([
    '/s/nosuch.png',
    '/s/',
    '/s/sub',
    '/s/fifo',
    '/s/outside',
    '/s/etc/passwd',
    '/s/%2e%2e/x',
    '/s//etc/passwd',
    '/s/a.png%00',
    '/s/sub\\b.js',
  ])('%s is not there', async (target) => {
    const answer = await get(target);
    expect(answer.status).toBe(404);
    expect(answer.text).toBe('{"error":{"code":404,"message":"Page not found"}}');
  });

  it.each([
    ['/s', 'URI too short &lt;code&gt;/s&lt;/code&gt;'],
    ['/s/../opentsdb.conf', 'Malformed URI'],
    ['/s/sub/..%2f..', 'Malformed URI'],
    ['/s/a..b', 'Malformed URI'],
  ])('%s is refused', async (target, message) => {
    const answer = await get(target);
    expect(answer.status).toBe(400);
    expect(answer.text).toContain(message);
  });
});

describe('/logs', () => {
  it('shows the last events, newest first, tab-separated', async () => {
    tsd.logs.get('net.opentsdb.test.One').warn('first of two');
    tsd.logs.get('net.opentsdb.test.One').error('second of two');
    const answer = await get('/logs');
    expect(answer.headers['content-type']).toBe('text/plain');
    expect(answer.text).toMatch(
      /^\d{10}\tERROR\tmain\tnet\.opentsdb\.test\.One\tsecond of two\n\d{10}\tWARN\tmain\tnet\.opentsdb\.test\.One\tfirst of two\n/,
    );
    const lines = json(await get('/logs?json')) as string[];
    expect(lines[0]).toMatch(/\tsecond of two$/);
  });

  it('changes levels at run time', async () => {
    const logger = tsd.logs.get('net.opentsdb.test.Two');
    logger.debug('unseen');
    expect((await get('/logs?level=debug&logger=net.opentsdb.test.Two')).text).toBe('Set the log level to DEBUG on 1 logger.\n');
    logger.debug('seen');
    const lines = json(await get('/logs?json')) as string[];
    expect(lines.some((line) => line.endsWith('\tseen'))).toBe(true);
    expect(lines.some((line) => line.endsWith('\tunseen'))).toBe(false);
    expect((await get('/logs?level=INFO')).text).toMatch(/^Set the log level to INFO on \d+ loggers\.\n$/);
    logger.debug('unseen again');
    expect((json(await get('/logs?json')) as string[]).some((line) => line.endsWith('unseen again'))).toBe(false);
  });

  it.each([
    ['/logs?level=LOUD', 'Invalid level: LOUD'],
    ['/logs?level=INFO&logger=no.such.Class', 'Invalid logger: no.such.Class'],
  ])('%s is refused', async (target, message) => {
    const answer = await get(target);
    expect(answer.status).toBe(400);
    expect(answer.text).toContain(message);
  });
});
