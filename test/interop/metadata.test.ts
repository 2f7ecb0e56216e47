import { describeWithHBase } from './support/needs';
import { OriginalTsd, runOriginalTool } from './support/original';
import { OurTsd } from './support/our-tsd';
import { TestTables } from './support/tables';
import { eventually, TsdClient } from './support/tsd-client';

jest.setTimeout(180_000);

const TRACKING = {
  'tsd.core.auto_create_metrics': 'true',
  'tsd.core.meta.enable_tsuid_tracking': 'true',
  'tsd.core.meta.enable_realtime_ts': 'true',
  'tsd.core.meta.enable_realtime_uid': 'true',
  'tsd.core.meta.enable_tsuid_incrementing': 'true',
  'tsd.core.tree.enable_processing': 'true',
};
/** Counters that move with every write, and no more in the trees than the original has there. */
const OLD_WAY = { 'tsd.core.meta.counter.interval': '0', 'tsd.core.tree.store_collisions': 'false' };
const ROLES = ['tsdb-uid', 'tsdb-meta', 'tsdb-tree'];
const SERIES = ['000001000001000001', '000001000001000002'];
const BASE = 1_700_000_000;

const isMeta = (cell: string): boolean => /:(74735f6d657461|.*5f6d657461) /.test(cell);
/** Times of creation are the clock's. */
const masked = (cell: string): string => {
  const [head, value] = cell.split(' = ');
  if (!value.startsWith('7b')) return cell;
  const json = Buffer.from(value, 'hex')
    .toString('utf8')
    .replace(/"created":\d+/, '"created":0');
  // Of rules the original's order of members is the JVM's.
  const members = head.includes(Buffer.from('tree_rule:').toString('hex'))
    ? JSON.stringify(Object.entries(JSON.parse(json) as object).sort())
    : json;
  return `${head} = ${members}`;
};

/** The same calls in the same order to either TSD. */
async function load(client: TsdClient): Promise<void> {
  await client.assign('metric', ['sys.cpu']);
  await client.assign('tagk', ['host']);
  await client.assign('tagv', ['web01', 'web02']);
  // All of them: what is stored behind an edit would undo it.
  for (const which of ['uid=000001&type=metric', 'uid=000001&type=tagk', 'uid=000001&type=tagv', 'uid=000002&type=tagv'])
    await eventually(async () => {
      const { created } = JSON.parse(await client.call(`/api/uid/uidmeta?${which}`)) as { created: number };
      if (created === 0) throw new Error(`the metadata of ${which} are not stored yet`);
    });
  const custom = { owner: 'ops', dept: 'it', Aa: '1', BB: 'ünï 😀' };
  await client.call('/api/uid/uidmeta', { uid: '000001', type: 'metric', displayName: 'CPU "1"', custom });
  await client.call('/api/tree', { name: 'by host', enabled: 'true', storeFailures: 'true' });
  await client.call('/api/tree/rules', [
    { treeId: 1, level: 0, order: 0, type: 'METRIC_CUSTOM', field: 'x', customField: 'owner' },
    { treeId: 1, level: 1, order: 0, type: 'METRIC', separator: '\\.' },
    { treeId: 1, level: 2, order: 0, type: 'TAGK', field: 'host', regex: '(\\d+)$', displayFormat: '{tag_name} {value}' },
  ]);
  for (const host of ['web01', 'web02'])
    for (let i = 0; i < 3; i++) await client.call('/api/put?sync', { metric: 'sys.cpu', timestamp: BASE + i, value: i, tags: { host } });
  for (const tsuid of SERIES) {
    const counted = async (): Promise<void> => {
      const { totalDatapoints } = JSON.parse(await client.call(`/api/uid/tsmeta?tsuid=${tsuid}`)) as { totalDatapoints: number };
      if (totalDatapoints !== 3) throw new Error(`${totalDatapoints} points are counted`);
    };
    await eventually(counted);
  }
  // ops > sys > cpu, with both series in it.
  await eventually(async () => {
    const { leaves } = JSON.parse(await client.call('/api/tree/branch?branch=00010001AEB20001BECD000181A8')) as {
      leaves: unknown[] | null;
    };
    if (leaves?.length !== 2) throw new Error('the series are not placed yet');
  });
  await edit(client, 'first');
}

/** One edit of each kind, over what is stored. */
async function edit(client: TsdClient, notes: string): Promise<void> {
  await client.call('/api/uid/tsmeta', { tsuid: SERIES[0], notes, max: 1.5, custom: { k: notes } });
  await client.call('/api/uid/uidmeta', { uid: '000001', type: 'tagk', notes });
  await client.call('/api/tree', { treeId: '1', notes });
  await client.call('/api/tree/rule', { treeId: 1, level: 2, order: 0, notes });
}

describeWithHBase('metadata and trees', (quorum) => {
  let tables: TestTables;
  const [javaPrefix, ourPrefix] = [`javam${process.pid}_`, `oursm${process.pid}_`];
  beforeAll(async () => {
    tables = await TestTables.connect(quorum);
    await Promise.all([tables.create(javaPrefix), tables.create(ourPrefix)]);
  });
  afterAll(() => tables.close());

  const cells = async (prefix: string): Promise<string[]> => {
    const all = await Promise.all(ROLES.map((role) => tables.cells(`${prefix}${role}`)));
    return all.flat().map(masked);
  };

  it('are the same cells, and either TSD goes on from those of the other', async () => {
    const [original, daemon] = await Promise.all([
      OriginalTsd.start({ quorum, prefix: javaPrefix, settings: TRACKING }),
      OurTsd.start({ quorum, prefix: ourPrefix, settings: { ...TRACKING, ...OLD_WAY } }),
    ]);
    try {
      await Promise.all([load(new TsdClient(original.port)), load(new TsdClient(daemon.port))]);
      await eventually(async () => expect(await cells(ourPrefix)).toEqual(await cells(javaPrefix)));
      expect((await cells(ourPrefix)).filter(isMeta).length).toBeGreaterThan(5);
    } finally {
      await Promise.all([original.stop(), daemon.stop()]);
    }
    const [onOurs, onJavas] = await Promise.all([
      OriginalTsd.start({ quorum, prefix: ourPrefix, settings: TRACKING }),
      OurTsd.start({ quorum, prefix: javaPrefix, settings: { ...TRACKING, ...OLD_WAY } }),
    ]);
    try {
      await Promise.all([edit(new TsdClient(onOurs.port), 'second'), edit(new TsdClient(onJavas.port), 'second')]);
      await eventually(async () => expect(await cells(ourPrefix)).toEqual(await cells(javaPrefix)));
    } finally {
      await Promise.all([onOurs.stop(), onJavas.stop()]);
    }
  });

  it('are what the uid tool of the original finds in order', async () => {
    const before = await cells(ourPrefix);
    const { status } = runOriginalTool('uid', ['metasync'], { quorum, prefix: ourPrefix, settings: TRACKING });
    expect(status).toBe(0);
    expect(await cells(ourPrefix)).toEqual(before);
  });
});
