import { describeQuery, parseMetricParam, parseTsuidParam, parseUriQuery, removeDuplicates, type Query } from '../../../src/query/parse';

function uri(text: string): Query {
  const params = new URLSearchParams(text);
  return parseUriQuery({ has: (n) => params.has(n), last: (n) => params.getAll(n).at(-1) ?? null, all: (n) => params.getAll(n) });
}

const filters = (m: string): unknown[] => parseMetricParam(m).filters!.map((f) => [f.tagk, f.type, f.filter, f.groupBy]);

describe('m', () => {
  test('modifiers come in any order, and unknown ones are ignored', () => {
    expect(parseMetricParam('sum:1h-avg:rate{counter,100,5}:explicit_tags:m')).toMatchObject({
      aggregator: 'sum',
      metric: 'm',
      downsample: '1h-avg',
      rate: true,
      rateOptions: { counter: true, counterMax: 100n, resetValue: 5n, dropResets: false },
      explicitTags: true,
    });
    expect(parseMetricParam('sum:all-sum:Pre-Agg:ROLLUP_raw:m')).toMatchObject({
      downsample: null,
      preAggregate: true,
      rollupUsage: 'ROLLUP_RAW',
    });
    expect(parseMetricParam('sum:rollup_x:m').rollupUsage).toBe('ROLLUP_NOFALLBACK');
    expect(parseMetricParam('sum:percentiles[99,50.5]:show-histogram-buckets:m')).toMatchObject({
      percentiles: [50.5, 99],
      showHistogramBuckets: true,
    });
  });

  test.each([
    ['rate', null],
    ['ratefoo', null],
    ['rate{}', { counter: false, counterMax: 2n ** 63n - 1n, resetValue: 0n, dropResets: false }],
    ['rate{foo}', { counter: false, counterMax: 2n ** 63n - 1n, resetValue: 0n, dropResets: false }],
    ['rate{dropcounter,,5}', { counter: true, counterMax: 2n ** 63n - 1n, resetValue: 5n, dropResets: true }],
  ])('%s', (part, rateOptions) => {
    expect(parseMetricParam(`sum:${part}:m`)).toMatchObject({ rate: true, rateOptions });
  });

  test('the first braces group, the last do not and come first', () => {
    expect(filters('sum:m{a=1,b=*}{c=x*}')).toEqual([
      ['c', 'wildcard', 'x*', false],
      ['a', 'literal_or', '1', true],
      ['b', 'wildcard', '*', true],
    ]);
    expect(filters('sum:m{}{b=c}')).toEqual([['b', 'literal_or', 'c', false]]);
    expect(filters('sum:m{}{}')).toEqual([]);
    expect(filters('sum:m{a=1}junk{b=2}')).toEqual([
      ['b', 'literal_or', '2', false],
      ['a', 'literal_or', '1', true],
    ]);
    expect(filters('sum:m{a=1,a=1}')).toEqual([['a', 'literal_or', '1', true]]);
    expect(filters('sum:m{a=1}{a=1,a=1}')).toEqual([
      ['a', 'literal_or', '1', true],
      ['a', 'literal_or', '1', false],
    ]);
  });

  test.each([
    ['', 400, 'The query string was empty'],
    ['sum', 400, 'Invalid parameter m=sum (not enough :-separated parts)'],
    ['sum:a:b:c:d:e', 400, 'Invalid parameter m=sum:a:b:c:d:e (too many :-separated parts)'],
    ['sum:', 400, 'Metric cannot be null or empty'],
    ['sum::m', 400, 'String index out of range: 0'],
    ['sum:m{a=b', 400, "Missing '}' at the end of: m{a=b"],
    ['sum:m{a}', 400, "When parsing tag 'a': invalid tag: a"],
    ['sum:m{a=b,}', 400, "When parsing tag '': invalid tag: "],
    ['sum:m{}{x}', 400, "When parsing filter 'x': invalid tag: x"],
    ['sum:m{a=nope(x)}', 400, "When parsing tag 'a=nope(x)': Could not find a tag value filter of the type: nope"],
    ['sum:m{a=|}', 400, "When parsing tag 'a=|': Filter must contain more than just a pipe"],
    ['sum:rate{:m', 400, 'Invalid rate options specification: rate{'],
    [
      'sum:rate{a,b,c,d}:m',
      400,
      'Incorrect number of values in rate options specification, must be counter[,counter max value,reset value], recieved: 4 parts',
    ],
    ['sum:rate{counter,x}:m', 400, "Max value of counter was not a number, received 'x'"],
    ['sum:rate{counter,1,x}:m', 400, "Reset value of counter was not a number, received 'x'"],
    ['sum:percentiles:m', 400, 'Malformated percentile query paramater: percentiles'],
    ['sum:percentiles[a]:m', 400, 'For input string: "a"'],
  ])('%s is refused', (m, status, message) => {
    expect(() => parseMetricParam(m)).toThrow(expect.objectContaining({ status, message }));
  });
});

test('tsuid takes a list', () => {
  expect(parseTsuidParam('sum:1h-sum:rate:01,02,')).toMatchObject({ tsuids: ['01', '02'], downsample: '1h-sum', rate: true, metric: null });
  expect(() => parseTsuidParam('')).toThrow('The tsuid query string was empty');
  expect(() => parseTsuidParam('x')).toThrow('Invalid parameter m=x (not enough :-separated parts)');
});

describe('the query string', () => {
  test('flags count by presence; tsuid comes before m', () => {
    const q = uri('start=1h-ago&ms=false&show_tsuids&arrays&m=sum:a&tsuid=sum:01&m=sum:b&no_annotations=0');
    expect(q).toMatchObject({ start: '1h-ago', end: null, msResolution: true, showTsuids: true, noAnnotations: true, showQuery: false });
    expect(q.queries?.map((s) => s?.metric ?? s?.tsuids)).toEqual([['01'], 'a', 'b']);
  });

  test.each([
    ['rate{counter,,,}', 4],
    ['rate{counter,1,2,}', 4],
    ['rate{,,,,}', 5],
  ])('%s has parts too many, empty ones too', (rate, parts) => {
    expect(() => uri(`start=1&m=sum:${rate}:m`)).toThrow(`recieved: ${parts} parts`);
  });

  test.each(['rate{counter,,}', 'rate{counter,}', 'rate{,,}', 'rate{}'])('%s has no limits', (rate) => {
    const [sub] = uri(`start=1&m=sum:${rate}:m`).queries ?? [];
    expect(sub?.rateOptions).toMatchObject({ counterMax: 2n ** 63n - 1n, resetValue: 0n });
  });

  test('wants a start and something to ask', () => {
    expect(() => uri('m=sum:a')).toThrow('Missing parameter <code>start</code>');
    expect(() => uri('start=&m=sum:a')).toThrow('Missing parameter <code>start</code>');
    expect(() => uri('start=1')).toThrow('Missing sub queries');
  });

  test('sub-queries equal but for grouping, or for where asterisks stand, are one', () => {
    const left = (text: string): number => {
      const q = uri(`start=1&${text}`);
      removeDuplicates(q);
      return q.queries?.length ?? 0;
    };
    expect(left('m=sum:foo{host=a}&m=sum:foo{}{host=a}')).toBe(1);
    expect(left('m=sum:foo{host=web*}&m=sum:foo{host=*web}')).toBe(1);
    expect(left('m=sum:rollup_raw:foo&m=sum:foo')).toBe(1);
    expect(left('m=sum:foo&m=avg:foo&m=sum:rate:foo&m=sum:rate{counter}:foo&m=sum:explicit_tags:foo&m=sum:1h-sum:foo')).toBe(6);
  });

  test('is dumped as the original dumps it', () => {
    const q = uri(
      'start=1699999200&end=1700002800&m=bogus:1m-avg:rate{counter,100,5}:explicit_tags:m{host=a|b,dc=iliteral_or(X|Y),z=regexp(a.*b)}' +
        '{k=not_literal_or(q|r),l=wildcard(*a*b*),n=iwildcard(W*),p=not_iliteral_or(zz)}&padding',
    );
    expect(describeQuery(q, () => 0)).toBe(
      'TSQuery(start_time=1699999200, end_time=1700002800, subQueries[TSSubQuery(metric=m, filters=[' +
        'filter_name=not_literal_or, tagk=k, group_by=false, tagk_bytes=null, config={literals=[q, r], case=false}, ' +
        'filter_name=wildcard, tagk=l, group_by=false, tagk_bytes=null, config={components=[a, b], case=false}, ' +
        'filter_name=iwildcard, tagk=n, group_by=false, tagk_bytes=null, config={components=[w], case=true}, ' +
        'filter_name=not_iliteral_or, tagk=p, group_by=false, tagk_bytes=null, config={literals=[zz], case=true}, ' +
        'filter_name=literal_or, tagk=host, group_by=true, tagk_bytes=null, config={literals=[a, b], case=false}, ' +
        'filter_name=iliteral_or, tagk=dc, group_by=true, tagk_bytes=null, config={literals=[x, y], case=true}, ' +
        'filter_name=regexp, tagk=z, group_by=true, tagk_bytes=null, config={pattern=a.*b}], tsuids=[], agg=bogus, downsample=1m-avg, ' +
        'ds_interval=0, rate=true, rate_options={true,100,5}, explicit_tags=explicit_tags, index=0, percentiles=null, ' +
        'show_histogram_buckets=false)] padding=true, no_annotations=false, with_global_annotations=false, show_tsuids=false, ' +
        'ms_resolution=false, options=[])',
    );
  });
});
