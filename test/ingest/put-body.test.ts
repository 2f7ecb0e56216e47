import fc from 'fast-check';
import { PutBody } from '../../src/ingest/put/put-body';
import { putFault } from '../../src/ingest/put/put-fault';
import { KEY_HASH, METRIC, METRIC_HASH, VALUE_HASH } from '../../src/ingest/put/put-places';
import { PutJsonError } from '../../src/ingest/put/put-scanner';
import type { SentPoint } from '../../src/ingest/put/sent-point';
import { hashName } from '../../src/write';
import golden from '../server/http/golden/put-bodies.json';

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

  it('says where', async () => {
    const text = '[{"metric":"m"},\n {"timestamp":"abc"}]';
    expect(() => read(text)).toThrow(PutJsonError);
    expect((await putFault(text, new Error('refused'))).details).toMatch(
      /from String "abc": not a valid Long value\n at .*; line: 2, column: 15\] \(through reference chain: java\.util\.ArrayList\[1\]->/s,
    );
  });

  it('unknown fields may be nested deep, but not endlessly', async () => {
    const nested = (depth: number): string => `{"x":${'['.repeat(depth)}${']'.repeat(depth)},"metric":"m"}`;
    expect(one(nested(1000))).toMatchObject({ metric: 'm' });
    expect(() => one(nested(1001))).toThrow(PutJsonError);
    expect((await putFault(nested(1001), new Error('refused'))).details).toContain('Document nesting depth exceeds 1000');
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

const seeds = golden.cases.map(({ body }) => body ?? '').filter((body) => /^[[{]/.test(body) && body.length < 1000);
const pieces = [
  '"',
  '\\',
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '0',
  '-',
  '.',
  'e',
  'null',
  'true',
  'NaN',
  ' ',
  '\n',
  '\u0000',
  'é',
  '\\u00e9',
  '1e400',
  'x',
];

it('takes and refuses the same bodies as the reader that words the errors', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...seeds),
      fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(3), fc.constantFrom('', ...pieces)), { maxLength: 3 }),
      async (seed, edits) => {
        let text = seed;
        for (const [where, cut, piece] of edits) {
          const at = 1 + Math.floor(where * (text.length - 1));
          text = text.slice(0, at) + piece + text.slice(at + cut);
        }
        const fault = await putFault(text, new Error('nothing is wrong'));
        let refused = false;
        try {
          read(text);
        } catch (error) {
          expect(error).toBeInstanceOf(PutJsonError);
          refused = true;
        }
        expect([text, refused]).toEqual([text, fault.details !== 'nothing is wrong']);
      },
    ),
    { numRuns: 3000 },
  );
});

it.each([
  '0',
  '-0',
  '0.5',
  '-0.5',
  '10.25',
  '-12.0',
  '00.5',
  '-01',
  '01.5',
  '-',
  '-.5',
  '.5',
  '1.',
  '-1.',
  '1.5.',
  '1..5',
  '1e5',
  '1.5e-3',
  '--1',
  '+1',
])('takes the number %s, or refuses it, as the reader that words the errors does', async (number) => {
  const text = `{"metric":"m","timestamp":1,"value":${number},"tags":{"a":"b"}}`;
  const { details } = await putFault(text, new Error('nothing is wrong'));
  const bad = details !== 'nothing is wrong';
  if (bad) expect(() => read(text)).toThrow(PutJsonError);
  else expect(read(text)[0]?.value).toBe(number);
});

describe('points that are written like the one before', () => {
  const name = fc.constantFrom('a', 'sys.cpu', 'web01', '', 'caf\u00e9', 'x\\u0041', '\\"', 'null', '1');
  const number = fc.constantFrom(
    '0',
    '7',
    '12',
    '1700000000',
    '1700000000123',
    '007',
    '-5',
    '1.25',
    '-0.5',
    '1e3',
    'NaN',
    '.5',
    '1.',
    '99999999999999999999',
  );
  const quoted = name.map((text) => `"${text}"`);
  const scalar = fc.oneof({ weight: 4, arbitrary: quoted }, { weight: 1, arbitrary: fc.oneof(number, fc.constantFrom('null', 'true')) });
  const tags = fc.oneof(
    { weight: 6, arbitrary: fc.tuple(quoted, quoted).map(([a, b]) => `{"host":${a},"dc":${b}}`) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        '{}',
        'null',
        '{"host":"a"}',
        '{"host":"a","host":"b"}',
        '{"host":null,"dc":"x"}',
        '{ "host":"a","dc":"b"}',
      ),
    },
  );
  const value = fc.oneof(number, quoted);
  const field = fc.oneof(
    scalar.map((text) => `"metric":${text}`),
    value.map((text) => `"timestamp":${text}`),
    value.map((text) => `"value":${text}`),
    tags.map((text) => `"tags":${text}`),
    fc.constantFrom('"tsuid":"00"', '"other":[1,{"a":2}]', '"m\\u0065tric":"b"'),
  );
  const usual = fc
    .tuple(scalar, value, value, tags)
    .map(([metric, time, v, t]) => `{"metric":${metric},"timestamp":${time},"value":${v},"tags":${t}}`);
  const odd = fc.array(field, { maxLength: 6 }).map((fields) => `{${fields.join(',')}}`);
  const element = fc.oneof({ weight: 8, arbitrary: usual }, { weight: 1, arbitrary: odd }, { weight: 1, arbitrary: fc.constant('null') });

  const attempt = (text: string): unknown => {
    try {
      return read(text);
    } catch (error) {
      return (error as Error).constructor.name;
    }
  };

  it('are what they are alone, or as wrong', () => {
    fc.assert(
      fc.property(fc.array(element, { minLength: 1, maxLength: 12 }), fc.constantFrom(',', ', ', ' ,\n'), (elements, comma) => {
        const alone = elements.map((text) => attempt(text));
        const wrong = alone.find((points) => typeof points === 'string');
        expect(attempt(`[${elements.join(comma)}]`)).toEqual(wrong ?? alone.flat());
      }),
      { numRuns: 2000 },
    );
  });

  it('have the hashes of their names', () => {
    const text = (i: number): string =>
      `{"metric":"m${i % 3}","timestamp":${1000 + i},"value":${i},"tags":{"host":"web${i}","dc":"${i % 2}"}}`;
    const bytes = Buffer.from(`[${[1, 2, 3, 4].map(text).join(',')}]`);
    const body = new PutBody(bytes, 0);
    while (body.read(1));
    for (let i = 0; i < body.size; i++) {
      expect(body.places.place(i, METRIC_HASH)).toBe(hashName(bytes, body.places.place(i, METRIC), body.places.place(i, METRIC + 1)));
      for (let tag = 0; tag < 2; tag++) {
        expect(body.places.tagPlace(i, tag, KEY_HASH)).toBe(
          hashName(bytes, body.places.tagPlace(i, tag, 0), body.places.tagPlace(i, tag, 1)),
        );
        expect(body.places.tagPlace(i, tag, VALUE_HASH)).toBe(
          hashName(bytes, body.places.tagPlace(i, tag, 3), body.places.tagPlace(i, tag, 4)),
        );
      }
    }
  });
});
