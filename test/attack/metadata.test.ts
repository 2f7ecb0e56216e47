/** Trees with rules, places and leaves beyond all bounds, and metadata that every series tells again. */
import { until } from '../support/until';
import { listOf, Victim, WITH_RECOVERY_MS } from './support/victim';

const T = 1_600_000_000;
const SERIES = 3000;
/** What a request may take to be gathered. */
const LARGE = 16 * 1024 * 1024;
let victim: Victim;

const many = <T>(count: number, make: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));
const hex = (id: number): string => id.toString(16).toUpperCase().padStart(6, '0');
const tsuid = (i: number): string => `000001000001${hex(i + 1)}`;
const post = (path: string, body: object): Promise<{ status: number; text: string }> => victim.post(path, JSON.stringify(body));

beforeAll(async () => {
  victim = await Victim.start({
    'tsd.core.meta.enable_tsuid_tracking': 'true',
    'tsd.core.meta.enable_realtime_ts': 'true',
    'tsd.core.tree.enable_processing': 'true',
  });
  for (let from = 0; from < SERIES; from += 1000) await victim.put(many(1000, (i) => `m ${T} 1 h=${'a'.repeat(100)}${from + i}`));
  await until(async () => (await victim.request(`/api/uid/tsmeta?tsuid=${tsuid(SERIES - 1)}`)).status === 200);
  await victim.calm();
});
afterAll(() => victim.stop());

/** A new tree with rules. @returns its number */
async function tree(enabled: boolean, ...rules: object[]): Promise<number> {
  const { text } = await post('/api/tree', { name: 't', enabled: String(enabled), storeFailures: 'true' });
  const { treeId } = JSON.parse(text) as { treeId: number };
  expect(
    (
      await post(
        '/api/tree/rules',
        rules.map((rule, level) => ({ treeId, level, order: 0, ...rule })),
      )
    ).status,
  ).toBe(204);
  return treeId;
}

test('an answer in which every series shows the leaves of all', async () => {
  const treeId = await tree(false, { type: 'TAGK', field: 'h' });
  const asked = many(SERIES, tsuid);
  const { status } = await post('/api/tree/test', { treeId, tsuids: asked });
  expect(status).toBe(200);
  const few = JSON.parse((await post('/api/tree/test', { treeId, tsuids: asked.slice(0, 50) })).text) as Record<string, { branch: object }>;
  expect(Object.keys(few)).toHaveLength(50);
  for (const { branch } of Object.values(few)) expect(branch).toMatchObject({ displayName: 'ROOT' });
  expect(await victim.damage()).toEqual([]);
});

test.each([
  [
    'levels',
    { custom: { c: 'a.'.repeat(30_000) } },
    { type: 'METRIC_CUSTOM', field: 'x', customField: 'c', separator: '\\.' },
    'Not placed: ',
  ],
  ['characters', { custom: { c: 'a'.repeat(60_000) } }, { type: 'METRIC_CUSTOM', field: 'x', customField: 'c' }, 'Not placed: names of'],
  ['work', {}, { type: 'TAGK', field: 'h', regex: '(?:.?){400}(?:.?){400}(b)' }, 'Not placed: the regular expressions'],
])('a tree whose rules make too many %s', async (_what, metadata, rule, why) => {
  expect((await post('/api/uid/uidmeta', { type: 'metric', uid: hex(1), ...metadata, notes: why })).status).toBe(200);
  const treeId = await tree(true, rule, { type: 'TAGK', field: 'h' });
  const { status, text } = await post('/api/tree/test', { treeId, tsuids: many(30, tsuid) });
  expect(status).toBe(200);
  expect(text).toContain(why);
  // New series grow nowhere, and nobody waits for them.
  await victim.put(many(50, (i) => `m ${T} 1 h=${treeId}.${i}`));
  expect(await victim.damage()).toEqual([]);
});

test('rules, patterns and trees beyond what there may be are refused', async () => {
  const treeId = await tree(false, { type: 'METRIC' });
  const rules = (count: number, more: object): object[] => many(count, (order) => ({ treeId, level: 1, order, type: 'METRIC', ...more }));
  for (const [body, message] of [
    [rules(10_000, {}), 'Tree too large'],
    [rules(1000, { regex: `(${'a'.repeat(1000)})` }), 'Too many regular expressions'],
    [rules(10, { notes: 'n'.repeat(200_000) }), 'Tree too large'],
  ] as const) {
    const { status, text } = await post('/api/tree/rules', body);
    expect([status, text]).toEqual([413, expect.stringContaining(message)]);
  }
  for (const name of ['a', 'b']) expect((await post('/api/tree', { name, notes: 'n'.repeat(2_000_000) })).status).toBe(413);
  expect(await victim.damage()).toEqual([]);
});

test('the definitions of all trees, when they are more than an answer may hold', async () => {
  for (let i = 0; i < 20; i++) expect((await post('/api/tree', { name: 'large', notes: 'n'.repeat(900_000) })).status).toBe(200);
  const { status, text } = await victim.request('/api/tree');
  expect([status, text]).toEqual([413, expect.stringContaining(`It takes more than the ${LARGE} bytes allowed`)]);
  expect(await victim.damage()).toEqual([]);
});

test('metadata of one name in those of all its series', async () => {
  const custom = Object.fromEntries(many(600, (i) => [`k${i}`, 'v'.repeat(80)]));
  await victim.put(many(300, (i) => `listed ${T} 1 h=x${i}`));
  await until(async () => (await victim.request('/api/uid/tsmeta?m=listed{h=x299}'.replace(/[{}]/g, encodeURIComponent))).text.length > 2);
  const { text } = await victim.request('/api/uid/tsmeta?m=listed');
  const [{ metric }] = JSON.parse(text) as [{ metric: { uid: string } }];
  expect((await post('/api/uid/uidmeta', { type: 'metric', uid: metric.uid, custom })).status).toBe(200);
  const lists = await Promise.all(many(20, () => victim.request('/api/uid/tsmeta?m=listed')));
  expect(new Set(lists.map(({ status }) => status))).toEqual(new Set([200]));
  expect(await victim.damage()).toEqual([]);
});

test('metadata that are too large are refused', async () => {
  const custom = Object.fromEntries(many(15_000, (i) => [`k${i}`, 'v'.repeat(100)]));
  for (const [path, body] of [
    ['/api/uid/uidmeta', { type: 'metric', uid: hex(1), custom }],
    ['/api/uid/tsmeta', { tsuid: tsuid(0), custom }],
    ['/api/uid/tsmeta', { tsuid: tsuid(0), notes: listOf('"', 100_000) }],
  ] as const) {
    const { status, text } = await post(path, body);
    expect([status, text]).toEqual([413, expect.stringContaining('Metadata too large')]);
  }
  expect(await victim.damage()).toEqual([]);
});

test('afterwards its memory is back', () => victim.recovered(), WITH_RECOVERY_MS);
