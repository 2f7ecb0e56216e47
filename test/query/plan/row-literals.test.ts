import { makeFilter } from '../../../src/query/filter';
import { planFilters, planMetricScan, planTsuidScan, type ResolvedFilter } from '../../../src/query/plan';
import { RawPoints, type PointSource } from '../../../src/query/source';
import { DEFAULT_LAYOUT, DEFAULT_MERGE } from '../../../src/schema';

const id = (n: number): Buffer => Buffer.from([0, 0, n]);
const any = (k: number): ResolvedFilter => ({ filter: makeFilter('wildcard', `k${k}`, '*', false), tagk: id(k), tagvs: [] });
const regexp = (k: number): ResolvedFilter => ({ filter: makeFilter('regexp', `k${k}`, 'x', false), tagk: id(k), tagvs: [] });
const lit = (k: number, ...values: number[]): ResolvedFilter => ({
  filter: makeFilter('literal_or', `k${k}`, values.join('|'), false),
  tagk: id(k),
  tagvs: values.map(id),
});
const unknown = (k: number): ResolvedFilter => ({ filter: makeFilter('literal_or', `k${k}`, 'u', false), tagk: id(k), tagvs: [] });
const by = (f: ResolvedFilter): ResolvedFilter => {
  f.filter.groupBy = true;
  return f;
};

interface Summary {
  rows: Record<number, number[] | 'any'>;
  post: string[];
}
function summary(filters: ResolvedFilter[], limit = 4096): Summary {
  const plan = planFilters(filters, limit);
  return {
    rows: Object.fromEntries(plan.literals.map((l) => [l.tagk[2], l.values ? l.values.map((v) => v[2]) : 'any'])),
    post: plan.postScan.map((f) => `${f.filter.type} ${f.filter.filter}`),
  };
}

test.each<[string, ResolvedFilter[], Summary]>([
  ['literals of the first key are united', [lit(1, 11, 12), lit(1, 12, 13)], { rows: { 1: [11, 12, 13] }, post: [] }],
  ['of a later key the last one wins', [lit(1, 11), lit(2, 11, 12), lit(2, 12, 13)], { rows: { 1: [11], 2: [12, 13] }, post: [] }],
  ['a name filter after it loses it', [any(1), lit(2, 11), regexp(2)], { rows: { 1: 'any', 2: 'any' }, post: ['regexp x'] }],
  ['a name filter before it does not', [any(1), regexp(2), lit(2, 11)], { rows: { 1: 'any', 2: [11] }, post: ['regexp x'] }],
  ['keys are taken in UID order', [lit(2, 13), lit(1, 11), lit(2, 14), lit(1, 12)], { rows: { 1: [11, 12], 2: [14] }, post: [] }],
  ['name filters of the first key share its run', [regexp(1), lit(1, 11)], { rows: { 1: [11] }, post: ['regexp x'] }],
  ['literals that are all unknown stay, to match nothing', [unknown(1)], { rows: { 1: 'any' }, post: ['literal_or u'] }],
])('%s', (_, filters, expected) => {
  expect(summary(filters)).toEqual(expected);
});

test('a run beyond the expansion limit is left to names, and its key need not be there', () => {
  expect(summary([lit(1, 11, 12), lit(2, 21, 22)], 3)).toEqual({ rows: { 1: [11, 12] }, post: ['literal_or 21|22'] });
  expect(summary([lit(1, 11, 12), lit(2, 21)], 3)).toEqual({ rows: { 1: [11, 12], 2: [21] }, post: [] });
});

test('grouping is by key, in UID order', () => {
  const plan = planFilters([by(any(3)), lit(1, 11), by(regexp(1)), any(2)], 4096);
  expect(plan.groupBys.map((k) => k[2])).toEqual([1, 3]);
});

describe('the scan', () => {
  const sourceOf = (layout = DEFAULT_LAYOUT): PointSource =>
    new RawPoints({ table: 'tsdb', layout, merge: DEFAULT_MERGE, dateTieredSince: 0 });
  const source = sourceOf();
  const window = { scanStart: 0x10, scanEnd: 0x20 };
  const plan = (filters: ResolvedFilter[], explicit: boolean, fuzzy = true) =>
    planMetricScan(source, id(9), window, planFilters(filters, 4096), explicit, fuzzy);

  test('one range a salt bucket', () => {
    const salted = planMetricScan(sourceOf({ ...DEFAULT_LAYOUT, salt: 1, saltBuckets: 3 }), id(9), window, planFilters([], 1), false, true);
    expect(salted.ranges.map((r) => `${r.start.toString('hex')} ${r.stop.toString('hex')}`)).toEqual([
      '0000000900000010 0000000900000020',
      '0100000900000010 0100000900000020',
      '0200000900000010 0200000900000020',
    ]);
  });

  test('without filters there is no row filter, explicit or not', () => {
    expect(plan([], true)).toMatchObject({ filter: undefined, accepts: null });
  });

  test('explicit tags read the row at the end too, and loose combinations of second values', () => {
    const key = (v1: number, v2: number): Buffer => Buffer.concat([id(9), Buffer.from([0, 0, 0, 0x10]), id(1), id(v1), id(2), id(v2)]);
    const fuzzy = plan([lit(1, 11, 12), lit(2, 21, 22)], true);
    expect(fuzzy.ranges[0].stop.toString('hex')).toBe('00000900000020000001ffffff000002ffffff');
    expect([key(11, 21), key(12, 21), key(11, 22), key(12, 22)].map((k) => fuzzy.accepts?.(k))).toEqual([true, true, true, false]);
    const plain = plan([lit(1, 11, 12), lit(2, 21, 22)], true, false);
    expect(plain.accepts).toBeNull();
    expect(plain.ranges[0].stop.toString('hex')).toBe('00000900000020');
  });

  test('explicit tags with values are series, found by their keys', () => {
    const hour = { scanStart: 3600, scanEnd: 7200 };
    const planHour = (filters: ResolvedFilter[], fuzzy = true) =>
      planMetricScan(source, id(9), hour, planFilters(filters, 4096), true, fuzzy).filter;
    const parts = [11, 12].flatMap((v1) => [21, 22].map((v2) => Buffer.concat([id(1), id(v1), id(2), id(v2)])));
    const series = { kind: 'tsuids', prefixLength: 7, tagParts: parts, onlyRowTimes: true };
    expect(planHour([lit(1, 11, 12), lit(2, 21, 22)])).toEqual({ ...series, rowTimes: [3600, 7200] });
    expect(planHour([lit(1, 11, 12), lit(2, 21, 22)], false)).toEqual({ ...series, rowTimes: [3600] });
    expect(planHour([lit(1, 11), any(2)])).toMatchObject({ kind: 'tags', explicit: true });
    const many = Array.from({ length: 40 }, (_, i) => i);
    expect(planHour([lit(1, ...many), lit(2, ...many)])).toMatchObject({ kind: 'tags', explicit: true });
  });

  test('TSUIDs share their metric', () => {
    const tsuids = planTsuidScan(source, ['00000a000001000002', '00000A000001000001'], window);
    expect(tsuids.metric.toString('hex')).toBe('00000a');
    expect(tsuids.filter).toMatchObject({
      kind: 'tsuids',
      prefixLength: 7,
      tagParts: [Buffer.from('000001000001', 'hex'), Buffer.from('000001000002', 'hex')],
    });
    expect(() => planTsuidScan(source, ['00000A000001000002', '00000B000001000001'], window)).toThrow(
      'One or more TSUIDs did not share the same metric [00000A] [00000B]',
    );
    expect(() => planTsuidScan(source, ['00000A'], window)).toThrow('UID was empty');
    expect(() => planTsuidScan(source, ['00'], window)).toThrow("TSUID is shorter than a metric's UID: 00");
  });
});
