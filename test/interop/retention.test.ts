import { describeWithHBase } from './support/needs';
import { runOriginalTool } from './support/original';
import { runOurTool, type ToolOptions } from './support/our-tool';
import { OurTsd } from './support/our-tsd';
import { TestTables } from './support/tables';
import { TsdClient } from './support/tsd-client';

jest.setTimeout(240_000);

const HOUR = 3600;
const OLD = 1_577_836_800;
/** UIDs, in the order in which the names are assigned. */
const [SYS, LIVE] = [2, 4];
const LAYOUTS: Record<string, Record<string, string>> = {
  unsalted: {},
  salted: { 'tsd.storage.salt.width': '1', 'tsd.storage.salt.buckets': '4' },
};

describeWithHBase('prune and uid unused beside a daemon', (quorum) => {
  let tables: TestTables;
  beforeAll(async () => {
    tables = await TestTables.connect(quorum);
  });
  afterAll(() => tables.close());

  it.each(Object.entries(LAYOUTS))('%s', async (name, layout) => {
    const prefix = `retention${process.pid}_${name}_`;
    const options: ToolOptions = { quorum, prefix, settings: layout };
    await tables.create(prefix, layout);
    const daemon = await OurTsd.start({ quorum, prefix, settings: { ...layout, 'tsd.core.auto_create_metrics': 'true' } });
    try {
      const client = new TsdClient(daemon.port);
      const now = Math.floor(Date.now() / 1000);
      const hosts = Array.from({ length: 20 }, (_, i) => `h${i}`);
      const points = (metric: string, times: readonly number[]): object[] =>
        hosts.flatMap((host) => times.map((timestamp) => ({ metric, timestamp, value: 1, tags: { host } })));
      await client.assign('metric', ['app.a', 'sys.b', 'app.gone', 'sys.live']);
      await client.assign('tagk', ['host', 'rack']);
      await client.assign('tagv', [...hosts, 'r1']);
      const past = [OLD, OLD + HOUR, OLD + 2 * HOUR];
      await client.call('/api/put?sync', [...points('app.a', [...past, now]), ...points('sys.b', [...past, now])]);
      await client.call(
        '/api/put?sync',
        points('app.gone', past).map((point) => ({ ...point, tags: { rack: 'r1' } })),
      );
      const keep = (await tables.cells(`${prefix}tsdb`)).filter((cell) => {
        const { metric, time } = partsOf(cell, layout);
        return metric === SYS || time > OLD + 3 * HOUR;
      });
      expect(keep).toHaveLength(hosts.length * 5);

      const shown = await runOurTool(['prune', '--older-than=365d', '--metric=app.*'], options);
      expect(shown).toMatchObject({ code: 0, stderr: '' });
      expect(shown.stdout).toMatch(/^app\.a: 60 in \S+\napp\.gone: 3 in \S+\n63 rows of 2 metrics are older than /);
      const written = writeOn(client, now);
      const pruned = await runOurTool(['prune', '--older-than=365d', '--metric=app.*', '--delete'], options);
      expect(pruned).toMatchObject({ code: 0, stderr: '' });
      expect(await written()).toBeGreaterThan(0);
      const left = (await tables.cells(`${prefix}tsdb`)).filter((cell) => partsOf(cell, layout).metric !== LIVE);
      expect(left).toEqual(keep);

      const unused = ['uid', 'unused', '--min-age=1ms'];
      const listed = await runOurTool(unused, options);
      expect(listed).toMatchObject({ code: 0, stdout: 'tagk rack: [0, 0, 2]\nmetrics app.gone: [0, 0, 3]\ntagv r1: [0, 0, 21]\n' });
      expect((await runOurTool([...unused, '--delete'], options)).stdout).toBe(listed.stdout);
      expect((await runOurTool(unused, options)).stdout).toBe('');
      expect(runOriginalTool('uid', ['fsck'], { ...options, settings: layout }).status).toBe(0);
      expect(runOriginalTool('fsck', ['--full-scan', '--threads=1'], { ...options, settings: layout }).status).toBe(0);
    } finally {
      await daemon.stop();
    }
  });
});

/** Metric and base time of a cell's row. */
function partsOf(cell: string, layout: Readonly<Record<string, string>>): { metric: number; time: number } {
  const at = layout['tsd.storage.salt.width'] === undefined ? 0 : 2;
  return { metric: parseInt(cell.slice(at, at + 6), 16), time: parseInt(cell.slice(at + 6, at + 14), 16) };
}

/** Goes on writing points of now until the returned function is called, which says how many there were. */
function writeOn(client: TsdClient, now: number): () => Promise<number> {
  let stopped = false;
  let count = 0;
  const writing = (async () => {
    while (!stopped) {
      await client.call('/api/put?sync', [{ metric: 'sys.live', timestamp: now, value: count, tags: { host: 'h0' } }]);
      count++;
    }
  })();
  return async () => {
    stopped = true;
    await writing;
    return count;
  };
}
