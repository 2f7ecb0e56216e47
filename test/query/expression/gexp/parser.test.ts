import { parseGexp } from '../../../../src/query/expression/gexp/parser';
import { describeCall, metricsOf } from '../../../../src/query/expression/gexp/tree';
import { ClientError } from '../../../../src/util/errors';

const LIMITS = { length: 200, depth: 3, count: 5 };

function problem(text: string): { status: number; message: string } {
  try {
    parseGexp(text, LIMITS);
  } catch (e) {
    if (e instanceof ClientError) return { status: e.status, message: e.message };
    throw e;
  }
  throw new Error(`${text} was accepted`);
}

describe('a call', () => {
  test('has metrics, calls and words', () => {
    const call = parseGexp(' sum ( sum:1m-avg:rate:sys.cpu{host=*, dc=lga} , scale(max:x,2), 3)', LIMITS);
    expect(metricsOf(call).map(({ text }) => text)).toEqual(['sum:1m-avg:rate:sys.cpu{host=*,dc=lga}', 'max:x']);
    expect(call.parameters).toEqual(['3']);
    expect(describeCall(call)).toBe('sumSeries(scale(x),sys.cpu)');
    expect(call.wordAfter).toBeNull();
  });
  test('may be followed by anything', () => expect(parseGexp('scale(sum:foo) ; x', LIMITS).name).toBe('scale'));
  test('knows words before its inputs', () => {
    const call = parseGexp('alias(sum:a,10,sum:b)', LIMITS);
    expect(call.wordAfter).toBe(1);
    expect(describeCall(call)).toBe('alias(a,b,10)');
  });
});

describe('mistakes', () => {
  test.each([
    'scale',
    'scale(',
    'scale()',
    'scale(sum:a',
    'scale(sum:a,)',
    'scale(,sum:a)',
    'scale(sum:a,,2)',
    'scale(sum:a{},2)',
    'scale(sum:a{host=x}{dc=y},2)',
    'scale(sum:a,(2))',
    'scale(sum:1m-avg:rate:x:a,2)',
    'sum:a',
    '',
  ])('in the grammar: %p', (text) => {
    expect(problem(text)).toEqual({ status: 500, message: `Failed to parse ${text}` });
  });
  test.each(['firstDiff(sum:a)', 'firstDiff(sum:a', 'constructor(sum:a)', '__proto__(sum:a)', 'Scale(sum:a,2)', 'foo;'])(
    'an unknown function: %p',
    (text) => expect(problem(text)).toEqual({ status: 500, message: `Function ${/^\w+/.exec(text)?.[0]} has not been implemented` }),
  );
  test('a character that is no part of the language', () => {
    expect(problem('scale(sum:a;2)')).toEqual({ status: 400, message: 'Failed to parse scale(sum:a;2)' });
  });
  test('more than is allowed', () => {
    expect(problem(`scale(sum:${'a'.repeat(200)},2)`)).toMatchObject({
      status: 400,
      message: expect.stringContaining('max_length') as string,
    });
    expect(problem('scale(scale(scale(scale(sum:a,1),1),1),1)')).toMatchObject({
      status: 400,
      message: expect.stringContaining('max_depth') as string,
    });
  });
});
