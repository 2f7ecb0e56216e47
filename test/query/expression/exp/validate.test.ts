import { parseExpRequest, planExp, validateExp, type ValidExp } from '../../../../src/query/expression/exp';
import { checkReferences, expOutputsOf } from '../../../../src/query/expression/exp/plan';
import { ClientError } from '../../../../src/util/errors';

const LIMITS = { length: 100, depth: 20, count: 4 };

type Body = Record<string, unknown>;

/** A body that is right, with some members changed. */
function body(changes: Body = {}): string {
  return JSON.stringify({
    time: { start: '1356998400', end: '1356998500', aggregator: 'sum' },
    filters: [{ id: 'f', tags: [{ type: 'wildcard', tagk: 'host', filter: '*', groupBy: true }] }],
    metrics: [
      { id: 'a', metric: 'sys.a', filter: 'f' },
      { id: 'b', metric: 'sys.b' },
    ],
    expressions: [{ id: 'e', expr: 'a + b' }],
    ...changes,
  });
}

const valid = (text: string): ValidExp => validateExp(parseExpRequest(text), LIMITS, null, 0);

function problem(run: () => unknown): string {
  try {
    run();
  } catch (e) {
    if (e instanceof ClientError) return `${e.status} ${e.message}`;
    throw e;
  }
  throw new Error('was accepted');
}

const metric = (changes: Body): Body => ({ metrics: [{ id: 'a', metric: 'm', ...changes }], expressions: null });
const time = (changes: Body): Body => ({ time: { start: '1356998400', aggregator: 'sum', ...changes } });
const expression = (expr: string, changes: Body = {}): Body => ({ expressions: [{ id: 'e', expr, ...changes }] });

const expressions = (...all: [string, string][]): string => body({ expressions: all.map(([id, expr]) => ({ id, expr })) });

test('a body that is right', () => expect(valid(body()).expressions[0].parsed.variables).toEqual(['a', 'b']));

test.each([
  ['', '500 Incoming data was null or empty'],
  ['null', '500 An internal null pointer exception was thrown'],
  ['{}', '500 missing time'],
  [body(time({ start: '' })), '500 Invalid time'],
  [body(time({ end: 'zz' })), '500 Invalid time'],
  [body(time({ aggregator: 'bogus' })), '500 Invalid time'],
  [body(time({ downsampler: { interval: '1m' } })), '500 Invalid time'],
  [body(time({ downsampler: { interval: '1dc', aggregator: 'avg' } })), '500 Invalid time'],
  [body({ metrics: [] }), '500 missing or empty metrics'],
  [body({ metrics: [null] }), '500 An internal null pointer exception was thrown'],
  [body(metric({ id: '' })), '500 Invalid metric at index 0'],
  [body(metric({ id: 'a_b' })), '500 Invalid metric at index 0'],
  [body(metric({ id: '5' })), '500 Invalid metric at index 0'],
  [body(metric({ id: '٣' })), '500 Invalid metric at index 0'],
  [body(metric({ metric: '' })), '500 Invalid metric at index 0'],
  [body(metric({ timeOffset: 'zz' })), '500 Invalid metric at index 0'],
  [body(metric({ filter: 'z' })), '500 unrecognized filter id z in metric a'],
  [body({ ...metric({ filter: 'f' }), filters: null }), '500 No filter defined: f'],
  [body({ metrics: [{ id: 'a' }, { id: 'a' }] }), '500 duplicated metric id: a'],
  [body({ filters: [{ id: 'f' }, { id: 'f' }] }), '500 duplicated filter id: f'],
  [body({ filters: [{ id: '' }] }), '500 Invalid filter at index 0'],
  [body({ filters: [{ id: 'f' }] }), '500 An internal null pointer exception was thrown'],
  [body(expression('')), '500 Invalid expression at index 0'],
  [body(expression('a', { id: 'b' })), '500 Duplicated variable or expression id: b'],
  [body(expression('a + c')), '500 Expression [a + c] was missing input c'],
  [body(expression('a + constructor')), '500 Expression [a + constructor] was missing input constructor'],
  [body(expression('__proto__')), '500 Expression [__proto__] was missing input __proto__'],
  [body(expression('a.class')), '500 Expression [a.class] was missing input class'],
  [body(expression('1 + 2')), "500 The expression didn't appear to have any variables"],
  [body({ ...metric({ filter: 'z' }), ...expression('1 + 2') }), '500 unrecognized filter id z in metric a'],
  [body({ ...metric({ filter: 'f' }), ...expression('1 + 2'), filters: null }), '500 No filter defined: f'],
  [
    body({ ...metric({ filter: 'f' }), ...expression('1 + 2'), filters: [{ id: 'f' }] }),
    '500 An internal null pointer exception was thrown',
  ],
  [expressions(['e', '1 + 2'], ['f', 'x + 2']), '500 Expression [x + 2] was missing input x'],
  [expressions(['e', '1 + 2'], ['f', '']), '500 Invalid expression at index 1'],
  [body(expression('1 + 2', { join: {} })), '500 The set operator cannot be null'],
  [
    body({
      expressions: [
        { id: 'e', expr: '1 + 2' },
        { id: 'f', expr: 'a', join: {} },
      ],
    }),
    "500 The expression didn't appear to have any variables",
  ],
  [
    body({
      expressions: [
        { id: 'e', expr: 'a', join: {} },
        { id: 'f', expr: '1 + 2' },
      ],
    }),
    '500 The set operator cannot be null',
  ],
  [body(expression('a +')), "500 net.opentsdb.query.pojo.Expression.validate@1:3 parsing error in 'a +'"],
  [body(expression('a', { join: {} })), '500 The set operator cannot be null'],
  [body(expression("a.getClass().forName('x')")), "400 Members of values are not supported in expressions: a.getClass().forName('x')"],
  [body(expression('size(a)')), '400 "size" is not supported in expressions: size(a)'],
  [body(expression('a = b')), '400 Assignments are not supported in expressions: a = b'],
  [body(expression('a[0]')), '400 Elements of values are not supported in expressions: a[0]'],
])('%s', (text, message) => expect(problem(() => valid(text))).toBe(message));

test('limits', () => {
  const many = [1, 2, 3].map((i) => ({ id: `e${i}`, expr: 'a' }));
  expect(problem(() => valid(body({ expressions: many })))).toMatch(/^400 5 expressions .*max_count/);
  expect(problem(() => valid(body(expression(`a${' + a'.repeat(40)}`))))).toMatch(/^400 .*max_length/);
  expect(problem(() => valid(body(expression(`a${'+a'.repeat(30)}`))))).toMatch(/^400 .*max_depth/);
  expect(problem(() => valid(body(expression(`${'('.repeat(30)}a${')'.repeat(30)}`))))).toMatch(/^400 .*max_depth/);
});

test.each([
  [{ policy: 'nan' }, NaN],
  [{ policy: 'null', value: 0 }, NaN],
  [{}, 0],
  [{ value: 7 }, 7],
  [{ policy: 'scalar', value: '7.5' }, 7.5],
  [{ value: 'NaN' }, NaN],
])('the fill policy %p', (fillPolicy, value) => {
  expect(valid(body(metric({ fillPolicy }))).metrics[0].fillPolicy?.value).toBe(value);
});
test.each([
  [{ policy: 'bogus' }, /InvalidDefinitionException.*Unrecognized fill policy: bogus/],
  [{ policy: 'zero', value: 1 }, /The value for ZERO must be 0/],
  [{ policy: 'nan', value: 1 }, /The value for NONE and NAN must be NaN/],
])('the fill policy %p is refused', (fillPolicy, message) => {
  expect(problem(() => valid(body(metric({ fillPolicy }))))).toMatch(message);
});

describe('the plan', () => {
  const expressions = (...all: [string, string][]): ValidExp =>
    validateExp(parseExpRequest(body({ expressions: all.map(([id, expr]) => ({ id, expr })) })), { ...LIMITS, count: 9 }, null, 0);

  test('asks for each metric once', () => {
    const { query, places } = planExp(
      valid(
        body({
          metrics: [
            { id: 'a', metric: 'm', filter: 'f' },
            { id: 'b', metric: 'm', filter: 'f' },
          ],
        }),
      ),
    );
    expect(query.queries).toHaveLength(1);
    expect([...places]).toEqual([
      ['a', 0],
      ['b', 0],
    ]);
  });
  test.each([
    [[['e', 'e + a']], '400 Self referencing expression found: e'],
    [
      [
        ['e', 'f + b'],
        ['f', 'e * 2'],
      ],
      '400 Circular reference found: f',
    ],
    [
      [
        ['e', 'f + b'],
        ['f', 'g * 2'],
        ['g', 'e + 1'],
      ],
      '400 Circular reference found: g',
    ],
  ] as [[string, string][], string][])('references %p', (all, message) => {
    expect(problem(() => checkReferences(expressions(...all).expressions))).toBe(message);
  });
  test('an expression may be used in many ways', () => {
    const all = Array.from({ length: 6 }, (_, i): [string, string] => [`e${i}`, i < 2 ? 'a' : `e${i - 1} + e${i - 2}`]);
    expect(() => checkReferences(expressions(...all).expressions)).not.toThrow();
  });
  test('outputs', () => {
    expect(expOutputsOf(valid(body({ outputs: [{ id: 'zz' }, { id: 'b', alias: 'B' }] })))).toEqual([{ id: 'b', alias: 'B' }]);
    expect(expOutputsOf(valid(body())).map(({ id }) => id)).toEqual(['e']);
    expect(expOutputsOf(valid(body({ expressions: null }))).map(({ id }) => id)).toEqual(['a', 'b']);
  });
});
