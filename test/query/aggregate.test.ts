import { AGGREGATOR_NAMES, findAggregator } from '../../src/query/aggregate/registry';
import { evaluateGroup } from '../../src/query/evaluate';
import { aggregatorNamed, groupSpec, series, shown, window } from './evaluate-support';

const double = (name: string, ...values: number[]): number => aggregatorNamed(name).runDouble(Float64Array.from(values), 0, values.length);
const long = (name: string, ...values: number[]): number => aggregatorNamed(name).runLong(Float64Array.from(values), 0, values.length);
const bigInt = (name: string, ...values: (number | bigint)[]): bigint =>
  aggregatorNamed(name).runBigInt(BigInt64Array.from(values, BigInt), values.length);

test("the names, in the original's order", () => {
  expect(AGGREGATOR_NAMES.join(' ')).toBe(
    'mult p90 zimsum mimmax sum p50 none p95 ep99r7 pfsum p75 p99 ep99r3 ep95r7 min avg ep75r7 dev ep95r3 ep75r3 ep50r7 ep90r7 mimmin p999 ' +
      'ep50r3 ep90r3 ep999r7 last max count diff median squareSum ep999r3 first',
  );
  expect(findAggregator('SUM')).toBeUndefined();
  expect(findAggregator('multiply')).toBeUndefined();
});

describe('one bucket with 1, 2, 4, 8', () => {
  test.each([
    ['sum', 15],
    ['min', 1],
    ['max', 8],
    ['avg', 3.75],
    ['dev', 2.680951323690902],
    ['count', 4],
    ['first', 1],
    ['last', 8],
    ['diff', 7],
    ['median', 4],
    ['mult', 64],
    ['squareSum', 85],
    ['zimsum', 15],
    ['mimmax', 8],
    ['pfsum', 15],
    ['p50', 3],
    ['p90', 8],
    ['ep50r3', 3],
    ['ep50r7', 3],
  ])('%s is %d', (name, expected) => {
    expect(double(name, 1, 2, 4, 8)).toBe(expected);
  });
});

describe('percentiles of 10, 20 ... 100', () => {
  const values = Array.from({ length: 10 }, (_, i) => 100 - i * 10);
  test.each([
    ['p50', 55, 55],
    ['p75', 82, 82.5],
    ['p90', 99, 99],
    ['p95', 100, 100],
    ['ep50r3', 50, 55],
    ['ep75r3', 80, 82.5],
    ['ep90r3', 90, 99],
    ['ep50r7', 55, 55],
    ['ep75r7', 77, 82.5],
    ['ep90r7', 91, 99],
    ['ep95r7', 95, 100],
    ['ep99r7', 99, 100],
  ])('%s of integers is %d, of doubles %d', (name, ofIntegers, ofDoubles) => {
    expect(long(name, ...values)).toBe(ofIntegers);
    expect(bigInt(name, ...values)).toBe(BigInt(ofIntegers));
    expect(double(name, ...values)).toBe(ofDoubles);
  });
});

describe('integers', () => {
  test('averages, deviations and percentiles are cut toward zero', () => {
    expect(long('avg', -3, -4)).toBe(-3);
    expect(long('avg', 3, 4)).toBe(3);
    expect(long('dev', 1, 2)).toBe(0);
    expect(long('p75', -1, -2)).toBe(-1);
    expect(bigInt('avg', -3, -4)).toBe(-3n);
    expect(bigInt('dev', 0, 10)).toBe(5n);
  });
  test('64 bits wrap', () => {
    expect(bigInt('sum', 2n ** 63n - 1n, 1)).toBe(-(2n ** 63n));
    expect(bigInt('mult', 2n ** 62n, 4)).toBe(0n);
    expect(bigInt('diff', -(2n ** 63n), 1)).toBe(-(2n ** 63n) + 1n);
    expect(bigInt('squareSum', 2n ** 32n, 1)).toBe(1n);
  });
  test.each(['sum', 'avg', 'mult', 'squareSum', 'diff'])('%s says when a number is not enough', (name) => {
    expect(long(name, -(2 ** 53 - 1), 2 ** 53 - 1, 2 ** 53 - 1, 2 ** 53 - 1)).toBeNaN();
  });
  test('an integer is never negative zero', () => {
    expect(Object.is(long('mult', 0, -5), 0)).toBe(true);
    expect(shown(evaluateGroup([series('0:0'), series('0:-1')], groupSpec({ aggregator: 'p50', ...window(0, 60) })))).toBe('0:0');
  });
});

describe('NaN', () => {
  const all = AGGREGATOR_NAMES.filter((name) => name !== 'none');
  test.each(all.filter((name) => !['count', 'mult', 'first', 'last', 'diff'].includes(name)))('%s skips it', (name) => {
    expect(double(name, NaN, 5, NaN)).toBe(double(name, 5));
    expect(double(name, NaN, NaN)).toBeNaN();
  });
  test('count is 0 over nothing else', () => expect(double('count', NaN, NaN)).toBe(0));
  test('mult, first and last let it through', () => {
    expect(double('mult', 2, NaN)).toBeNaN();
    expect(double('first', NaN, 2)).toBeNaN();
    expect(double('last', 2, NaN)).toBeNaN();
  });
  test('diff passes over leading ones only', () => {
    expect(double('diff', NaN, 10)).toBe(0);
    expect(double('diff', NaN, 4, 10)).toBe(6);
    expect(double('diff', 1, NaN)).toBeNaN();
    expect(double('diff', NaN)).toBeNaN();
    expect(double('diff', 7)).toBe(0);
  });
});

test('an infinite minimum or maximum is none', () => {
  expect(double('min', Infinity, NaN)).toBeNaN();
  expect(double('max', -Infinity)).toBeNaN();
  expect(double('max', Infinity)).toBe(Infinity);
});

test('none refuses a second value', () => expect(() => double('none', 1, 2)).toThrow());
