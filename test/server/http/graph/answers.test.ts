import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '../../../support/until';
import { ask } from '../../support/client';
import { startDaemon, type TestDaemon } from '../../support/daemon';

interface Golden {
  /** What the original was given to store. */
  readonly points: readonly unknown[];
  /** What it answered: without `timing`; pages of errors by their reason, stack traces by their being there. */
  readonly answers: readonly { path: string; status: number; type: string | null; cacheControl: string | null; body: string }[];
}
const golden = JSON.parse(readFileSync(join(__dirname, '../golden/graphs.json'), 'utf8')) as Golden;

let tsd: TestDaemon;
beforeAll(async () => {
  tsd = await startDaemon();
  const { status } = await ask(tsd.port, '/api/put?summary&sync', { method: 'POST', body: JSON.stringify(golden.points) });
  expect(status).toBe(200);
});
afterAll(() => tsd.stop());
const get = (target: string): ReturnType<typeof ask> => ask(tsd.port, target);

/** An answer in the form in which the golden ones are kept. */
function comparable(text: string): string {
  const reason = /The reason provided was:<blockquote>([\s\S]*?)<\/blockquote>/.exec(text)?.[1];
  if (reason !== undefined) {
    const plain = reason
      .replace(/&lt;/g, '<')
      .replace(/&gt;/g, '>')
      .replace(/&quot;/g, '"')
      .replace(/&#39;/g, "'")
      .replace(/&amp;/g, '&');
    return `(page) ${plain}`;
  }
  return text.startsWith('<!') ? '(page)' : text.replace(/"timing":\d+,/, '');
}

it.each(golden.answers)('$path', async ({ path, status, type, cacheControl, body }) => {
  const answer = await get(path);
  const got = comparable(answer.text);
  // the page's address is escaped as HTML wants it, and a fault of the original's server has no stack trace here
  const wanted = status === 200 && type?.startsWith('text/html') ? body.replace(/&/g, '&amp;') : body;
  expect([answer.status, answer.headers['content-type']]).toEqual([status, type]);
  // without an end the age goes by the day of the question
  const age = answer.headers['cache-control'] ?? null;
  if (/[?&]end=[^&]/.test(path)) expect(age).toBe(cacheControl);
  else expect(age?.replace(/\d+/, 'N')).toBe(cacheControl?.replace(/\d+/, 'N'));
  if (body === '{"err":"(a stack trace)"}') expect(got).toMatch(/^\{"err":"[^"\n]+"\}$/);
  else expect(got).toBe(wanted);
});

const WINDOW = 'start=1500000000&end=1500001800';
const isPng = (bytes: Buffer): boolean => bytes.subarray(0, 8).equals(Buffer.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10]));

describe('pictures', () => {
  it('are PNG of the wanted size, with the headers of the original', async () => {
    const answer = await get(`/q?${WINDOW}&m=sum:graph.load&wxh=310x200&png`);
    expect([answer.status, answer.headers['content-type'], answer.headers.age, answer.headers['cache-control']]).toEqual([
      200,
      'image/png',
      '0',
      'max-age=86400',
    ]);
    expect(isPng(answer.body)).toBe(true);
    expect([answer.body.readUInt32BE(16), answer.body.readUInt32BE(20)]).toEqual([310, 200]);
  });

  it('are SVG on demand, with every text escaped', async () => {
    const answer = await get(`/q?${WINDOW}&m=sum:graph.load%7Bhost=*%7D&title=A+and+B&svg`);
    expect([answer.status, answer.headers['content-type']]).toEqual([200, 'image/svg+xml']);
    expect(answer.text).toContain('>A and B</text>');
    expect(answer.text).toContain('graph.load{host=a, dc=x}');
  });

  it('take the widths that the original refuses', async () => {
    for (const range of ['[0:5]', '[:10]', '[-1:1]', '[1e3:2e3]', '[10:0]', '[:]']) {
      expect((await get(`/q?${WINDOW}&m=sum:graph.load&yrange=${encodeURIComponent(range)}&json`)).status).toBe(200);
    }
  });

  it('have the right axis without any configuration', async () => {
    const { text } = await get(`/q?${WINDOW}&m=sum:graph.load&m=sum:graph.temp&o=&o=axis+x1y2&y2label=degrees&svg`);
    expect(text).toContain('>degrees</text>');
  });

  it('show annotations unless they are not wanted', async () => {
    const body = JSON.stringify({ startTime: 1500000300, endTime: 1500000600, description: '<b>deploy</b>' });
    await ask(tsd.port, '/api/annotation', { method: 'POST', body });
    const shown = await get(`/q?${WINDOW}&m=sum:graph.load&global_annotations&svg`);
    expect(shown.text).toContain('&lt;b&gt;deploy&lt;/b&gt;');
    const hidden = await get(`/q?${WINDOW}&m=sum:graph.load&global_annotations&no_annotations&svg`);
    expect(hidden.text).not.toContain('deploy');
  });

  it('are answered to any verb, to HEAD without a body', async () => {
    expect(isPng((await ask(tsd.port, `/q?${WINDOW}&m=sum:graph.load&png`, { method: 'DELETE' })).body)).toBe(true);
    const head = await fetch(`http://127.0.0.1:${tsd.port}/q?${WINDOW}&m=sum:graph.load&png`, { method: 'HEAD' });
    expect([head.status, head.headers.get('content-type'), (await head.arrayBuffer()).byteLength]).toEqual([200, 'image/png', 0]);
  });
});

describe('the cache', () => {
  const figures = (text: string): unknown => (JSON.parse(text) as { cachehit?: unknown }).cachehit;

  it('answers the same question once more from disk, whatever the order of its parameters', async () => {
    const first = await get(`/q?${WINDOW}&m=sum:graph.load&title=cached&json`);
    const again = await get(`/q?title=cached&m=sum:graph.load&${WINDOW}&ignore=7&json`);
    expect([figures(first.text), figures(again.text)]).toEqual([undefined, 'disk']);
    expect(again.text).toMatch(/^\{"plotted":\d+,"timing":\d+,"cachehit":"disk","etags":\[\["host","dc"\]\],"points":\d+\}$/);
    expect(isPng((await get(`/q?${WINDOW}&m=sum:graph.load&title=cached&png`)).body)).toBe(true);
  });

  it('is not asked with nocache', async () => {
    await get(`/q?${WINDOW}&m=sum:graph.load&title=again&json`);
    expect(figures((await get(`/q?${WINDOW}&m=sum:graph.load&title=again&nocache&json`)).text)).toBeUndefined();
  });

  it('knows different questions apart', async () => {
    await get(`/q?${WINDOW}&m=sum:graph.load&title=one&json`);
    for (const other of ['title=two', 'title=one&title=two', 'title=one&nokey', 'ylabel=one']) {
      expect(figures((await get(`/q?${WINDOW}&m=sum:graph.load&${other}&json`)).text)).toBeUndefined();
    }
  });

  it('keeps files of its own only, in a directory that is closed to others', async () => {
    const stored = jest.spyOn(tsd.daemon.graphs.cache, 'store');
    await get(`/q?${WINDOW}&m=sum:graph.load&title=kept&ascii`);
    // lines are kept once they have been sent
    await until(() => stored.mock.calls.length > 0);
    await Promise.all(stored.mock.results.map(({ value }) => value as Promise<void>));
    stored.mockRestore();
    const directory = join(tsd.staticRoot, 'graphs');
    expect(statSync(directory).mode & 0o777).toBe(0o700);
    const files = readdirSync(directory);
    expect(new Set(files.map((name) => name.split('.')[1]))).toEqual(new Set(['png', 'svg', 'txt', 'json']));
    for (const name of files) {
      expect(name).toMatch(/^[0-9a-f]{64}\.(png|svg|txt|json)$/);
      expect(statSync(join(directory, name)).mode & 0o777).toBe(0o600);
    }
  });
});

describe('many series', () => {
  it('are drawn as far as they are the greatest, and the picture says so', async () => {
    const points = Array.from({ length: 130 }, (_none, i) => ({
      metric: 'graph.many',
      timestamp: 1500000000 + (i % 5) * 60,
      value: i,
      tags: { n: `n${i}` },
    }));
    await ask(tsd.port, '/api/put?sync', { method: 'POST', body: JSON.stringify(points) });
    const { text } = await get(`/q?${WINDOW}&m=sum:graph.many%7Bn=*%7D&wxh=1000x2400&key=out&svg`);
    expect(text).toContain('>The 100 of 130 series with the greatest values</text>');
    expect(text).toContain('graph.many{n=n129}');
    expect(text).toContain('graph.many{n=n30}');
    expect(text).not.toContain('graph.many{n=n29}');
    expect(JSON.parse((await get(`/q?${WINDOW}&m=sum:graph.many%7Bn=*%7D&json`)).text)).toMatchObject({ plotted: 130, points: 130 });
  });
});

describe('long answers', () => {
  const line = (i: number): string => `graph.long ${1500000000 + i} ${i % 10} host=a`;
  const asked = '/q?start=1500000000&end=1500003599&m=sum:graph.long&ascii';

  it('are sent as they are made, and kept', async () => {
    const points = Array.from({ length: 3600 }, (_none, i) => ({
      metric: 'graph.long',
      timestamp: 1500000000 + i,
      value: i % 10,
      tags: { host: 'a' },
    }));
    await ask(tsd.port, '/api/put?sync', { method: 'POST', body: JSON.stringify(points) });
    const wanted = `${points.map((_point, i) => line(i)).join('\n')}\n`;
    const made = await get(asked);
    expect([made.headers['transfer-encoding'], made.headers['content-type'], made.headers.age]).toEqual(['chunked', 'text/plain', '0']);
    expect(made.text).toBe(wanted);
    await until(async () => (await get(asked)).headers['content-length'] === String(wanted.length));
    expect((await get(asked)).text).toBe(wanted);
  });

  it('are never compressed, as the files of the original', async () => {
    const answer = await ask(tsd.port, `${asked}&nocache`, { headers: { 'Accept-Encoding': 'gzip' } });
    expect(answer.headers['content-encoding']).toBeUndefined();
  });
});

it.each([
  ['start=0&end=4294967296', 400, 'Invalid end time: 4294967296'],
  ['start=9999999990&end=9999999999', 400, 'Invalid start time: 9999999990'],
  ['start=1&end=99999999999999', 500, 'Invalid timestamp: 99999999999000'],
  ['start=1&end=9223372036854775807', 500, 'Invalid timestamp: 9223372036854776000'],
])('%s', async (times, status, err) => {
  const answer = await get(`/q?${times}&m=sum:graph.load&json`);
  expect([answer.status, JSON.parse(answer.text)]).toEqual([status, { err }]);
});

describe('faults while points are computed', () => {
  it('are the server’s, as in the original', async () => {
    const points = ['a', 'b'].map((host) => ({ metric: 'graph.huge', timestamp: 1500000000, value: '1.7e308', tags: { host } }));
    await ask(tsd.port, '/api/put?sync', { method: 'POST', body: JSON.stringify(points) });
    const answer = await get(`/q?${WINDOW}&m=sum:graph.huge&json`);
    expect([answer.status, answer.text]).toEqual([500, expect.stringContaining('Infinity')]);
  });
});

it('is counted', async () => {
  const requests = async (): Promise<number[]> => {
    const { text } = await get('/stats');
    const of = (cache: string): number =>
      Number(new RegExp(`^tsd\\.http\\.graph\\.requests \\d+ (\\d+) .*cache=${cache}`, 'm').exec(text)?.[1]);
    return [of('disk'), of('miss')];
  };
  const [disk, miss] = await requests();
  for (let i = 0; i < 3; i++) await get(`/q?${WINDOW}&m=sum:graph.load&title=counted&json`);
  expect(await requests()).toEqual([disk + 2, miss + 1]);
});
