/** Endpoints whose work is not that of a put or a plain query. */
import net from 'node:net';
import { HISTOGRAM_SETTINGS, rollupSettings } from '../support/rollup-settings';
import { listOf, Victim, WITH_RECOVERY_MS } from './support/victim';

const MIB = 1024 * 1024;
const T = 1_600_000_000;
const SERIES = 200;
let victim: Victim;

const many = <T>(count: number, make: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));

beforeAll(async () => {
  victim = await Victim.start({
    ...rollupSettings(['1h'], { aggregators: ['sum', 'count', 'min', 'max'] }),
    ...HISTOGRAM_SETTINGS,
    'tsd.core.meta.enable_tsuid_tracking': 'true',
    'tsd.core.meta.enable_realtime_ts': 'true',
    'tsd.core.meta.enable_realtime_uid': 'true',
    'tsd.core.tree.enable_processing': 'true',
    'tsd.query.memory.bytes': String(48 * MIB),
  });
  await victim.put(many(SERIES, (i) => `f ${T} 1 h=x${i}`));
  await victim.put(many(20_000, (i) => `long ${T + i} ${i} h=x`));
  await victim.query({ queries: [{ aggregator: 'sum', metric: 'f' }] });
  await victim.calm();
});
afterAll(() => victim.stop());

const exp = (fields: object): string =>
  JSON.stringify({
    time: { start: String(T), end: String(T + 16_000_000), aggregator: 'sum', downsampler: { interval: '1s', aggregator: 'sum' } },
    filters: [{ id: 'f1', tags: [{ type: 'wildcard', tagk: 'h', filter: '*', groupBy: true }] }],
    metrics: [
      { id: 'a', metric: 'f', filter: 'f1', fillPolicy: { policy: 'zero' } },
      { id: 'b', metric: 'f', filter: 'f1', fillPolicy: { policy: 'zero' } },
    ],
    ...fields,
  });
const byName = (name: string): string => `${name}.${'x'.repeat(MIB)}`;

interface Attack {
  name: string;
  path: string;
  body?: () => string;
  method?: string;
  /** Any of them will do. */
  statuses: number[];
  says?: string;
}

const ATTACKS: Attack[] = [
  {
    name: 'exp: expressions of expressions',
    path: '/api/query/exp',
    body: () => exp({ expressions: many(250, (i) => ({ id: `e${i}x`, expr: i === 0 ? 'a + b' : `e${i - 1}x * e${i - 1}x + a` })) }),
    statuses: [200, 500],
  },
  {
    name: 'exp: expressions that hold more and more',
    path: '/api/query/exp',
    body: () =>
      exp({
        metrics: [{ id: 'a', metric: 'long' }],
        expressions: many(100, (i) => ({ id: `e${i}x`, expr: i === 0 ? 'a + a' : `e${i - 1}x + a` })),
      }),
    statuses: [200],
  },
  {
    name: 'exp: a long chain of operators',
    path: '/api/query/exp',
    body: () => exp({ expressions: [{ id: 'e1', expr: many(8000, () => 'a').join('+') }] }),
    statuses: [400],
    says: 'is nested deeper than 256 levels',
  },
  {
    name: 'exp: brackets',
    path: '/api/query/exp',
    body: () => exp({ expressions: [{ id: 'e1', expr: '('.repeat(8000) + 'a' + ')'.repeat(8000) }] }),
    statuses: [400],
    says: 'is nested deeper than 256 levels',
  },
  {
    name: 'exp: more metrics than elements of a list',
    path: '/api/query/exp',
    body: () => exp({ metrics: many(100_000, (i) => ({ id: `m${i}x`, metric: 'f' })) }),
    statuses: [413],
    says: 'elements in one list',
  },
  {
    name: 'exp: many metrics',
    path: '/api/query/exp',
    body: () => exp({ metrics: many(1000, (i) => ({ id: `m${i}x`, metric: 'f', filter: 'f1' })) }),
    statuses: [400],
    says: 'at most 256 are allowed',
  },
  {
    name: 'gexp: functions in functions',
    path: `/api/query/gexp?start=${T}&end=${T + 500_000}&exp=${'scale('.repeat(50)}sum:1s-sum-zero:f${',2)'.repeat(50)}`,
    statuses: [200],
  },
  {
    name: 'gexp: a moving average over everything',
    path: `/api/query/gexp?start=${T}&end=${T + 20_000}&exp=movingAverage(sum:long,'2000000000')`,
    statuses: [200, 400],
  },
  {
    name: 'gexp: a moving average over more than there is',
    path: `/api/query/gexp?start=${T}&end=${T + 500_000}&exp=movingAverage(sum:1s-sum-zero:f,2000000000)`,
    statuses: [200],
  },
  {
    name: 'gexp: a sum of as many series as there may be',
    path: `/api/query/gexp?start=${T}&end=${T + 500_000}&exp=sumSeries(${many(26, () => 'sum:1s-sum-zero:f').join(',')})`,
    statuses: [413],
    says: 'running queries hold more',
  },
  {
    name: 'last: many questions that look back for ever',
    path: '/api/query/last',
    body: () => JSON.stringify({ queries: many(20_000, () => ({ metric: 'f' })), backScan: 2_000_000_000, resolveNames: true }),
    statuses: [200, 400, 413],
  },
  {
    name: 'last: TSUIDs of nobody',
    path: '/api/query/last',
    body: () => JSON.stringify({ queries: [{ tsuids: many(2000, (i) => `000001000001${i.toString(16).padStart(6, '0')}`) }], backScan: 4 }),
    statuses: [200, 400, 413],
  },
  {
    name: 'lookup: many tags',
    path: '/api/search/lookup',
    body: () => JSON.stringify({ metric: 'f', tags: many(20_000, () => ({ key: 'h', value: '*' })), useMeta: false }),
    statuses: [200, 400, 413],
  },
  {
    name: 'lookup: of names of megabytes',
    path: '/api/search/lookup',
    body: () => JSON.stringify({ metric: byName('m'), tags: [{ key: byName('k'), value: byName('v') }] }),
    statuses: [404],
  },
  {
    name: 'trees: many rules',
    path: '/api/tree/rules',
    body: () => JSON.stringify(many(20_000, (i) => ({ treeId: 1, level: i, order: 0, type: 'METRIC' }))),
    statuses: [400, 404, 413],
  },
  {
    name: 'trees: a rule that would not end',
    path: '/api/tree/rule',
    body: () => JSON.stringify({ treeId: 1, level: 1, order: 0, type: 'METRIC', regex: `^(${'a?'.repeat(5000)})+$`, regexGroupIdx: 0 }),
    statuses: [200, 400, 404, 413],
  },
  {
    name: 'trees: many series to test',
    path: '/api/tree/test',
    body: () => JSON.stringify({ treeId: 1, tsuids: many(20_000, () => '000001000001000001').join(',') }),
    statuses: [200, 400, 404, 413],
  },
  {
    name: 'UID metadata of megabytes',
    path: '/api/uid/uidmeta',
    body: () =>
      JSON.stringify({
        type: 'metric',
        uid: '000001',
        description: byName('d'),
        custom: Object.fromEntries(many(15_000, (i) => [`k${i}`, 'v'])),
      }),
    statuses: [200, 304, 400, 404, 413],
  },
  {
    name: 'series metadata of megabytes',
    path: '/api/uid/tsmeta',
    body: () =>
      JSON.stringify({ tsuid: '000001000001000001', notes: byName('n'), custom: Object.fromEntries(many(15_000, (i) => [`k${i}`, 'v'])) }),
    statuses: [200, 304, 400, 404, 413],
  },
  {
    name: 'series metadata of all series',
    path: `/api/uid/tsmeta?m=${encodeURIComponent('f{h=*}')}&create=true`,
    method: 'POST',
    body: () => '',
    statuses: [500], // as the original: a wildcard is no name
  },
  { name: 'rollups: millions of empty points', path: '/api/rollup?details', body: () => listOf('{}', 20 * MIB), statuses: [413] },
  {
    name: 'rollups: intervals of megabytes',
    path: '/api/rollup?details',
    body: () =>
      JSON.stringify(
        many(20, () => ({ metric: 'f', timestamp: T, value: 1, tags: { h: 'x' }, interval: '1'.repeat(MIB / 2), aggregator: 'sum' })),
      ),
    statuses: [400, 413],
  },
  {
    name: 'histograms: a value of megabytes',
    path: '/api/histogram?details',
    body: () => JSON.stringify([{ metric: 'hg', timestamp: T, tags: { h: 'x' }, id: 42, value: 'A'.repeat(900_000) }]),
    statuses: [200],
  },
  {
    name: 'histograms: many buckets',
    path: '/api/histogram?details',
    body: () =>
      JSON.stringify([
        { metric: 'hg', timestamp: T, tags: { h: 'x' }, buckets: Object.fromEntries(many(40_000, (i) => [`${i},${i + 1}`, 1])) },
      ]),
    statuses: [200, 204, 400, 413],
  },
  {
    name: 'annotations: many of one hour',
    path: '/api/annotation/bulk',
    body: () => JSON.stringify(many(300, (i) => ({ startTime: T + (i % 3600), description: 'd'.repeat(500), notes: `${i}` }))),
    statuses: [200],
  },
  { name: 'annotations: all of them', path: '/api/annotations?start_time=1&end_time=2000000000', statuses: [200] },
  {
    name: 'annotations: those of a query',
    path: `/api/query?start=${T}&end=${T + 60}&m=none:f&global_annotations`,
    statuses: [200, 413],
  },
  {
    name: 'annotations: removed for many series',
    path: '/api/annotation/bulk',
    method: 'DELETE',
    body: () => JSON.stringify({ startTime: '1', tsuids: many(20_000, () => '000001000001000001') }),
    statuses: [200, 400, 413],
  },
];

test.each(ATTACKS)(
  '$name',
  async ({ path, body, method, statuses, says = '' }) => {
    const reply = body === undefined ? await victim.request(path) : await victim.post(path, body(), method);
    if (process.env.SHOW) console.log(path.slice(0, 60), reply.status, reply.text.slice(0, 200));
    expect(statuses).toContain(reply.status);
    expect(reply.text.slice(0, 400)).toContain(says);
    expect(await victim.damage()).toEqual([]);
  },
  120_000,
);

test('bad lines of telnet on many connections that read nothing', async () => {
  const sockets = many(50, () => {
    const socket = net.connect(victim.port, '127.0.0.1').on('error', () => {});
    socket.pause();
    for (let i = 0; i < 4; i++) socket.write(many(5000, (n) => ['put x', 'rollup x', 'histogram x', 'nothing'][n % 4]).join('\n') + '\n');
    return socket;
  });
  for (let i = 0; i < 20; i++) expect((await victim.request('/api/version')).status).toBe(200);
  expect(await victim.damage()).toEqual([]);
  for (const socket of sockets) socket.destroy();
});

test('finished questions are forgotten but for a part', async () => {
  for (let i = 0; i < 20; i++) {
    const [metric, tags] = [byName(`m${i}`), { [byName('k')]: byName('v') }];
    await victim.post('/api/query/last', JSON.stringify({ queries: [{ metric, tags }] }));
    await victim.post('/api/search/lookup', JSON.stringify({ metric, query: byName('q') }));
  }
  const { text } = await victim.request('/api/stats/query');
  expect(text.length).toBeLessThan(500_000);
  expect(await victim.damage()).toEqual([]);
}, 120_000);

test('afterwards its memory is back', () => victim.recovered(), WITH_RECOVERY_MS);
