import { describeWithHBase } from './support/needs';
import { OriginalTsd } from './support/original';
import { OurTsd } from './support/our-tsd';
import { BASE, BASE_END, lineOf, namesOf, samplePoints, valuesAnswered, valuesOf, type Point } from './support/points';
import { TestTables } from './support/tables';
import { eventually, TsdClient } from './support/tsd-client';

jest.setTimeout(120_000);

const SUMS = [
  'sum:1m-avg:M.ints{dc=*}',
  'zimsum:M.ints',
  'avg:rate:M.floats{host=*}',
  'max:10m-p99:M.ms',
  'mimmin:M.mixed',
  'dev:5m-dev:M.doubles',
];

/** Nothing on the connection: the points were taken. */
async function putLines(client: TsdClient, points: readonly Point[]): Promise<void> {
  expect(await client.telnet(points.map(lineOf))).toBe('');
}

async function putHttp(client: TsdClient, points: readonly Point[]): Promise<void> {
  for (let i = 0; i < points.length; i += 40) await client.call('/api/put', points.slice(i, i + 40));
}

async function readAll(client: TsdClient, points: readonly Point[]): Promise<ReturnType<typeof valuesOf>> {
  const series = await Promise.all(namesOf(points).metric.map((metric) => client.series(BASE, BASE_END, metric)));
  return valuesAnswered(series.flat());
}

describeWithHBase('a Java TSD and ours on the same tables', (quorum) => {
  const prefix = `shared${process.pid}_`;
  // Nothing is compacted but by reading, and at the end.
  const settings = { 'tsd.core.auto_create_metrics': 'true', 'tsd.storage.compaction.min_flush_threshold': '1000000' };
  let tables: TestTables;
  let original: OriginalTsd;
  let daemon: OurTsd;
  let java: TsdClient;
  let ours: TsdClient;

  beforeAll(async () => {
    tables = await TestTables.connect(quorum);
    await tables.create(prefix);
    [original, daemon] = await Promise.all([OriginalTsd.start({ quorum, prefix, settings }), OurTsd.start({ quorum, prefix, settings })]);
    java = new TsdClient(original.port);
    ours = new TsdClient(daemon.port);
  });
  afterAll(async () => {
    await Promise.all([original?.stop(), daemon?.stop()]);
    await tables.close();
  });

  /** Both answer every kind of query with the same text. */
  async function expectSameAnswers(metricPrefix: string): Promise<void> {
    const { metric } = namesOf(samplePoints(metricPrefix));
    const all = [...metric.map((name) => `none:${name}`), ...SUMS.map((query) => query.replace('M', metricPrefix))];
    for (const query of all) {
      const answer = await java.query(BASE, BASE_END, query);
      expect({ query, answer: await ours.query(BASE, BASE_END, query) }).toEqual({ query, answer });
      expect(answer).toContain('"dps":[[');
    }
  }

  it('the original reads what ours wrote by telnet and HTTP', async () => {
    const byTelnet = samplePoints('ours.telnet');
    const byHttp = samplePoints('ours.http');
    await putLines(ours, byTelnet);
    await putHttp(ours, byHttp);
    await eventually(async () => expect(await readAll(java, byTelnet)).toEqual(valuesOf(byTelnet)));
    await eventually(async () => expect(await readAll(java, byHttp)).toEqual(valuesOf(byHttp)));
    await expectSameAnswers('ours.telnet');
    await expectSameAnswers('ours.http');
  });

  it('ours reads what the original wrote by telnet and HTTP', async () => {
    const byTelnet = samplePoints('java.telnet');
    const byHttp = samplePoints('java.http');
    await putLines(java, byTelnet);
    await putHttp(java, byHttp);
    await eventually(async () => expect(await readAll(ours, byTelnet)).toEqual(valuesOf(byTelnet)));
    await eventually(async () => expect(await readAll(ours, byHttp)).toEqual(valuesOf(byHttp)));
    await expectSameAnswers('java.telnet');
    await expectSameAnswers('java.http');
  });

  it('each reads the annotations of the other', async () => {
    const tsuid = (JSON.parse(await java.query(BASE, BASE_END, 'none:ours.telnet.alone')) as { tsuids: string[] }[])[0].tsuids[0];
    await ours.call('/api/annotation', { startTime: BASE + 70, tsuid, description: 'by ours', custom: { b: '1', a: 'ü' } });
    await java.call('/api/annotation', { startTime: BASE + 80, tsuid, description: 'by the original' });
    await ours.call('/api/annotation', { startTime: BASE + 90, description: 'global' });
    for (const client of [java, ours]) {
      const answer = await client.call(`/api/query?start=${BASE}&end=${BASE_END}&m=sum:ours.telnet.alone&global_annotations=true`);
      const [{ annotations, globalAnnotations }] = JSON.parse(answer) as Record<string, { description: string }[]>[];
      expect(annotations.map((note) => note.description)).toEqual(['by ours', 'by the original']);
      expect(globalAnnotations.map((note) => note.description)).toEqual(['global']);
    }
    // Each changes what the other wrote: a compare-and-set on its very bytes.
    await java.call('/api/annotation', { startTime: BASE + 70, tsuid, notes: 'changed by the original' });
    await ours.call('/api/annotation', { startTime: BASE + 80, tsuid, notes: 'changed by ours' });
    const read = async (client: TsdClient, at: number): Promise<string> => client.call(`/api/annotation?start_time=${at}&tsuid=${tsuid}`);
    for (const at of [BASE + 70, BASE + 80]) expect(await read(ours, at)).toBe(await read(java, at));
  });

  it('both show their connections to the same region servers', async () => {
    const entries = async (client: TsdClient, parameters = ''): Promise<Record<string, unknown>[]> =>
      JSON.parse(await client.call(`/api/stats/region_clients${parameters}`)) as Record<string, unknown>[];
    const number = expect.any(Number) as unknown;
    // What is under way, or waits for its batch or for the system to take it, when the question comes.
    const now = { rpcsInFlight: number, pendingBatchedRPCs: number, pendingRPCs: number, writesBlocked: number };
    // How many calls there were, and how many of them had to wait: what the tests before this one happened to ask for.
    const counts = { rpcsSent: number, rpcid: number, inflightBreached: number, ...now };
    // Some call may begin between the look at one number and the other.
    await eventually(async () => {
      const originals = await entries(java);
      const shown = await entries(ours);
      expect(shown.map(Object.keys)).toEqual(originals.map(Object.keys));
      expect(shown).toEqual(originals.map((entry) => ({ ...entry, ...counts })));
      for (const { rpcsSent, rpcid } of [...originals, ...shown]) expect(rpcid).toBe(Number(rpcsSent) - 1);
    });
    const details = await entries(ours, '?details');
    const tables = details.flatMap(({ regions }) => (regions as { table: string }[]).map(({ table }) => table));
    expect(tables).toEqual(expect.arrayContaining([`${prefix}tsdb`, `${prefix}tsdb-uid`]));
  });

  it('both write the same new series at once, and every point is there for both', async () => {
    const even: Point[] = [];
    const odd: Point[] = [];
    for (let s = 0; s < 60; s++)
      for (let i = 0; i < 40; i++)
        (i % 2 ? odd : even).push({
          metric: `race.metric${s % 12}`,
          timestamp: BASE + i * 7,
          value: String(s * 100 + i),
          tags: { [`key${s % 3}`]: `value${s % 20}`, series: `s${s}` },
        });
    // Each its half, and then the other's, so that both assign every name.
    await Promise.all([putLines(ours, [...even, ...odd]), putLines(java, [...odd, ...even])]);
    const expected = valuesOf([...even, ...odd]);
    await eventually(async () => expect(await readAll(java, even)).toEqual(expected));
    await eventually(async () => expect(await readAll(ours, even)).toEqual(expected));

    // One UID for each name, which leads back to it.
    const uidCells = await tables.cells(`${prefix}tsdb-uid`);
    const [forward, back] = ['id', 'name'].map(
      (family) => new Map(uidCells.filter((cell) => cell.includes(` ${family}:`)).map(columnAndValue)),
    );
    for (const [nameAndKind, uid] of forward) {
      const [name, kind] = nameAndKind.split(' ');
      if (name !== '00') expect(back.get(`${uid} ${kind}`)).toBe(name);
    }
  });

  it('ours reads what the original compacted, and nothing has changed', async () => {
    const loads = ['java.telnet', 'java.http', 'ours.telnet', 'ours.http'].map(samplePoints);
    await original.stop();
    const compacted = (await tables.cells(`${prefix}tsdb`)).filter(
      (cell) => (/ t:([0-9a-f]+) /.exec(cell) as RegExpExecArray)[1].length > 8,
    );
    expect(compacted.length).toBeGreaterThan(20);
    for (const points of loads) expect(await readAll(ours, points)).toEqual(valuesOf(points));
  });
});

describeWithHBase('a Java TSD and ours on the same tables, appending', (quorum) => {
  const prefix = `appends${process.pid}_`;
  const settings = { 'tsd.core.auto_create_metrics': 'true', 'tsd.storage.enable_appends': 'true', 'tsd.storage.salt.width': '1' };
  let tables: TestTables;
  let original: OriginalTsd;
  let daemon: OurTsd;

  beforeAll(async () => {
    tables = await TestTables.connect(quorum);
    await tables.create(prefix, settings);
    [original, daemon] = await Promise.all([OriginalTsd.start({ quorum, prefix, settings }), OurTsd.start({ quorum, prefix, settings })]);
  });
  afterAll(async () => {
    await Promise.all([original?.stop(), daemon?.stop()]);
    await tables.close();
  });

  it('each reads what the other appended, and both append to the same cells', async () => {
    const [java, ours] = [new TsdClient(original.port), new TsdClient(daemon.port)];
    const loads = { ours: samplePoints('by.ours'), java: samplePoints('by.java'), both: samplePoints('by.both') };
    await putLines(ours, loads.ours);
    await putLines(java, loads.java);
    await putLines(
      java,
      loads.both.filter((_, i) => i % 2 === 0),
    );
    await putLines(
      ours,
      loads.both.filter((_, i) => i % 2 === 1),
    );
    const points = Object.values(loads).flat();
    const expected = valuesOf(points);
    await eventually(async () => expect(await readAll(java, points)).toEqual(expected));
    expect(await readAll(ours, points)).toEqual(expected);
    expect(new Set((await tables.cells(`${prefix}tsdb`)).map((cell) => cell.split(' ')[1]))).toEqual(new Set(['t:050000']));
  });
});

/** `row family:qualifier = value` as [`row qualifier`, value]. */
function columnAndValue(cell: string): [string, string] {
  const [row, column, , value] = cell.split(' ');
  return [`${row} ${column.slice(column.indexOf(':') + 1)}`, value];
}
