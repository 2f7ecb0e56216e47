import { formulaJson, lettersIn, queryJson, subQueryJson } from '../../web/src/api/request-json';
import { readAnswer, readFormulaAnswer } from '../../web/src/api/series';
import { EMPTY_GRAPH } from '../../web/src/state/graph-state';
import { EMPTY_METRIC, FILTER_TYPES, type MetricQuery } from '../../web/src/state/metric-query';
import { parseKey, keyText, KEY_PLACES } from '../../web/src/state/key-place';
import { parseRange } from '../../web/src/state/range';

const metric = (part: Partial<MetricQuery>): MetricQuery => ({ ...EMPTY_METRIC, metric: 'm', ...part });

describe('a sub query', () => {
  it('says no more than it has to', () => expect(subQueryJson(metric({}))).toEqual({ aggregator: 'sum', metric: 'm' }));

  it('has all kinds of filters, and none that is not whole', () => {
    const filters = FILTER_TYPES.map(([type], i) => ({ tagk: `k${i}`, type, filter: 'v', groupBy: i % 2 === 0 }));
    const half = { tagk: 'k', type: 'wildcard', filter: '', groupBy: true };
    expect(subQueryJson(metric({ filters: [...filters, half] })).filters).toEqual(
      filters.map(({ type, tagk, filter, groupBy }) => ({ type, tagk, filter, groupBy })),
    );
  });

  it('has everything else that there is', () => {
    const query = metric({
      rate: { counter: true, max: '100', reset: '9223372036854775807', dropResets: true },
      downsample: { interval: '500ms', aggregator: 'max', fill: 'zero' },
      explicitTags: true,
      preAggregate: true,
      rollupUsage: 'ROLLUP_RAW',
      percentiles: [50, 99.9],
      histogramBuckets: true,
    });
    expect(subQueryJson(query)).toEqual({
      aggregator: 'sum',
      metric: 'm',
      downsample: '500ms-max-zero',
      rate: true,
      // a double would not hold it
      rateOptions: { counter: true, counterMax: 100, resetValue: '9223372036854775807', dropResets: true },
      explicitTags: true,
      preAggregate: true,
      rollupUsage: 'ROLLUP_RAW',
      percentiles: [50, 99.9],
      showHistogramBuckets: true,
    });
    expect(subQueryJson(metric({ metric: '', tsuids: ['000001'] }))).toEqual({ aggregator: 'sum', tsuids: ['000001'] });
  });
});

it('a query leaves out tabs without a metric, and says a zone that was chosen', () => {
  const graph = { ...EMPTY_GRAPH, tz: 'UTC', metrics: [EMPTY_METRIC, metric({})], noAnnotations: true };
  expect(queryJson(graph)).toEqual({
    start: '1h-ago',
    timezone: 'UTC',
    noAnnotations: true,
    queries: [{ aggregator: 'sum', metric: 'm' }],
  });
});

it('a formula asks for the metrics that it names, by ids that are no words of the language', () => {
  expect(lettersIn('a / (b + 1e3) * foo')).toEqual(['a', 'b']);
  const filters = [{ tagk: 'host', type: 'wildcard', filter: '*', groupBy: true }];
  const graph = { ...EMPTY_GRAPH, metrics: [metric({ filters }), metric({ metric: 'other' }), metric({ metric: 'n' })] };
  expect(formulaJson(graph, 'a / c')).toMatchObject({
    filters: [
      { id: 'fa', tags: filters },
      { id: 'fc', tags: [] },
    ],
    metrics: [
      { id: 'aq', metric: 'm', filter: 'fa', aggregator: 'sum' },
      { id: 'cq', metric: 'n', filter: 'fc', aggregator: 'sum' },
    ],
    expressions: [{ id: 'formula', expr: 'aq / cq' }],
  });
});

describe('an answer', () => {
  it('becomes lines with names, gaps and annotations, each once', () => {
    const note = { tsuid: '', startTime: 10, endTime: 0, description: 'd' };
    const item = { metric: 'm', tags: { b: 'y', a: 'x' }, aggregateTags: ['c'], query: { index: 1 }, globalAnnotations: [note] };
    const { series, annotations } = readAnswer(
      [
        {
          ...item,
          dps: [
            [1000, 1],
            [2000, 'NaN'],
            [3000, null],
            [4000, 'Infinity'],
          ],
        },
        { ...item, dps: [] },
        { statsSummary: {} },
      ],
      (index) => [3, 7][index],
    );
    expect(series).toHaveLength(2);
    expect(series[0]).toMatchObject({ name: 'm{a=x, b=y}', tab: 7, aggregateTags: ['c'] });
    expect([...series[0].times]).toEqual([1000, 2000, 3000, 4000]);
    expect([...series[0].values]).toEqual([1, NaN, NaN, Infinity]);
    expect(annotations).toEqual([{ tsuid: '', startTime: 10, endTime: 0, description: 'd', notes: '', custom: new Map() }]);
  });

  it.each([[null], [{}], ['x'], [[null, 1, 'x', {}]]])('of %j is none', (answer) => {
    expect(readAnswer(answer, () => 0)).toEqual({ series: [], annotations: [] });
    expect(readFormulaAnswer(answer, 'a')).toEqual([]);
  });

  it('of a formula has a line for each of its columns', () => {
    const meta = [
      { index: 0, metrics: ['timestamp'] },
      { index: 1, metrics: ['m'], commonTags: { host: 'a' }, aggregatedTags: [] },
      { index: 2, metrics: ['m'], commonTags: { host: 'b' }, aggregatedTags: ['dc'] },
    ];
    const lines = readFormulaAnswer(
      {
        outputs: [
          {
            id: 'e',
            dps: [
              [5000, 1, 'NaN'],
              [6000, 2, 3],
            ],
            meta,
          },
        ],
      },
      'a * 2',
    );
    expect(lines.map(({ name, values }) => [name, ...values])).toEqual([
      ['a * 2{host=a}', 1, 2],
      ['a * 2{host=b}', NaN, 3],
    ]);
  });
});

it.each([
  ['[0:]', { min: 0, max: null }],
  ['[:10]', { min: null, max: 10 }],
  ['[ -1.5e3 : 2 ]', { min: -1500, max: 2 }],
  ['[*:*]', { min: null, max: null }],
  ['[10:0]', { min: 10, max: 0 }],
  ['0:5', null],
  ['[a:b]', null],
  ['[1]', null],
])('the range %s', (text, range) => expect(parseRange(text)).toEqual(range));

it('knows the 17 places of the key, each by its words', () => {
  expect(KEY_PLACES).toHaveLength(17);
  const key = { shown: true, horizontal: false, box: false };
  const texts = KEY_PLACES.map((place) => keyText({ ...key, ...place }));
  expect(new Set(texts).size).toBe(17);
  expect(texts.map((text) => parseKey(text, false))).toEqual(KEY_PLACES.map((place) => ({ ...key, ...place })));
  expect(parseKey('bmargin horizontal', false)).toMatchObject({ outside: true, row: 'bottom', column: 'center', horizontal: true });
});
