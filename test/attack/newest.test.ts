/** Many names, long lists of values, and what a burst of points leaves behind. */
import net from 'node:net';
import { Victim, WITH_RECOVERY_MS } from './support/victim';

const T = 1_600_000_000;
const VALUES = 1000;
/** As many as a filter may have. */
const MOST_LITERALS = 32_768;

const values = (prefix: string, count: number, from = 0): string =>
  Array.from({ length: count }, (_, i) => `${prefix}${from + i}`).join('|');

/** Sends lines and resolves with what was said when all of them are done. */
function telnet(port: number, lines: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(port, '127.0.0.1').on('error', reject);
    let said = '';
    socket.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (!said.includes('Built on')) return;
      socket.destroy();
      resolve(said.slice(0, said.indexOf('net.opentsdb')));
    });
    socket.write(`${lines.join('\n')}\nversion\n`);
  });
}

describe('long lists of values', () => {
  let victim: Victim;
  const filter = (key: string, type = 'literal_or'): object => ({ type, tagk: key, filter: values(key, VALUES), groupBy: false });

  beforeAll(async () => {
    victim = await Victim.start();
    const series = (i: number): string => `k ${T} 1 a=a${i} b=b${i} c=c${i}`;
    await victim.put(Array.from({ length: VALUES }, (_, i) => series(i)));
    await victim.query({ queries: [{ aggregator: 'sum', metric: 'k', filters: [filter('a')] }] });
    await victim.calm();
  });
  afterAll(() => victim.stop());

  test.each([
    ['a thousand million combinations', { filters: [filter('a'), filter('b'), filter('c')] }, VALUES],
    ['the same with no other tags', { filters: [filter('a'), filter('b'), filter('c')], explicitTags: true }, null],
    ['the same without regard to case', { filters: ['a', 'b', 'c'].map((key) => filter(key, 'iliteral_or')) }, VALUES],
    ['all but them', { filters: [filter('a'), filter('b', 'not_literal_or')] }, 0],
  ])('%s', async (_, which, series) => {
    const { status, text } = await victim.query({ queries: [{ aggregator: 'sum', metric: 'k', ...which }] });
    expect(status).toBe(200);
    const sum = Object.values((JSON.parse(text) as { dps: Record<string, number> }[])[0]?.dps ?? { none: 0 })[0];
    if (series !== null) expect(sum).toBe(series);
    expect(await victim.damage()).toEqual([]);
  });

  test(
    'dozens of queries at once, each with as many values as a filter may have',
    async () => {
      const ask = (i: number) =>
        victim.query({
          queries: [
            {
              aggregator: 'sum',
              metric: 'k',
              filters: [{ type: 'literal_or', tagk: 'a', filter: values('a', MOST_LITERALS, i), groupBy: true }],
            },
          ],
        });
      const replies = await Promise.all(Array.from({ length: 60 }, (_, i) => ask(i)));
      expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([200]));
      expect(await victim.damage()).toEqual([]);
      await victim.recovered();
    },
    WITH_RECOVERY_MS,
  );
});

test(
  'thousands of long annotations of one hour, written and found',
  async () => {
    const BULK = 500;
    const COUNT = 3000;
    const hour = T - (T % 3600);
    const victim = await Victim.start({ 'tsd.search.enable': 'true' });
    try {
      for (let from = 0; from < COUNT; from += BULK) {
        const notes = Array.from({ length: BULK }, (_, i) => ({ startTime: hour + from + i, description: `note${from + i} `.repeat(300) }));
        expect((await victim.post('/api/annotation/bulk', JSON.stringify(notes))).status).toBe(200);
      }
      const asked = await Promise.all(
        Array.from({ length: 8 }, (_, i) => victim.post('/api/search/annotation', JSON.stringify({ query: `note${i}*`, limit: 10_000 }))),
      );
      expect(new Set(asked.map(({ status }) => status))).toEqual(new Set([200]));
      expect(await victim.damage()).toEqual([]);
      await victim.recovered();
    } finally {
      await victim.stop();
    }
  },
  WITH_RECOVERY_MS,
);

describe('a flood', () => {
  let victim: Victim;
  beforeEach(async () => {
    victim = await Victim.start();
    await victim.put([`burst ${T} 0 h=x0`]);
    await victim.calm();
  });
  afterEach(() => victim.stop());

  test(
    'of new metrics, by several clients, most of them the same',
    async () => {
      const NAMES = 20_000;
      const lines = Array.from({ length: NAMES }, (_, i) => `put flood.${i} ${T} ${i} key${i % 50}=value${i}`);
      const said = await Promise.all([lines, lines, lines.slice().reverse()].map((all) => telnet(victim.port, all)));
      expect(said).toEqual(['', '', '']);
      expect(await victim.damage()).toEqual([]);
      expect((await victim.request(`/api/suggest?type=metrics&q=flood.&max=${2 * NAMES}`)).text.split(',')).toHaveLength(NAMES);
      const last = await victim.query({ queries: [{ aggregator: 'sum', metric: `flood.${NAMES - 1}` }] });
      expect(JSON.parse(last.text)).toMatchObject([{ dps: { [T]: NAMES - 1 } }]);
      await victim.recovered();
    },
    WITH_RECOVERY_MS,
  );

  test(
    'of points in hundreds of thousands of rows is put away when it is over',
    async () => {
      const ROWS_A_SERIES = 10_000;
      const series = (h: number): string[] =>
        Array.from({ length: ROWS_A_SERIES }, (_, i) => `put burst ${1_000_000_000 + 3600 * i} ${i} h=x${h}`);
      for (let h = 0; h < 40; h += 4) await Promise.all([h, h + 1, h + 2, h + 3].map((one) => telnet(victim.port, series(one))));
      expect(await victim.damage()).toEqual([]);
      await victim.recovered();
      const { text } = await victim.request('/api/query?start=1&end=2000000000&m=sum:0all-count:burst');
      expect(Object.values((JSON.parse(text) as { dps: Record<string, number> }[])[0].dps)).toEqual([40 * ROWS_A_SERIES + 1]);
    },
    WITH_RECOVERY_MS,
  );
});
