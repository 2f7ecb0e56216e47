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

/** An append cell with its entries sorted: the original keeps no order while it looks for a region. */
function sortAppended(cell: string): string {
  const [head, value] = cell.split(' = ');
  if (!head.endsWith(' t:050000')) return cell;
  const entries: string[] = [];
  for (let at = 0; at < value.length;) {
    const qualifier = value[at] === 'f' ? 8 : 4;
    const length = qualifier + 2 * ((parseInt(value[at + qualifier - 1], 16) & 7) + 1);
    entries.push(value.slice(at, at + length));
    at += length;
  }
  return `${head} = ${entries.sort().join(' ')}`;
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

  async function expectSameCells(index: number, timestamps: boolean): Promise<string[]> {
    const [javaPrefix, ourPrefix] = prefixes(index);
    const [javaCells, ourCells] = await Promise.all([javaPrefix, ourPrefix].map((prefix) => tables.cells(`${prefix}tsdb`, timestamps)));
    expect(ourCells.map(sortAppended)).toEqual(javaCells.map(sortAppended));
    return javaCells;
  }

  LAYOUTS.forEach((layout, index) => {
    const { name, timestamps = false, appends = false } = layout;
    it(`is the same cells: ${name}`, async () => {
      await withBoth(index, layout, async (java, ours) => {
        await Promise.all([load(java), load(ours)]);
        const cells = await eventually(() => expectSameCells(index, timestamps));
        const rows = new Set(cells.map((cell) => cell.split(' ')[0])).size;
        expect(cells.length).toBeGreaterThan(appends ? rows : 1500);
        const [javaUids, ourUids] = await Promise.all(prefixes(index).map((prefix) => tables.cells(`${prefix}tsdb-uid`)));
        expect(ourUids).toEqual(javaUids);
      });
    });
  });
});
