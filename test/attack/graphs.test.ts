import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '../support/until';
import { textIfThere, Victim, WITH_RECOVERY_MS } from './support/victim';

const T = 1_600_000_000;
const WINDOW = `start=${T}&end=${T + 3600}`;
let victim: Victim;

beforeAll(async () => {
  victim = await Victim.start({ 'tsd.http.graph.threads': '2', 'tsd.http.graph.queue': '5', 'tsd.http.graph.cache.bytes': '2000000' });
  await victim.put(Array.from({ length: 600 }, (_none, i) => `g ${T + i * 6} ${(i * 7) % 100} h=x${i % 3}`));
  for (let from = 0; from < 10_000; from += 2_500) {
    await victim.put(Array.from({ length: 2_500 }, (_none, i) => `many ${T + (i % 100)} ${from + i} h=s${from + i}`));
  }
  await victim.request(`/q?${WINDOW}&m=sum:g&png`);
  await victim.request(`/q?${WINDOW}&m=sum:g&ascii`);
  await victim.request(`/q?${WINDOW}&m=sum:many%7Bh=*%7D&wxh=2000x2000&svg`);
  await victim.calm();
});
afterAll(() => victim.stop());

const MARK = 'pwned7f3a';
/** Values that mean something to a shell, to gnuplot, to a browser, to a file system or to nobody. */
const HOSTILE = [
  `\`touch ${MARK}\``,
  `$(touch ${MARK})`,
  `; touch ${MARK};`,
  `| touch ${MARK}`,
  `& touch ${MARK}`,
  `> ${MARK}`,
  `[33:system('touch ${MARK}')]`,
  `[0:10]; system "touch ${MARK}"`,
  `"; set output "${MARK}"; "`,
  `a"\nset terminal dumb\n!touch ${MARK}`,
  `\\"${MARK}`,
  `<script>${MARK}</script>`,
  `<img src=x onerror=${MARK}>`,
  `"><svg onload=${MARK}>`,
  `../../${MARK}\u0000`,
  `${MARK}\u0000`,
  `${MARK}\r\nSet-Cookie: a=b`,
  `${MARK}\u2028`,
  `%60${MARK}%60`,
  `%2560${MARK}`,
  `%00${MARK}`,
  `%0a${MARK}`,
  `{"${MARK}":1}'`,
  `＄（${MARK}）`,
  `${MARK}'`,
];
const PARAMETERS = [
  'wxh',
  'yrange',
  'y2range',
  'ylabel',
  'y2label',
  'title',
  'yformat',
  'y2format',
  'xformat',
  'key',
  'bgcolor',
  'fgcolor',
  'smooth',
  'style',
  'ylog',
  'y2log',
  'nokey',
  'o',
];

/** All that the daemon keeps beside its store. */
function kept(): { names: string[]; contents: string } {
  const names: string[] = [];
  let contents = '';
  const look = (directory: string): void => {
    for (const name of readdirSync(directory)) {
      const path = join(directory, name);
      names.push(path);
      const found = statSync(path, { throwIfNoEntry: false });
      if (found?.isDirectory() === true) look(path);
      else contents += textIfThere(path) ?? '';
    }
  };
  look(join(victim.directory, 'graphs'));
  return { names, contents };
}

describe.each(PARAMETERS)('%s', (name) => {
  test.each(['json', 'png', 'ascii'])('takes nothing hostile (%s)', async (form) => {
    for (const value of HOSTILE) {
      for (const sent of [`${name}=${encodeURIComponent(value)}`, `${name}=${encodeURIComponent(value)}&${name}=`]) {
        const { status, text } = await victim.request(`/q?${WINDOW}&m=sum:g&${sent}&${form}`);
        expect([value, status]).toEqual([value, 400]);
        if (form === 'json') expect(JSON.parse(text)).toEqual({ err: expect.any(String) });
        else expect(text).not.toMatch(/<script|<img src=x|<svg/);
      }
    }
  });
});

test('a query with hostile texts leaves nothing behind', async () => {
  for (const value of HOSTILE) {
    const text = encodeURIComponent(value);
    for (const query of [
      `start=${text}&m=sum:g`,
      `${WINDOW}&m=${text}`,
      `${WINDOW}&m=sum:${text}`,
      `${WINDOW}&m=sum:g%7Bh=${text}%7D`,
      `${WINDOW}&tz=${text}&m=sum:g&title=x`,
    ]) {
      await victim.request(`/q?${query}&png`);
      await victim.request(`/q?${query}&json`);
    }
    const { text: page } = await victim.request(`/q?${WINDOW}&title=${value.replace(/[^\x21-\x7e]/g, '')}`);
    expect(page).not.toMatch(/<script|<img src=x|<svg/);
  }
});

test('nothing of all that is in a name, a file or a process', () => {
  const { names, contents } = kept();
  expect(names.length).toBeGreaterThan(0);
  for (const name of names) expect(name).toMatch(/\/graphs\/[0-9a-f]{64}\.(png|svg|txt|json)$/);
  expect(contents).not.toContain(MARK);
  expect(readdirSync(victim.directory)).not.toContain(MARK);
  expect(victim.processes()).toEqual([]);
});

test('huge sizes are refused', async () => {
  for (const size of ['4097x100', '100x4097', '32767x32767', '99999x99999', '9'.repeat(5000) + 'x1']) {
    expect((await victim.request(`/q?${WINDOW}&m=sum:g&wxh=${size}&json`)).status).toBe(400);
  }
  expect(await victim.damage()).toEqual([]);
});

test('the largest pictures of the most series', async () => {
  for (const style of ['linespoint', 'stacked', 'points', 'circles']) {
    expect((await victim.request(`/q?${WINDOW}&m=none:many&wxh=4096x4096&style=${style}&png`)).status).toBe(200);
  }
  const { text } = await victim.request(`/q?${WINDOW}&m=none:many&wxh=1000x600&svg`);
  expect(text).toContain('The 100 of 10000 series with the greatest values');
  expect(await victim.damage()).toEqual([]);
});

test('a flood of pictures: some are drawn, the others are told so, and everybody else is served', async () => {
  let done = false;
  const flood = Promise.all(
    Array.from({ length: 300 }, (_none, i) => victim.request(`/q?${WINDOW}&m=sum:g%7Bh=*%7D&wxh=2000x1500&smooth=bezier&title=n${i}&json`)),
  ).finally(() => (done = true));
  while (!done) expect((await victim.request('/api/version')).status).toBe(200);
  const replies = await flood;
  const drawn = replies.filter(({ status }) => status === 200);
  const refused = replies.filter(({ status }) => status === 500);
  expect(drawn.length).toBeGreaterThan(5);
  expect(drawn.length + refused.length).toBe(300);
  for (const { text } of refused) expect(text).toBe('{"err":"Too many requests pending, please try again later"}');
  expect(await victim.damage()).toEqual([]);
});

test('clients that go away while their pictures are drawn', async () => {
  await Promise.all(
    Array.from({ length: 50 }, async (_none, i) => {
      const gone = new AbortController();
      const asked = fetch(`http://127.0.0.1:${victim.port}/q?${WINDOW}&m=sum:g&wxh=3000x2000&title=gone${i}&png`, {
        signal: gone.signal,
      }).catch(() => {});
      setTimeout(() => gone.abort(), i);
      await asked;
    }),
  );
  await until(async () => (await victim.request(`/q?${WINDOW}&m=sum:g&title=stayed&json`)).status === 200);
  expect(await victim.damage()).toEqual([]);
});

test('what is kept comes to stay within its bounds', async () => {
  const bytes = (): number => kept().names.reduce((sum, name) => sum + (statSync(name, { throwIfNoEntry: false })?.size ?? 0), 0);
  await until(() => bytes() < 2_300_000);
});

test('afterwards its memory is back', () => victim.recovered(), WITH_RECOVERY_MS);
