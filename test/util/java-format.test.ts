import { javaFixed } from '../../src/util/java-format';

// String.format("%.6f", x) of Java 17.
it.each([
  [0, '0.000000'],
  [-0, '-0.000000'],
  [1, '1.000000'],
  [0.1, '0.100000'],
  [2 / 3, '0.666667'],
  [-2.5, '-2.500000'],
  [123456.789, '123456.789000'],
  [1e7, '10000000.000000'],
  [1e20, '100000000000000000000.000000'],
  [1.5e-7, '0.000000'],
  [5e-7, '0.000001'],
  [4.9999999e-7, '0.000000'],
  [9.9999995, '10.000000'],
  [0.0000005, '0.000001'],
  [0.9999994, '0.999999'],
  [1e-300, '0.000000'],
  [1.7976931348623157e308, `17976931348623157${'0'.repeat(292)}.000000`],
  [NaN, 'NaN'],
  [Infinity, 'Infinity'],
  [-Infinity, '-Infinity'],
])('%p with six digits is %s', (value, text) => {
  expect(javaFixed(value, 6)).toBe(text);
});

it('rounds half up by the digits that are printed, not by the exact value', () => {
  expect(javaFixed(1.005, 2)).toBe('1.01'); // toFixed says 1.00
  expect(javaFixed(0.125, 2)).toBe('0.13');
  expect(javaFixed(2.5, 0)).toBe('3');
});
