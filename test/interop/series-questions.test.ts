import { describeWithHBase } from './support/needs';
import { OriginalTsd } from './support/original';
import { OurTsd } from './support/our-tsd';
import { TestTables } from './support/tables';
import { eventually, TsdClient } from './support/tsd-client';

jest.setTimeout(120_000);

const SALT = { 'tsd.storage.salt.width': '1', 'tsd.storage.salt.buckets': '4' };
const COUNTING = { 'tsd.core.meta.enable_tsuid_tracking': 'true' };

/** Metrics and tags of a lookup. */
const LOOKUPS: [string | undefined, [string | null, string | null][]][] = [
  ['m.one', []],
  ['*', []],
  ['m.one', [['host', 'web01']]],
  ['m.one', [['host', '*']]],
  [
    'm.one',
    [
      ['host', 'web01'],
      ['host', 'web02'],
    ],
  ],
  [
    'm.one',
    [
      ['host', 'web01'],
      ['dc', 'lga'],
    ],
  ],
  ['m.one', [[null, 'lga']]],
  [undefined, [[null, 'lga']]],
  [undefined, [['dc', null]]],
  [
    '*',
    [
      ['*', 'lga'],
      ['*', 'web03'],
    ],
  ],
  ['m.none', []],
];

/** Each is answered in the same way in this hour and the next, which may begin between one TSD's answer and the other's. */
const LASTS = [
  'timeseries=m.one',
  'timeseries=m.one%7Bhost=web01%7D',
  'timeseries=m.one%7Bhost=web01,dc=lga%7D&back_scan=3',
  'timeseries=m.two%7Bhost=lga%7D&back_scan=3',
  'tsuids=000001000001000001000002000003,000002000001000003',
  'tsuids=000001000001000002000002000003&back_scan=2',
  'timeseries=m.two%7Bhost=lga%7D&back_scan=1',
];

describeWithHBase('which series there are, and their last points, on the tables of a Java TSD', (quorum) => {
  let tables: TestTables;
  beforeAll(async () => {
    tables = await TestTables.connect(quorum);
  });
  afterAll(() => tables.close());

  /** What both answer: results in a fixed order, since the original reads buckets of salt side by side. */
  async function expectSame(java: TsdClient, ours: TsdClient, path: string, body?: unknown): Promise<void> {
    const sorted = async (client: TsdClient): Promise<unknown> => {
      const { status, body: text } = await client.request(path, body);
      const answer = JSON.parse(text) as unknown[] | { results: unknown[]; time?: number };
      if (Array.isArray(answer)) return [status, answer.map((point) => JSON.stringify(point)).sort()];
      return [status, { ...answer, time: 0, results: answer.results.map((series) => JSON.stringify(series)).sort() }];
    };
    expect(await sorted(ours)).toEqual(await sorted(java));
  }

  it.each([
    ['unsalted', {}],
    ['salted', SALT],
  ])('are the same: %s', async (name, layout) => {
    const prefix = `series${process.pid}_${name}_`;
    const settings = { 'tsd.core.auto_create_metrics': 'true', ...COUNTING, ...layout };
    await tables.create(prefix, settings);
    const original = await OriginalTsd.start({ quorum, prefix, settings });
    const daemon = await OurTsd.start({ quorum, prefix, settings });
    try {
      const [java, ours] = [original, daemon].map(({ port }) => new TsdClient(port));
      await java.assign('metric', ['m.one', 'm.two', 'm.none']);
      await java.assign('tagk', ['host', 'dc']);
      await java.assign('tagv', ['web01', 'web02', 'lga', 'web03']);
      const hour = Math.floor(Date.now() / 3_600_000) * 3600;
      const point = (metric: string, timestamp: number, value: number, tags: object): object => ({ metric, timestamp, value, tags });
      await java.call('/api/put?sync', [
        point('m.one', hour, 1, { host: 'web01', dc: 'lga' }),
        point('m.one', hour - 3600, 2.5, { host: 'web01', dc: 'lga' }),
        point('m.one', hour - 3500, 3, { host: 'web02', dc: 'lga' }),
        point('m.one', hour + 1, 4, { host: 'web03' }),
        point('m.two', hour - 7000, 5, { host: 'lga' }),
        point('m.two', hour, 6, { host: 'web03' }),
      ]);
      await eventually(async () => {
        const { totalResults } = JSON.parse(await java.call('/api/search/lookup?m=*')) as { totalResults: number };
        if (totalResults < 5) throw new Error(`only ${totalResults} series were counted`);
      });
      for (const useMeta of [true, false]) {
        for (const [metric, tags] of LOOKUPS) {
          await expectSame(java, ours, '/api/search/lookup', {
            metric,
            tags: tags.map(([key, value]) => ({ key, value })),
            useMeta,
            limit: 0,
          });
        }
      }
      for (const question of LASTS) {
        await expectSame(java, ours, `/api/query/last?${question}`);
        await expectSame(java, ours, `/api/query/last?${question}&resolve`);
      }
    } finally {
      await Promise.all([original.stop(), daemon.stop()]);
    }
  });
});
