import { parseJsonQuery, validateQuery, type Query } from '../../../src/query/parse';

const NOW = 1_700_000_000_000;
const q = (sub: string, rest = ''): Query => parseJsonQuery(`{"start":1699999200,"end":1700002800,"queries":[{${sub}}]${rest}}`);
const sub = (text: string): NonNullable<Query['queries']>[number] => q(`"aggregator":"sum","metric":"m",${text}`).queries?.[0] ?? null;
const failure = (work: () => unknown): { status: number; message: string; details: string } => {
  try {
    work();
  } catch (e) {
    return e as { status: number; message: string; details: string };
  }
  throw new Error('nothing was thrown');
};

describe('coercions', () => {
  test('into strings', () => {
    expect(parseJsonQuery('{"start":1.50e9,"end":true,"timezone":null,"queries":[]}')).toMatchObject({
      start: '1.50e9',
      end: 'true',
      timezone: null,
    });
  });

  test('into booleans', () => {
    expect(sub('"rate":"true","explicitTags":2,"preAggregate":null,"useMultiGets":"","useFuzzyFilter":0')).toMatchObject({
      rate: true,
      explicitTags: true,
      preAggregate: false,
      useMultiGets: false,
      useFuzzyFilter: false,
    });
    expect(failure(() => sub('"rate":"yes"')).details).toContain(
      'InvalidFormatException: Cannot deserialize value of type `boolean` from String "yes": only "true" or "false" recognized',
    );
  });

  test('into longs, exactly', () => {
    expect(sub('"rateOptions":{"counterMax":9223372036854775807,"resetValue":" 7 ","dropResets":1,"isCounter":true}')?.rateOptions).toEqual(
      {
        counter: true,
        counterMax: 9223372036854775807n,
        resetValue: 7n,
        dropResets: true,
      },
    );
    expect(sub('"rateOptions":{"counterMax":1.9,"resetValue":null}')?.rateOptions).toMatchObject({ counterMax: 1n, resetValue: 0n });
    expect(failure(() => sub('"rateOptions":{"counterMax":9223372036854775808}')).details).toContain('out of range of long');
  });

  test('into percentiles, sorted', () => {
    expect(sub('"percentiles":[99.9,"50",1]')?.percentiles).toEqual([1, 50, Math.fround(99.9)]);
  });
});

describe('tags and filters', () => {
  const wildcard = '"filters":[{"type":"wildcard","tagk":"host","filter":"w*"}]';

  test('the later one wins', () => {
    expect(sub(`"tags":{"host":"*"},${wildcard}`)?.filters!.map((f) => f.filter)).toEqual(['w*']);
    expect(sub(`${wildcard},"tags":{"host":"*"}`)?.filters!.map((f) => f.filter)).toEqual(['*']);
    expect(sub(`"tags":{"host":"*"},${wildcard},"tags":{"host":"a"}`)?.filters!.map((f) => f.filter)).toEqual(['a']);
  });

  test('groupBy and group_by both group; tags always do', () => {
    const grouping = sub(
      '"filters":[{"type":"wildcard","tagk":"a","filter":"*","groupBy":true},{"type":"wildcard","tagk":"b","filter":"*","group_by":true},{"type":"wildcard","tagk":"c","filter":"*"}]',
    );
    expect(grouping?.filters!.map((f) => f.groupBy)).toEqual([true, true, false]);
    expect(sub('"tags":{"host":5}')?.filters).toMatchObject([{ type: 'literal_or', filter: '5', groupBy: true }]);
  });

  test('tags make filters in the order of the text', () => {
    const keys = ['zz', 'host', 'aa', 'dc', 'b', 'a'];
    const tags = keys.map((key) => `"${key}":"*"`).join(',');
    expect(sub(`"tags":{${tags}}`)?.filters!.map((f) => f.tagk)).toEqual(keys);
    const wrong = failure(() => sub('"tags":{"dc":"foo(1)","host":"regexp([)"}'));
    expect(wrong.details).toContain('Could not find a tag value filter of the type: foo');
  });

  test('unknown fields are ignored, but not in rateOptions', () => {
    expect(q('"aggregator":"sum","metric":"m","bogus":[1],"__proto__":{"a":1}', ',"foo":1').queries).toHaveLength(1);
    expect(failure(() => sub('"rateOptions":{"bogus":1}')).details).toContain(
      'UnrecognizedPropertyException: Unrecognized field "bogus" (class net.opentsdb.core.RateOptions), not marked as ignorable (5 known properties: ' +
        '"counterMax", "resetValue", "dropResets", "counter", "isCounter"])',
    );
  });
});

describe('what is no query', () => {
  test('an empty body', () => {
    expect(failure(() => parseJsonQuery(''))).toMatchObject({
      status: 400,
      message: 'Missing message content',
      details: 'Supply valid JSON formatted data in the body of your request',
    });
  });

  test.each([
    ['{"start":1699999200,"queries":["x"]}', 32],
    ['{"start":1699999200,"end":1700002800,"queries":{}}', 48],
  ])('%s: the place is told', (body, column) => {
    const e = failure(() => parseJsonQuery(body));
    expect(e.message).toBe('Unable to parse the given JSON');
    expect(e.details).toContain(`line: 1, column: ${column}]`);
  });

  test('a filter that is none, to the byte', () => {
    const body =
      '{"start":1699999200,"end":1700002800,"queries":[{"aggregator":"sum","metric":"sys.cpu.user","downsample":"10m-avg","filters":[{"type":"bogus","tagk":"host","filter":"x","groupBy":false}]}]}';
    expect(failure(() => parseJsonQuery(body)).details).toBe(
      'com.fasterxml.jackson.databind.exc.InvalidDefinitionException: Cannot construct instance of `net.opentsdb.query.filter.TagVFilter$Builder`, ' +
        'problem: Could not find a tag value filter of the type: bogus\n' +
        ` at [Source: (String)"${body}"; line: 1, column: 185] (through reference chain: net.opentsdb.core.TSQuery["queries"]->java.util.ArrayList[0]` +
        '->net.opentsdb.core.TSSubQuery["filters"]->java.util.ArrayList[0])',
    );
  });

  test.each(['{', '[]', '"x"', '5', "{'start':1}", '{"start":01,"queries":[]}', '{"queries":[{"metric":"m",}]}', '{"a":"\u0001"}', 'nul'])(
    '%s',
    (body) => {
      expect(failure(() => parseJsonQuery(body))).toMatchObject({ status: 400, message: 'Unable to parse the given JSON' });
    },
  );

  test.each(['{}', 'null', '{"start":1,"queries":null}'])('%s has no queries at all', (body) => {
    expect(failure(() => parseJsonQuery(body))).toMatchObject({ status: 400, message: 'An internal null pointer exception was thrown' });
  });

  test('nesting without end', () => {
    expect(failure(() => parseJsonQuery(`{"a":${'['.repeat(100000)}`)).message).toBe('Unable to parse the given JSON');
  });

  test('text after the first value is ignored', () => {
    expect(parseJsonQuery('{"start":1,"queries":[]} trailing')).toMatchObject({ start: '1' });
  });
});

describe('validation, in order', () => {
  const dump = (fields: string): string =>
    `TSQuery(${fields} padding=false, no_annotations=false, with_global_annotations=false, show_tsuids=false, ms_resolution=false, options=[])`;

  test.each([
    ['{"end":1,"queries":[]}', 'Missing start time'],
    ['{"start":"","queries":[]}', 'Missing start time'],
    ['{"start":"x","queries":[]}', "Invalid time: x. Invalid character 'x' in x"],
    ['{"start":200,"end":100,"queries":[]}', 'End time [100000] must be greater than the start time [200000]'],
    ['{"start":1,"end":2,"queries":[]}', 'Missing queries'],
    ['{"start":1,"end":2,"queries":[{"metric":"m"}]}', 'Missing the aggregation function'],
    ['{"start":1,"end":2,"queries":[{"aggregator":"x"}]}', 'No such aggregation function: x'],
    ['{"start":1,"end":2,"queries":[{"aggregator":"sum","metric":""}]}', 'Missing the metric or tsuids, provide at least one'],
    [
      '{"start":1,"end":2,"queries":[{"aggregator":"sum","metric":"m","downsample":"1h-none"}]}',
      'cannot use the NONE aggregator for downsampling',
    ],
    [
      '{"start":1,"end":2,"queries":[{"aggregator":"avg","metric":"m","percentiles":[1]}]}',
      'Only NONE or SUM aggregation function supported for histogram query',
    ],
    [
      '{"start":1,"end":2,"queries":[{"aggregator":"sum","metric":"m","percentiles":[1],"downsample":"1h-zimsum"}]}',
      'Only SUM downsampling aggregation supported for histogram query',
    ],
    ['{"start":1,"end":2,"queries":[{"aggregator":"sum","metric":"m","percentiles":[101]}]}', 'Invalid percentile parameters: 101.0'],
    [
      '{"start":1,"end":2,"timezone":"Bogus/Zone","queries":[{"aggregator":"sum","metric":"m","downsample":"1h-sum"}]}',
      'The timezone specification could not be found',
    ],
    ['{"start":"2020/01/01","timezone":"Bogus/Zone","queries":[]}', 'Invalid timezone name: Bogus/Zone'],
  ])('%s', (body, message) => {
    const query = parseJsonQuery(body);
    const e = failure(() => validateQuery(query, null, NOW));
    expect(e).toMatchObject({ status: 400, message });
    expect(e.details).toMatch(/^TSQuery\(start_time=/);
  });

  test('the dump shows what was known by then', () => {
    const query = q('"aggregator":"sum","metric":"m","downsample":"10m-avg","percentiles":[50,99]');
    expect(failure(() => validateQuery(query, null, NOW)).details).toBe(
      dump(
        'start_time=1699999200, end_time=1700002800, subQueries[TSSubQuery(metric=m, filters=[], tsuids=[], agg=sum, downsample=10m-avg, ' +
          'ds_interval=600000, rate=false, rate_options=null, explicit_tags=explicit_tags, index=0, percentiles=[50.0, 99.0], show_histogram_buckets=false)]',
      ),
    );
  });

  test('an unknown zone is no matter where nothing needs one', () => {
    expect(validateQuery(q('"aggregator":"sum","metric":"m"', ',"timezone":"bogus"'), null, NOW).startMs).toBe(1699999200000);
  });

  test('zone and calendar are laid on every downsampler; no end means now', () => {
    const query = parseJsonQuery(
      '{"start":"1h-ago","timezone":"America/Denver","useCalendar":true,"queries":[{"aggregator":"sum","metric":"m","downsample":"1d-sum"}]}',
    );
    const valid = validateQuery(query, null, NOW);
    expect([valid.startMs, valid.endMs]).toEqual([NOW - 3600_000, NOW]);
    expect(valid.subQueries[0].downsample).toMatchObject({ timeZone: 'America/Denver', calendar: true });
  });

  test.each<[start: string, end: string, message: string]>([
    ['1', '99999999999999', 'Invalid timestamp: 99999999999999'],
    ['9999999999999', '10000000000000', 'Invalid timestamp: 10000000000000'],
    ['1356998400', '9223372036854775807', 'Invalid timestamp: 9223372036854775807'],
    ['9007199254740993', '9223372036854775807', 'Invalid timestamp: 9007199254740993'],
    ['9007199254740993', '9007199254740994', 'Invalid timestamp: 9007199254740993'],
    ['1356998400', '"9007199254740993ms"', 'Invalid timestamp: 9007199254740993'],
    [
      '"9223372036854775807ms"',
      '"9223372036854775806ms"',
      'End time [9223372036854775806] must be greater than the start time [9223372036854775807]',
    ],
    ['"1960/01/01"', '"1961/01/01"', 'Invalid timestamp: -315619200000'],
    ['"1960/01/01"', '9007199254740993', 'Invalid timestamp: -315619200000'],
    ['"1969/12/31-23:59:59"', '1', 'Invalid timestamp: -1000'],
    ['"60y-ago"', '"now"', `Invalid timestamp: ${NOW - 60 * 365 * 86_400_000}`],
    ['"200000000y-ago"', '"now"', `Invalid timestamp: ${BigInt(NOW) - 200_000_000n * 365n * 86_400_000n}`],
    ['"9223372036854775807ms-ago"', '"now"', `Invalid timestamp: ${BigInt(NOW) - (2n ** 63n - 1n)}`],
  ])('a time that no point can have: %s to %s', (start, end, message) => {
    const query = parseJsonQuery(`{"start":${start},"end":${end},"timezone":"UTC","queries":[{"aggregator":"sum","metric":"m"}]}`);
    expect(failure(() => validateQuery(query, null, NOW))).toMatchObject({ status: 400, message });
  });

  test('the epoch itself is a time', () => {
    const query = parseJsonQuery('{"start":"1970/01/01","end":"10","timezone":"UTC","queries":[{"aggregator":"sum","metric":"m"}]}');
    expect(validateQuery(query, null, NOW)).toMatchObject({ startMs: 0, endMs: 10_000 });
  });
});
