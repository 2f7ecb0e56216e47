import fc from 'fast-check';
import { PutBody } from '../../src/ingest/put/put-body';
import { PutJsonError } from '../../src/ingest/put/put-scanner';
import type { SentPoint } from '../../src/ingest/put/sent-point';

function read(text: string, step = 100): (SentPoint | null)[] {
  const body = new PutBody(Buffer.from(text), 0);
  while (body.read(step));
  const points = Array.from({ length: body.size }, (_, i) => body.pointAt(i));
  body.release(); // the next one gets its memory
  return points;
}
const one = (text: string): SentPoint | null => read(text)[0];

describe('fields as Jackson takes them', () => {
  it.each([
    ['{"metric":5}', { metric: '5' }],
    ['{"metric":true,"value":false}', { metric: 'true', value: 'false' }],
    ['{"value":1.50}', { value: '1.50' }],
    ['{"value":-1E+5}', { value: '-1E+5' }],
    ['{"value":NaN}', { value: 'NaN' }],
    ['{"value":-Infinity}', { value: '-Infinity' }],
    ['{"metric":null,"value":null,"tags":null,"timestamp":null}', { metric: null, value: null, tags: null, timestamp: 0 }],
    ['{"timestamp":1.9}', { timestamp: 1 }],
    ['{"timestamp":"12"}', { timestamp: 12 }],
    ['{"timestamp":" 12 "}', { timestamp: 12 }],
    ['{"timestamp":""}', { timestamp: 0 }],
    ['{"timestamp":-5}', { timestamp: -5 }],
    ['{"timestamp":1e3}', { timestamp: 1000 }],
    ['{"timestamp":9223372036854775807}', { timestamp: 9223372036854775807n }],
    ['{"metric":"a","metric":"b"}', { metric: 'b' }],
    ['{"timestamp":9223372036854775807,"timestamp":2}', { timestamp: 2 }],
    ['{"tags":{"a":"1"},"tags":{"b":2}}', { tags: new Map([['b', '2']]) }],
    [
      '{"tags":{"a":1,"a":2.0,"b":true,"c":null}}',
      {
        tags: new Map<string, string | null>([
          ['a', '2.0'],
          ['b', 'true'],
          ['c', null],
        ]),
      },
    ],
    [
      '{"tags":{"__proto__":"x","constructor":"y"}}',
      {
        tags: new Map([
          ['__proto__', 'x'],
          ['constructor', 'y'],
        ]),
      },
    ],
    ['{"m\\u0065tric":"caf\\u00e9 \u00e9\\n"}', { metric: 'caf\u00e9 \u00e9\n' }],
    ['{"Metric":"x","metrics":"y","tag":{}}', { metric: null, tags: null }],
    ['{"x":[[{"a":[1,{}]},"}"],{}],"metric":"m"}', { metric: 'm' }],
    ['{"metric":"m"} trailing [', { metric: 'm' }],
    ['{ "metric" : "m" ,\n\t"value" : 1 }', { metric: 'm', value: '1' }],
    ['{"timestamp":007}', null],
    ['{"timestamp":1,}', null],
    ['{"timestamp":"abc"}', null],
    ['{"timestamp":"1.5"}', null],
    ['{"timestamp":true}', null],
    ['{"timestamp":99999999999999999999}', null],
    ['{"timestamp":{}}', null],
    ['{"metric":[]}', null],
    ['{"metric":{}}', null],
    ['{"tags":[]}', null],
    ['{"tags":""}', null],
    ['{"tags":{"a":{}}}', null],
    ['{"value":.5}', null],
    ['{"value":1.}', null],
    ['{"value":+1}', null],
    ['{"value":0x10}', null],
    ["{'metric':1}", null],
    ['{metric:1}', null],
    ['{"metric":"a\nb"}', null],
    ['{"metric":"\\x"}', null],
    ['{"metric":"\\u12g4"}', null],
    ['{"metric":"m"', null],
    ['{"metric" "m"}', null],
    ['{"a":[1,2}', null],
    ['[1]', null],
    ['["a"]', null],
    ['[[]]', null],
    ['[{}', null],
    ['[{} {}]', null],
  ])('%s', (text, expected) => {
    if (expected === null) expect(() => read(text)).toThrow(PutJsonError);
    else expect(one(text)).toMatchObject(expected);
  });

  it('an element may be null', () => {
    expect(read('[null,{}]').map((point) => point === null)).toEqual([true, false]);
  });

  it('says where', () => {
    expect(() => read('[{"metric":"m"},\n {"timestamp":"abc"}]')).toThrow(
      'Cannot deserialize value of type `long` from String "abc": not a valid Long value\n at [line: 2, column: 20]',
    );
  });

  it('unknown fields may be nested deep, but not endlessly', () => {
    const nested = (depth: number): string => `{"x":${'['.repeat(depth)}${']'.repeat(depth)},"metric":"m"}`;
    expect(one(nested(1000))).toMatchObject({ metric: 'm' });
    expect(() => one(nested(1001))).toThrow('Document nesting depth exceeds 1000');
    expect(() => one(nested(1_000_000))).toThrow(PutJsonError);
  });
});

const scalar = fc.oneof(fc.string({ unit: 'binary' }), fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.boolean());
const text = (value: unknown): string | null => (value === null || value === undefined ? null : String(value));

it('reads what JSON.stringify writes', () => {
  const point = fc.record(
    {
      metric: fc.oneof(fc.constant(null), scalar),
      timestamp: fc.integer({ min: -(2 ** 52), max: 2 ** 52 }),
      value: fc.oneof(fc.constant(null), fc.string({ unit: 'binary' }), fc.integer()),
      tags: fc.oneof(
        fc.constant(null),
        fc.dictionary(fc.string({ unit: 'binary' }), fc.oneof(fc.string({ unit: 'binary' }), fc.integer())),
      ),
      tsuid: fc.string(),
      other: fc.jsonValue(),
    },
    { requiredKeys: ['timestamp'] },
  );
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.constant(null), point)),
      fc.integer({ min: 1, max: 3 }),
      fc.constantFrom(0, 1),
      (points, step, indent) => {
        const json = JSON.stringify(points, null, indent);
        const sent = JSON.parse(json) as typeof points;
        expect(read(json, step)).toEqual(
          sent.map(
            (p) =>
              p && {
                metric:
                  typeof p.metric === 'number'
                    ? (/"metric": ?(-?[^,}\n]+)/.exec(JSON.stringify({ metric: p.metric }))?.[1] ?? null)
                    : text(p.metric),
                timestamp: p.timestamp,
                value: text(p.value),
                tags: p.tags ? new Map(Object.entries(p.tags).map(([k, v]) => [k, String(v)])) : null,
                tsuid: p.tsuid ?? null,
              },
          ),
        );
      },
    ),
  );
});

it('fails cleanly on any bytes', () => {
  const piece = fc.constantFrom(
    '[',
    ']',
    '{',
    '}',
    '"',
    ',',
    ':',
    'null',
    'true',
    '1',
    '-',
    '"metric"',
    '"tags"',
    '"timestamp"',
    '\\',
    'x',
    ' ',
    '\u00e9',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), fc.constantFrom('[', '{'), (pieces, start) => {
      try {
        read(start + pieces.join(''));
      } catch (error) {
        expect(error).toBeInstanceOf(PutJsonError);
      }
    }),
    { numRuns: 2000 },
  );
});

it('has nothing of the body before', () => {
  const whole = '{"metric":"m","timestamp":1,"value":"2","tags":{"a":"b"},"tsuid":"01"}';
  read(`[${whole},${whole},null]`);
  const nothing = { metric: null, timestamp: 0, value: null, tags: null, tsuid: null };
  expect(read(`[{},{"tags":{}},${whole}]`)).toEqual([nothing, { ...nothing, tags: new Map() }, one(whole)]);
});
