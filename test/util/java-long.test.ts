import fc from 'fast-check';
import { doubleToLong, parseLong } from '../../src/util/java-long';
import { NumberFormatError } from '../../src/util/errors';

const MAX = 2n ** 63n - 1n;

test('any 64-bit integer reads back', () => {
  fc.assert(fc.property(fc.bigInt({ min: -MAX - 1n, max: MAX }), (value) => expect(parseLong(value.toString())).toBe(value)));
  expect(parseLong('+5')).toBe(5n);
  expect(parseLong('-0')).toBe(0n);
});

test.each([
  ['', 'Empty string'],
  ['-', 'Just a sign, no value: -'],
  ['12345678901234567890', 'Value too long: 12345678901234567890'],
  ['-123456789012345678901', 'Value too long: -123456789012345678901'],
  ['NaN', "Invalid character 'N' in NaN"],
  ['1-', "Invalid character '-' in 1-"],
  ['9223372036854775808', 'Overflow in 9223372036854775808'],
  ['-9223372036854775809', 'Overflow in -9223372036854775809'],
])('%s is refused', (text, message) => {
  expect(() => parseLong(text)).toThrow(NumberFormatError);
  expect(() => parseLong(text)).toThrow(new Error(message));
});

test.each([
  [NaN, 0n],
  [1.9, 1n],
  [-1.9, -1n],
  [1e300, MAX],
  [-1e300, -MAX - 1n],
  [2 ** 63, MAX],
])('(long) %d', (value, expected) => {
  expect(doubleToLong(value)).toBe(expected);
});
