import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { PassThrough } from 'node:stream';
import { run } from '../../src/tools/check-tsd';
import { freePort } from '../support/free-port';

/** What the server is asked, and what it answers. */
let asked: string[];
let answer: { status: number; body: string };
let server: http.Server;
let port: number;

beforeEach(async () => {
  asked = [];
  server = http.createServer((request, response) => {
    asked.push(request.url ?? '');
    response.writeHead(answer.status).end(answer.body);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  port = (server.address() as AddressInfo).port;
});
afterEach(() => new Promise((closed) => server.close(closed)));

const NOW = 1_400_000_600;
/** The points of a metric in the last ten minutes before NOW, a minute apart, the newest last. */
const series = (...values: string[]): string =>
  values.map((value, i) => `sys.cpu.user ${NOW - 60 * (values.length - i)} ${value} host=web01\n`).join('');

async function check(line: string): Promise<{ code: number; out: string; err: string }> {
  const io = { stdout: new PassThrough(), stderr: new PassThrough(), stdin: new PassThrough() };
  const args = `-H 127.0.0.1 -p ${port} -N ${NOW} ${line}`.split(' ').filter(Boolean);
  const code = await run(args, io);
  return { code, out: String(io.stdout.read() ?? ''), err: String(io.stderr.read() ?? '') };
}

describe('check_tsd', () => {
  it('asks /q for text, with downsampling, rate and tags', async () => {
    answer = { status: 200, body: series('1') };
    await check('-m sys.cpu.user -t host=web01|web02 -t cpu=0 -a avg -D max -W 30 -F zero -r -w 5');
    expect(decodeURIComponent(asked[0])).toBe(
      `/q?start=${NOW - 600}&m=avg:30s-max-zero:rate:sys.cpu.user{host=web01|web02,cpu=0}&ascii&nagios`,
    );
  });

  it('says that all is well', async () => {
    answer = { status: 200, body: series('1', '2.5', '3') };
    expect(await check('-m sys.cpu.user -t host=web01|web02 -w 50 -c 100')).toEqual({
      code: 0,
      out: 'OK: sys.cpu.user{host=web01:web02}: 3 values OK, last=3 | user=3;50.0;100.0;0;100.0\n',
      err: '',
    });
  });

  it('warns and alarms by the threshold that is exceeded, with the worst value', async () => {
    answer = { status: 200, body: series('1', '60.5', '70.25', '2') };
    const warned = await check('-m sys.cpu.user -w 50 -c 100');
    expect(warned.code).toBe(1);
    expect(warned.out).toMatch(
      /^WARNING: sys\.cpu\.user gt 50\.0: 2\/4 bad values \(50\.0%\) worst: 70\.25 @ \w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d 2014 \| user=4;50\.0;100\.0;0;100\.0\n$/,
    );
    const alarmed = await check('-m sys.cpu.user -x lt -c 2');
    expect(alarmed.code).toBe(2);
    expect(alarmed.out).toMatch(/^CRITICAL: sys\.cpu\.user lt 2\.0: 1\/4 bad values \(25\.0%\) worst: 1 @ /);
  });

  it.each([
    ['-P 50', 'not more than half of them are bad', 0],
    ['-P 49', 'more are bad', 1],
    ['-B 51', 'fewer than 51 % are bad', 0],
    ['-B 50', 'no fewer are bad', 1],
    ['-I 120', 'the newest two are left out: one of two is bad', 1],
    ['-d 100', 'only the newest is looked at', 0],
    ['-x ge -w 70.25', 'a value that is the threshold counts', 1],
    ['-x ne', 'any other value counts', 2],
  ])('%s: %s', async (options, _why, code) => {
    answer = { status: 200, body: series('1', '60.5', '70.25', '2') };
    expect((await check(`-m sys.cpu.user -w 50 -c 100 ${options}`)).code).toBe(code);
  });

  it('is critical without any point, unless it is told otherwise', async () => {
    answer = { status: 200, body: '' };
    expect(await check('-m m -w 1')).toEqual({ code: 2, out: 'CRITICAL: query did not return any data point\n', err: '' });
    expect(await check('-m m -w 1 -E')).toEqual({
      code: 0,
      out: 'OK: query did not return any data point (--no-result-ok)\n',
      err: '',
    });
  });

  it('is critical when the TSD refuses, or is not there', async () => {
    answer = { status: 400, body: 'No such name' };
    expect((await check('-m m -w 1')).out).toBe(`CRITICAL: status = 400 when talking to 127.0.0.1:${port}\n`);
    expect((await check('-m m -w 1 -v')).out).toContain('TSD said:\nNo such name\n');
    port = await freePort();
    const { code, out } = await check('-m m -w 1');
    expect(code).toBe(2);
    expect(out).toMatch(/^ERROR: couldn't connect to 127\.0\.0\.1:\d+: connect ECONNREFUSED/);
  });

  it.each([
    ['-w 1', 'You must specify a metric (option -m).'],
    ['-m m', 'You must specify at least a warning threshold (-w) or a critical threshold (-c).'],
    ['-m m -w x', "invalid floating-point value: 'x'"],
    ['-m m -w 1 -d 0', 'Duration must be strictly positive.'],
    ['-m m -w 1 -d 1.5', "invalid integer value: '1.5'"],
    ['-m m -w 1 -x bigger', "'bigger'"],
    ['-m m -w 1 -P 101', '--percent-over must be in the range 0..100.'],
    ['-m m -w 1 --what', "unknown option '--what'"],
  ])('refuses %s', async (options, message) => {
    const { code, err } = await check(options);
    expect(code).toBe(2);
    expect(err).toContain(message);
    expect(asked).toEqual([]);
  });

  it.each([
    ['1.0E10', '10000000000.0'],
    ['1.5E20', '1.5e+20'],
    ['0.00001', '1e-05'],
    ['9223372036854775807', '9223372036854775807'],
  ])('prints %s as %s', async (value, printed) => {
    answer = { status: 200, body: series(value) };
    expect((await check('-m m -x lt -w 0')).out).toContain(`last=${printed} |`);
  });
});
