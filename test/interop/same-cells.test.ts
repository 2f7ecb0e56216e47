import { describeWithHBase } from './support/needs';
import { OriginalTsd } from './support/original';
import { OurTsd } from './support/our-tsd';
import { BASE, BASE_END, lineOf, namesOf, samplePoints, type Point } from './support/points';
import { TestTables } from './support/tables';
import { eventually, TsdClient } from './support/tsd-client';

jest.setTimeout(120_000);

const SALT = { 'tsd.storage.salt.width': '1', 'tsd.storage.salt.buckets': '20' };
const WIDTH_4 = Object.fromEntries(['metric', 'tagk', 'tagv'].map((kind) => [`tsd.storage.uid.width.${kind}`, '4']));
const APPENDS = { 'tsd.storage.enable_appends': 'true' };

interface Layout {
  name: string;
  settings: Record<string, string>;
  /** Times of cells are the points' own. */
  timestamps?: boolean;
  appends?: boolean;
}

const LAYOUTS: Layout[] = [
  { name: 'unsalted, UIDs of 3 bytes', settings: {} },
  { name: 'salted', settings: SALT },
  { name: 'UIDs of 4 bytes', settings: WIDTH_4 },
  { name: 'salted, UIDs of 4 bytes', settings: { ...SALT, ...WIDTH_4 } },
  { name: 'appends', settings: APPENDS, appends: true },
  { name: 'appends, salted, UIDs of 4 bytes', settings: { ...APPENDS, ...SALT, ...WIDTH_4 }, appends: true },
  { name: 'times of cells from the points', settings: { 'tsd.storage.use_otsdb_timestamp': 'true' }, timestamps: true },
];

const BY_TELNET = [
  ...samplePoints('telnet'),
  // The same time as another kind of number: a second cell. No two of one kind, as the original keeps no order while it looks for a region.
  ...['1', '300', '1.5'].map((value): Point => ({ metric: 'telnet.kinds', timestamp: BASE + 10, value, tags: { host: 'web01' } })),
];
const BY_HTTP = [...samplePoints('http'), ...BY_TELNET.slice(-3).map((point) => ({ ...point, metric: 'http.kinds' }))];

/** Points that are written, one of them twice, and annotations. */
const WRITES = BY_TELNET.length + BY_HTTP.length + 1;
const ANNOTATIONS = 4;

/** The same calls in the same order to either TSD. */
async function load(client: TsdClient): Promise<void> {
  const { metric, tagk, tagv } = namesOf([...BY_TELNET, ...BY_HTTP]);
  // Not in the order of use: pairs of a key sort by UID, not by name.
  await client.assign('metric', metric.reverse());
  await client.assign('tagk', tagk.reverse());
  await client.assign('tagv', tagv.reverse());
  expect(await client.telnet(BY_TELNET.map(lineOf))).toBe('');
  for (let i = 0; i < BY_HTTP.length; i += 40) await client.call('/api/put', BY_HTTP.slice(i, i + 40));
  const tsuid = await tsuidOf(client, 'telnet.alone');
  // Written again, but only behind what is stored already, for the same reason.
  const [alone] = BY_TELNET.filter(({ metric }) => metric === 'telnet.alone');
  await client.telnet([lineOf({ ...alone, value: '43' })]);
  const custom = { owner: 'ops', dept: 'ünit', zone: '"quoted"\\' };
  await client.call('/api/annotation', {
    tsuid,
    startTime: BASE + 52,
    endTime: BASE + 60,
    description: 'seconds',
    notes: '\u0001/é',
    custom,
  });
  await client.call('/api/annotation', { tsuid, startTime: (BASE + 53) * 1000 + 7, description: 'milliseconds' });
  await client.call('/api/annotation', { tsuid, startTime: BASE + 801, description: 'divisible by 1000' });
  await client.call('/api/annotation', { startTime: BASE + 54, description: 'global' });
  await client.call('/api/annotation', { tsuid, startTime: BASE + 52, notes: 'changed' });
}

function tsuidOf(client: TsdClient, metric: string): Promise<string> {
  return eventually(async () => {
    const [{ tsuids }] = JSON.parse(await client.query(BASE, BASE_END, `none:${metric}`)) as { tsuids: string[] }[];
    return tsuids[0];
  });
}

const isAnnotation = (cell: string): boolean => / t:01([0-9a-f]{4}|[0-9a-f]{8}) = /.test(cell);

/** The points of an append cell; of any other, none. */
function appendedIn(cell: string): string[] {
  const [head, value] = cell.split(' = ');
  const entries: string[] = [];
  if (!head.endsWith(' t:050000')) return entries;
  for (let at = 0; at < value.length;) {
    const qualifier = value[at] === 'f' ? 8 : 4;
    const length = qualifier + 2 * ((parseInt(value[at + qualifier - 1], 16) & 7) + 1);
    entries.push(value.slice(at, at + length));
    at += length;
  }
  return entries;
}

/** An append cell with its entries sorted: the original keeps no order while it looks for a region. */
function sortAppended(cell: string): string {
  const entries = appendedIn(cell);
  return entries.length === 0 ? cell : `${cell.split(' = ')[0]} = ${entries.sort().join(' ')}`;
}

describeWithHBase('the same data, loaded by a Java TSD and by ours into tables of their own', (quorum) => {
  let tables: TestTables;
  beforeAll(async () => {
    tables = await TestTables.connect(quorum);
  });
  afterAll(() => tables.close());

  async function withBoth(index: number, { settings }: Layout, work: (java: TsdClient, ours: TsdClient) => Promise<void>): Promise<void> {
    const [javaPrefix, ourPrefix] = prefixes(index);
    const all = { 'tsd.storage.compaction.min_flush_threshold': '1000000', 'tsd.core.auto_create_metrics': 'true', ...settings };
    await Promise.all([tables.create(javaPrefix, settings), tables.create(ourPrefix, settings)]);
    const [original, daemon] = await Promise.all([
      OriginalTsd.start({ quorum, prefix: javaPrefix, settings: all }),
      OurTsd.start({ quorum, prefix: ourPrefix, settings: all }),
    ]);
    try {
      await work(new TsdClient(original.port), new TsdClient(daemon.port));
    } finally {
      await Promise.all([original.stop(), daemon.stop()]);
    }
  }
  const prefixes = (index: number): [string, string] => [`java${process.pid}_${index}_`, `ours${process.pid}_${index}_`];

  /** All of them, and the same. */
  async function expectSameCells(index: number, { timestamps = false, appends = false }: Layout): Promise<void> {
    const [javaPrefix, ourPrefix] = prefixes(index);
    const [javaCells, ourCells] = await Promise.all([javaPrefix, ourPrefix].map((prefix) => tables.cells(`${prefix}tsdb`, timestamps)));
    const points = javaCells.filter((cell) => !isAnnotation(cell));
    expect(javaCells.length - points.length).toBe(ANNOTATIONS);
    if (appends) expect(points.reduce((sum, cell) => sum + appendedIn(cell).length, 0)).toBe(WRITES);
    else expect(points).toHaveLength(WRITES - 1);
    expect(ourCells.map(sortAppended)).toEqual(javaCells.map(sortAppended));
  }

  LAYOUTS.forEach((layout, index) => {
    it(`is the same cells: ${layout.name}`, async () => {
      await withBoth(index, layout, async (java, ours) => {
        await Promise.all([load(java), load(ours)]);
        await eventually(() => expectSameCells(index, layout));
        const [javaUids, ourUids] = await Promise.all(prefixes(index).map((prefix) => tables.cells(`${prefix}tsdb-uid`)));
        expect(ourUids).toEqual(javaUids);
      });
    });
  });
});
