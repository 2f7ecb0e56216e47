import { describeWithHBase } from './support/needs';
import { runOriginalTool } from './support/original';
import { OurTsd } from './support/our-tsd';
import { BASE, lineOf, namesOf, samplePoints } from './support/points';
import { TestTables } from './support/tables';
import { TsdClient } from './support/tsd-client';

jest.setTimeout(120_000);

const LAYOUTS: Record<string, Record<string, string>> = {
  unsalted: {},
  salted: { 'tsd.storage.salt.width': '1', 'tsd.storage.salt.buckets': '4' },
};
const START = String(BASE);
const END = String(BASE + 3600);

describeWithHBase('the command line tools of the original on tables that ours wrote', (quorum) => {
  const points = [...samplePoints('telnet'), ...samplePoints('http')];
  let tables: TestTables;
  beforeAll(async () => {
    tables = await TestTables.connect(quorum);
  });
  afterAll(() => tables.close());

  describe.each(Object.entries(LAYOUTS))('%s', (name, layout) => {
    const prefix = `tools${process.pid}_${name}_`;
    const options = { quorum, prefix, settings: layout };

    beforeAll(async () => {
      await tables.create(prefix, layout);
      const daemon = await OurTsd.start({ quorum, prefix, settings: { ...layout, 'tsd.core.auto_create_metrics': 'true' } });
      const client = new TsdClient(daemon.port);
      const byTelnet = points.filter(({ metric }) => metric.startsWith('telnet'));
      expect(await client.telnet(byTelnet.map(lineOf))).toBe('');
      await client.call(
        '/api/put?sync',
        points.filter(({ metric }) => !metric.startsWith('telnet')),
      );
      await client.call('/api/annotation', { tsuid: await tsuid(client), startTime: BASE + 5, description: 'a note' });
      expect(await daemon.stop()).toBe(143);
    });

    async function tsuid(client: TsdClient): Promise<string> {
      const answer = await client.query(BASE, BASE + 3600, 'none:http.alone');
      return (JSON.parse(answer) as { tsuids: string[] }[])[0].tsuids[0];
    }

    it('Fsck counts every point and finds no error', () => {
      const { status, stdout, stderr } = runOriginalTool('fsck', ['--full-scan', '--threads=1'], options);
      const report = stdout + stderr;
      expect(report).toMatch(new RegExp(`Valid Datapoints: ${points.length}\\b`));
      expect(report).toMatch(/Annotations: 1\b/);
      expect(report).toMatch(/Total Errors: 0\b/);
      expect(status).toBe(0);
    });

    it('DumpSeries prints every point', () => {
      const metrics = namesOf(points).metric;
      const queries = metrics.flatMap((metric) => ['none', metric]);
      const { status, stdout } = runOriginalTool('scan', ['--import', START, String(BASE + 4 * 3600), ...queries], options);
      expect(status).toBe(0);
      const printed = stdout.split('\n').filter((line) => line !== '');
      expect(printed.map(normalized).sort()).toEqual(points.map((point) => normalized(lineOf(point).slice(4))).sort());
    });

    it('CliQuery answers', () => {
      const { status, stdout } = runOriginalTool('query', [START, END, 'sum', 'telnet.eight.tags', 'sum', 'http.alone'], options);
      expect(status).toBe(0);
      const tags = [...'abcdefgh'].map((key, index) => `${key}=${index + 1}`).join(', ');
      expect(stdout.trim().split('\n')).toEqual([
        `telnet.eight.tags ${BASE + 1}000 1 {${tags}}`,
        `telnet.eight.tags ${BASE + 3599}000 -1 {${tags}}`,
        `http.alone ${BASE + 1800}000 42 {host=web01}`,
      ]);
    });

    it('UidManager finds the names, and nothing wrong with them', () => {
      expect(runOriginalTool('uid', ['fsck'], options)).toMatchObject({ status: 0 });
      const { status, stdout } = runOriginalTool('uid', ['grep', 'tagk', '.'], options);
      expect(status).toBe(0);
      expect(stdout.match(/^tagk \S+: \[0, 0, \d+\]$/gm)).toHaveLength(namesOf(points).tagk.length);
    });
  });
});

/** A line as the tool prints it: numbers as Java does, tags in order. */
function normalized(line: string): string {
  const [metric, timestamp, value, ...tags] = line.trim().split(' ');
  return [metric, timestamp, Number(value), ...tags.sort()].join(' ');
}
