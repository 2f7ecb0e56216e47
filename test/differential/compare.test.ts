import { parseAnswer } from './answer';
import { compareAnswers, show } from './compare';

const ok = (body: string): { status: number; body: string } => ({ status: 200, body });

describe('answers are compared', () => {
  test.each([
    ['members in another order', '{"a":1,"b":{"c":2,"d":[]}}', '{ "b": {"d":[],"c":2}, "a":1}'],
    ['another text of the same double', '[1.0E7,0.001,1.0E-9]', '[10000000.0,1.0E-3,1e-9]'],
    ['how long it took', '{"time":1.25,"results":[]}', '{"time":99.0,"results":[]}'],
    ['several members of one name in the same order', '{"1":5,"1":6}', '{"1":5,"1":6}'],
  ])('%s: the same', (_, want, got) => expect(compareAnswers(ok(want), ok(got), 'none')).toBeNull());

  test.each([
    ['an integer and a double', '{"1":5}', '{"1":5.0}', '.1: want 5, got 5.0'],
    ['integers beyond the safe ones', '[9007199254740993]', '[9007199254740992]', '[0]: want 9007199254740993, got 9007199254740992'],
    ['the last digit of a double', '[0.1]', '[0.10000000000000002]', '[0]: want 0.1, got 0.10000000000000002'],
    ['the sign of zero', '[0.0]', '[-0.0]', '[0]: want 0.0, got -0.0'],
    ['a member that is missing', '{"a":1,"b":2}', '{"a":1}', ': want member b, got undefined'],
    ['a member that is null', '{"a":null}', '{}', ': want member a, got undefined'],
    ['one of several members of one name', '{"1":5,"1":6}', '{"1":6,"1":5}', '.1: want 5, got 6'],
    ['the order of a list', '[1,2]', '[2,1]', '[0]: want 1, got 2'],
    ['the length of a list', '[1]', '[1,2]', 'answer: want 1 items, got 2'],
    ['NaN and null', '["NaN"]', '[null]', '[0]: want "NaN", got null'],
  ])('%s: differ', (_, want, got, text) => expect(compareAnswers(ok(want), ok(got), 'none')).toBe(text));

  test('lists without order', () => {
    expect(compareAnswers(ok('[{"a":1},{"a":2}]'), ok('[{"a":2},{"a":1}]'), 'top')).toBeNull();
    expect(compareAnswers(ok('{"results":[1,2]}'), ok('{"results":[2,1]}'), 'results')).toBeNull();
    expect(compareAnswers(ok('{"results":[1,2]}'), ok('{"results":[2,2]}'), 'results')).not.toBeNull();
  });

  test('errors by status and message', () => {
    const error = (status: number, message: string, more = ''): { status: number; body: string } => ({
      status,
      body: `{"error":{"code":${status},"message":"${message}"${more}}}`,
    });
    expect(compareAnswers(error(400, 'no', ',"trace":"at net.opentsdb"'), error(400, 'no'), 'none')).toBeNull();
    expect(compareAnswers(error(400, 'no'), error(400, 'yes'), 'none')).toBe('message: want no, got yes');
    expect(compareAnswers(error(400, 'no'), error(413, 'no'), 'none')).toBe('status: want 400 no, got 413 no');
    expect(compareAnswers(error(400, 'no'), ok('[]'), 'none')).toBe('status: want 400 no, got 200 ');
  });

  test('text that is no JSON', () => {
    expect(compareAnswers(ok('<html>'), ok('<html>'), 'none')).toBeNull();
    expect(compareAnswers(ok('[]'), ok('[],'), 'none')).toMatch(/SyntaxError/);
    expect(() => parseAnswer('{"a":}')).toThrow(SyntaxError);
    expect(show(parseAnswer(' {"a" : [1.50, true, null, "\\u0041\\""] } '))).toBe('{"a":[1.50,true,null,"A\\""]}');
  });
});
