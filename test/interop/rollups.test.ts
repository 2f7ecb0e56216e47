import { HISTOGRAM_SETTINGS, rollupSettings } from '../support/rollup-settings';
import { describeWithHBase } from './support/needs';
import { OriginalTsd, runOriginalTool } from './support/original';
import { OurTsd } from './support/our-tsd';
import { TestTables } from './support/tables';
import { eventually, TsdClient } from './support/tsd-client';

jest.setTimeout(180_000);

const HOUR = 3600;
/** Midnight. */
const BASE = 1_699_920_000;
const ROLES = ['tsdb', 'tsdb-preagg', 'tsdb-rollup-1h', 'tsdb-agg-1h', 'tsdb-rollup-1d', 'tsdb-agg-1d'];

function settingsOf(prefix: string): Record<string, string> {
  return {
    'tsd.core.auto_create_metrics': 'true',
    'tsd.storage.enable_compaction': 'false',
    ...rollupSettings(['1h', '1d'], { aggregators: ['sum', 'count', 'min', 'max'], prefix }),
    ...HISTOGRAM_SETTINGS,
  };
}

const VALUES = [0, -1, 127, 128, -32_769, 2 ** 31, '9223372036854775807', 0.5, 0.1, 1e10, '3.141592653589793'];
const BLOB = 'AAE/gAAAQAAAAKwCAAI='; // 1 to 2: 300 values, two above

/** Raw points, rollups by the hour and the day, pre-aggregates, those by telnet, and histograms. */
const CELLS = 60 + 4 * VALUES.length + 3 + 2 + 6 + 4;

/** The same calls in the same order to either TSD. */
async function load(client: TsdClient): Promise<void> {
  await client.assign('metric', ['raw', 'rolled', 'told', 'latency']);
  await client.assign('tagk', ['host', '_aggregate', 'dc']);
  await client.assign('tagv', ['a', 'b', 'RAW', 'SUM', 'MAX', 'lga']);
  const raw = Array.from({ length: 60 }, (_, i) => ({ metric: 'raw', timestamp: BASE + i * 120, value: i, tags: { host: 'a' } }));
  await client.call('/api/put?sync', raw);
  const rolled = VALUES.flatMap((value, i) =>
    ['sum', 'count', 'min', 'max'].map((aggregator) => ({
      ...{ metric: 'rolled', timestamp: BASE + i * HOUR + (i % 3) * 61, value: aggregator === 'count' ? i + 1 : value },
      ...{ tags: { host: i % 2 === 0 ? 'a' : 'b' }, interval: '1h', aggregator },
    })),
  );
  await client.call('/api/rollup?sync', rolled);
  const daily = [0, 1, 31].map((day) => ({ metric: 'rolled', timestamp: BASE + day * 24 * HOUR, value: day + 0.25, tags: { host: 'a' } }));
  await client.call(
    '/api/rollup?sync',
    daily.map((point) => ({ ...point, interval: '1d', aggregator: 'sum' })),
  );
  const grouped = { metric: 'rolled', timestamp: BASE + HOUR, value: 7, tags: { dc: 'lga' } };
  await client.call('/api/rollup?sync', [
    { ...grouped, interval: '1h', aggregator: 'max', groupByAggregator: 'max' },
    { ...grouped, groupByAggregator: 'SUM' },
  ]);
  const lines = ['1h-sum', '1h-count', '1h-max:sum', 'sum', '1d-min'].map(
    (what, i) => `rollup ${what} told ${BASE + HOUR} ${i + 0.5} host=a`,
  );
  expect(await client.telnet([...lines, `rollup 1h-min told ${BASE + HOUR} 4 host=b`])).toBe('');
  const histogram = { metric: 'latency', tags: { host: 'a' } };
  await client.call('/api/histogram?sync', [
    { ...histogram, timestamp: BASE + 60, buckets: { '0,1': 5, '1,2.5': 300 }, underflow: 1, overflow: 2 },
    // In a row of its own: where both kinds of times are in one, the original mixes them up.
    { ...histogram, timestamp: (BASE + HOUR + 90) * 1000 + 250, id: 42, value: BLOB },
  ]);
  expect(await client.telnet([`histogram latency ${BASE + 120} 0,1=5:1,2=70000:u=3:o=4 host=b`])).toBe('');
  expect(await client.telnet([`histogram latency ${BASE + 180} 42 ${BLOB} host=b`])).toBe('');
}

const QUESTIONS = [
  ...['sum', 'avg', 'min', 'max', 'count'].map((how) => `none:1h-${how}:rolled{host=*}`),
  'sum:1d-sum:rolled',
  'none:1h-max:pre-agg:rolled',
  'sum:pre-agg:rolled{_aggregate=SUM}',
  'none:1h-sum:rollup_raw:raw',
  'none:1h-sum:told',
  'none:1h-max:pre-agg:told',
  'sum:1m-sum:percentiles[50,99.9]:latency',
  'none:show-histogram-buckets:latency',
];

describeWithHBase('rollups and histograms', (quorum) => {
  let tables: TestTables;
  const [javas, ours] = [`javar${process.pid}_`, `oursr${process.pid}_`];
  beforeAll(async () => {
    tables = await TestTables.connect(quorum);
    await Promise.all([javas, ours].map((prefix) => tables.create(prefix, settingsOf(prefix))));
  });
  afterAll(() => tables.close());

  const cells = async (prefix: string): Promise<string[]> =>
    (await Promise.all(ROLES.map(async (role) => (await tables.cells(`${prefix}${role}`)).map((cell) => `${role} ${cell}`)))).flat();

  /** The answers of a TSD; of histograms series may come in any order. */
  async function answers(port: number): Promise<unknown[]> {
    const client = new TsdClient(port);
    const found: unknown[] = [];
    for (const question of QUESTIONS) {
      const series = JSON.parse(await client.query(BASE, BASE + 40 * 24 * HOUR, question)) as unknown[];
      expect(series.length).toBeGreaterThan(0);
      found.push([question, series.map((one) => JSON.stringify(one)).sort()]);
    }
    return found;
  }

  it('are the same cells, and each TSD reads what the other one wrote', async () => {
    const startJavas = (prefix: string): Promise<OriginalTsd> => OriginalTsd.start({ quorum, prefix, settings: settingsOf(prefix) });
    const startOurs = (prefix: string): Promise<OurTsd> => OurTsd.start({ quorum, prefix, settings: settingsOf(prefix) });
    let [original, daemon] = await Promise.all([startJavas(javas), startOurs(ours)]);
    let expected: unknown[];
    try {
      await Promise.all([load(new TsdClient(original.port)), load(new TsdClient(daemon.port))]);
      // All of them: what is written last waits for its batch in either TSD.
      await eventually(async () => {
        const found = await cells(javas);
        expect(found).toHaveLength(CELLS);
        expect(await cells(ours)).toEqual(found);
      });
      expected = await answers(original.port);
      expect(await answers(daemon.port)).toEqual(expected);
    } finally {
      await Promise.all([original.stop(), daemon.stop()]);
    }
    [original, daemon] = await Promise.all([startJavas(ours), startOurs(javas)]);
    try {
      expect(await answers(original.port)).toEqual(expected);
      expect(await answers(daemon.port)).toEqual(expected);
    } finally {
      await Promise.all([original.stop(), daemon.stop()]);
    }
  });

  it("are what the original's Fsck says the same of, whoever wrote them", () => {
    const [own, other] = [javas, ours].map((prefix) => {
      const { status, stdout, stderr } = runOriginalTool('fsck', ['--full-scan', '--threads=1'], {
        quorum,
        prefix,
        settings: settingsOf(prefix),
      });
      expect(status).toBe(0);
      return (stdout + stderr).match(/(Key Values Processed|Rows Processed|Valid Datapoints|Total Errors|Unknown Objects|Bad Key): \d+/g);
    });
    expect(own).toContain('Valid Datapoints: 60');
    expect(other).toEqual(own);
  });
});
