import { annotationCell, DATA_FAMILY, DEFAULT_LAYOUT, encodeAnnotation, hexToUid, rowKeyOfTsuid } from '../../src/schema';
import { PackedCells, type Storage } from '../../src/storage';
import { B, HOUR, brief, refusal, sums, TestEngine, type Output } from './support/engine';

let tsd: TestEngine;
const open = async (settings?: Record<string, string>, wrap?: (storage: Storage) => Storage): Promise<TestEngine> => {
  tsd = await TestEngine.open(settings, wrap);
  return tsd;
};
afterEach(() => tsd.close());

describe('groups', () => {
  beforeEach(async () => {
    await open();
    // UIDs: host=1 (web02=1, web01=2), dc=2 (lga=3, sjc=4), rack=3 (r1=5)
    await tsd.put(`m ${B} 1 host=web02 dc=lga`, `m ${B} 2 host=web01 dc=lga`, `m ${B} 4 host=web01 dc=sjc rack=r1`);
  });

  test('without group-by there is one; tags that never conflict stay, even if some series lack them', async () => {
    expect(brief(await tsd.ask(`${HOUR}&m=sum:m`))).toEqual([[{ rack: 'r1' }, ['host', 'dc'], { [B]: 7 }]]);
  });

  test('by key, in the order of the UIDs of the values', async () => {
    expect(brief(await tsd.ask(`${HOUR}&m=sum:m{host=*}`))).toEqual([
      [{ host: 'web02', dc: 'lga' }, [], { [B]: 1 }],
      [{ host: 'web01', rack: 'r1' }, ['dc'], { [B]: 6 }],
    ]);
    expect(sums(await tsd.ask(`${HOUR}&m=sum:m{dc=*,host=*}`))).toEqual([1, 2, 4]);
  });

  test('none keeps every series for itself, whatever the keys', async () => {
    expect(sums(await tsd.ask(`${HOUR}&m=none:m{dc=*}`))).toEqual([1, 2, 4]);
  });

  test('a series with points only outside the query window still shapes its group', async () => {
    await tsd.put(`m ${B + 3000} 9 host=web09 dc=lga`);
    const early = `start=${B}&end=${B + 60}`;
    expect(brief(await tsd.ask(`${early}&m=sum:m{host=web09}`))).toEqual([[{ host: 'web09', dc: 'lga' }, [], {}]]);
  });
});

describe('filters', () => {
  beforeEach(async () => {
    await open();
    await tsd.put(
      `m ${B} 1 host=web01 dc=lga`,
      `m ${B} 2 host=WEB02 dc=lga`,
      `m ${B} 4 host=db01 dc=sjc`,
      `m ${B} 8 dc=sjc`,
      `m ${B} 16 host=web01 dc=sjc rack=r1`,
    );
  });

  test.each([
    ['{}{host=web01}', 17],
    ['{}{host=iliteral_or(web02|DB01)}', 6],
    ['{}{host=not_literal_or(web01)}', 6],
    ['{}{host=not_iliteral_or(web02)}', 21],
    ['{}{host=wildcard(web*)}', 17],
    ['{}{host=web*}', 19],
    ['{}{host=regexp(^.*0[12]$)}', 23],
    ['{}{host=*}', 23],
    ['{}{host=*,rack=*}', 16],
    ['{}{dc=sjc,host=regexp(w)}', 16],
  ])('%s', async (filter, sum) => {
    expect(sums(await tsd.ask(`${HOUR}&m=sum:m${filter}`))).toEqual([sum]);
  });

  test('explicit tags allow no others, and mean nothing without filters', async () => {
    expect(sums(await tsd.ask(`${HOUR}&m=sum:explicit_tags:m{}{dc=*}`))).toEqual([8]);
    expect(sums(await tsd.ask(`${HOUR}&m=sum:explicit_tags:m{}{dc=*,host=web01}`))).toEqual([1]);
    expect(sums(await tsd.ask(`${HOUR}&m=sum:explicit_tags:m`))).toEqual([31]);
  });

  test('of several literal filters on a later key the last one wins; on the first key they are united', async () => {
    const filter = (tagk: string, value: string): object => ({ type: 'literal_or', tagk, filter: value });
    const ask = async (...filters: object[]): Promise<unknown[]> =>
      sums(await tsd.ask({ start: B, end: B + 60, queries: [{ aggregator: 'sum', metric: 'm', filters }] }));
    expect(await ask(filter('host', 'web01'), filter('host', 'db01'))).toEqual([21]);
    expect(await ask(filter('host', 'web01|db01'), filter('dc', 'lga'), filter('dc', 'sjc'))).toEqual([20]);
  });

  test('what is not known fails, a metric before all filters, the first filter before others, a value before its key', async () => {
    const message = async (m: string): Promise<unknown> => (await refusal(tsd.ask(`${HOUR}&m=${m}`))).message;
    expect(await message('sum:m{nokey=*}&m=sum:nometric')).toBe("No such name for 'metrics': 'nometric'");
    expect(await message('sum:m{host=noval,nokey=*}')).toBe("No such name for 'tagv': 'noval'");
    expect(await message('sum:m{nokey=*,host=noval}')).toBe("No such name for 'tagk': 'nokey'");
    expect(await message('sum:m{nokey=noval}')).toBe("No such name for 'tagv': 'noval'");
    expect(await message('sum:m{host=|web01}')).toBe('Missing UID name');
    expect(await refusal(tsd.ask(`${HOUR}&m=sum:nometric`))).toMatchObject({
      status: 400,
      details: "No such name for 'metrics': 'nometric'",
    });
  });
});

test('unknown values are left out where the configuration says so; none left matches nothing', async () => {
  await open({ 'tsd.query.skip_unresolved_tagvs': 'true' });
  await tsd.put(`m ${B} 1 host=a`, `m ${B} 2 host=b`);
  expect(sums(await tsd.ask(`${HOUR}&m=sum:m{host=a|nosuch}`))).toEqual([1]);
  expect(await tsd.ask(`${HOUR}&m=sum:m{host=nosuch}`)).toEqual([]);
});

test('literals beyond the expansion limit are compared by name', async () => {
  await open({ 'tsd.query.filter.expansion_limit': '1' });
  await tsd.put(`m ${B} 1 host=a`, `m ${B} 2 host=b`, `m ${B} 4 host=c`);
  expect(sums(await tsd.ask(`${HOUR}&m=sum:m{}{host=a|b|nosuch}`))).toEqual([3]);
});

test.each([
  ['unsalted', {}],
  ['salted', { 'tsd.storage.salt.width': '1', 'tsd.storage.salt.buckets': '7' }],
  ['other widths', { 'tsd.storage.uid.width.metric': '4', 'tsd.storage.uid.width.tagk': '2', 'tsd.storage.uid.width.tagv': '5' }],
])('%s: every series over several hours', async (_, settings: Record<string, string>) => {
  await open(settings);
  const lines: string[] = [];
  for (let h = 0; h < 20; h++) for (let t = 0; t < 3; t++) lines.push(`m ${B + t * 3600} ${h + t} host=h${h} odd=${h % 2}`);
  await tsd.put(...lines);
  const days = `start=${B}&end=${B + 7200}`;
  const byHost = await tsd.ask(`${days}&m=sum:m{host=*}&show_tsuids`);
  if (!('tsd.storage.salt.width' in settings))
    expect(byHost.map((o) => o.tags.host)).toEqual(Array.from({ length: 20 }, (_, h) => `h${h}`));
  expect(new Set(byHost.map((o) => o.tags.host)).size).toBe(20);
  for (const o of byHost) {
    const h = Number(o.tags.host.slice(1));
    expect(o.dps).toEqual({ [B]: h, [B + 3600]: h + 1, [B + 7200]: h + 2 });
  }
  expect(brief(await tsd.ask(`${days}&m=sum:m{odd=1}`))).toEqual([
    [{ odd: '1' }, ['host'], { [B]: 100, [B + 3600]: 110, [B + 7200]: 120 }],
  ]);
  const one = byHost[7].tsuids ?? [];
  expect(await tsd.ask(`${days}&tsuid=sum:${one[0].toLowerCase()}`)).toEqual([{ ...byHost[7], tsuids: undefined }]);
});

test('TSUIDs become one group; filters beside them are applied by name', async () => {
  await open();
  await tsd.put(`m ${B} 1 host=a`, `m ${B} 2 host=b`, `m ${B} 4 host=c`);
  const tsuids = ['000001000001000001', '000001000001000003'];
  expect(brief(await tsd.ask(`${HOUR}&tsuid=sum:${tsuids.join(',')}`))).toEqual([[{}, ['host'], { [B]: 5 }]]);
  expect(sums(await tsd.ask(`${HOUR}&tsuid=none:${tsuids.join(',')}`))).toEqual([1, 4]);
  const filtered = (tagk: string): Promise<Output[]> =>
    tsd.ask({ start: B, end: B + 60, queries: [{ aggregator: 'sum', tsuids, filters: [{ type: 'regexp', tagk, filter: '[bc]' }] }] });
  expect(sums(await filtered('host'))).toEqual([4]);
  expect(await filtered('nokey')).toEqual([]);
});

describe('annotations', () => {
  const tsuid = '000001000001000001';
  const note = async (id: string, startTime: number, notes: string, endTime = 0): Promise<void> => {
    const { key, qualifier } = annotationCell(DEFAULT_LAYOUT, id, startTime);
    const value = encodeAnnotation({ tsuid: id, startTime, endTime, description: '', notes, custom: null });
    expect(await tsd.storage.put('tsdb', DATA_FAMILY, [{ row: key, cells: PackedCells.of(qualifier, value) }])).toEqual([]);
  };
  const notes = (list?: { notes: string }[]): string[] | undefined => list?.map((n) => n.notes);

  beforeEach(async () => {
    await open();
    await tsd.put(`m ${B} 1 host=a`, `m ${B} 2 host=b`);
  });

  test('come with their series, in time order, those in the window', async () => {
    await note(tsuid, B + 1501, 'late');
    await note(tsuid, (B + 10) * 1000 + 5, 'in ms');
    await note(tsuid, B + 3001, 'after');
    const [a, b] = await tsd.ask(`start=${B}&end=${B + 1800}&m=sum:m{host=*}`);
    expect([notes(a.annotations), notes(b.annotations)]).toEqual([['late', 'in ms'], undefined]);
    expect((await tsd.ask(`start=${B}&end=${B + 60}&m=sum:m{host=a}&no_annotations`))[0]).not.toHaveProperty('annotations');
    expect(notes((await tsd.ask(`start=${B}&end=${B + 5}&m=sum:m{host=a}`))[0].annotations)).toEqual([]);
  });

  test('of a series without points make an output object of their own', async () => {
    await note(tsuid, B + 7201, 'alone');
    expect(await tsd.ask(`start=${B + 7200}&end=${B + 9000}&m=sum:m`)).toMatchObject([
      { metric: '', tags: {}, aggregateTags: [], annotations: [{ notes: 'alone' }], dps: {} },
    ]);
    expect((await tsd.ask(`start=${B + 7200}&end=${B + 9000}&m=sum:1m-sum-zero:m`))[0].dps).toEqual({});
  });

  test('global ones are in every object when asked for', async () => {
    await note('', B + 11, 'global');
    await note('', B + 12, 'ends too late', B + 90000);
    const both = await tsd.ask(`${HOUR}&m=sum:m{host=*}&global_annotations`);
    expect(both.map((o) => notes(o.globalAnnotations))).toEqual([['global'], ['global']]);
    expect((await tsd.ask(`${HOUR}&m=sum:m`))[0]).not.toHaveProperty('globalAnnotations');
    expect((await tsd.ask(`${HOUR}&m=sum:m&global_annotations&no_annotations`))[0]).not.toHaveProperty('globalAnnotations');
  });
});

test('two values at one time fail the query, or the newer is kept where that is allowed; rows to compact are told of', async () => {
  await open();
  const key = rowKeyOfTsuid(DEFAULT_LAYOUT, hexToUid('000001000001000001'), B);
  const twice = async (): Promise<void> => {
    await tsd.put(`m ${B} 1 host=a`);
    const cells = PackedCells.of(Buffer.from('0001', 'hex'), Buffer.from('0005', 'hex'));
    await tsd.storage.put('tsdb', DATA_FAMILY, [{ row: key, cells, timestamps: [Date.now() + 60_000] }]);
  };
  await twice();
  const refused = await refusal(tsd.ask(`${HOUR}&m=sum:m`));
  expect(refused).toMatchObject({
    status: 400,
    message: expect.stringMatching(/^Duplicate timestamp for key=\[0, 0, 1, 80, -30, 39, 0, /),
  });
  await tsd.close();
  await open({ 'tsd.storage.fix_duplicates': 'true' });
  await twice();
  const told: string[] = [];
  tsd.engine.onRowsMerged = (rows) => told.push(...rows.map((row) => row.key.toString('hex')));
  expect(sums(await tsd.ask(`${HOUR}&m=sum:m`))).toEqual([5]);
  expect(told).toEqual([key.toString('hex')]);
  expect(tsd.engine.findings.duplicatesDifferent).toBe(1);
});

test('histogram questions are about histogram columns only', async () => {
  await open();
  await tsd.put(`m ${B} 1 host=a`);
  expect(await tsd.ask(`${HOUR}&m=sum:percentiles[99]:m`)).toEqual([]);
});
