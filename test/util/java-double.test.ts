import fs from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { javaDoubleToString, javaFloatToString } from '../../src/util/java-double';

const golden = JSON.parse(fs.readFileSync(path.join(__dirname, 'golden', 'java-floating.json'), 'utf8')) as Record<
  'doubles' | 'floats',
  [string, string][]
>;

test.each([
  [0, '0.0'],
  [-0, '-0.0'],
  [1, '1.0'],
  [-42.25, '-42.25'],
  [0.001, '0.001'],
  [0.000999, '9.99E-4'],
  [1234567, '1234567.0'],
  [9999999, '9999999.0'],
  [1e7, '1.0E7'],
  [12345678, '1.2345678E7'],
  [1e21, '1.0E21'],
  [1e23, '9.999999999999999E22'],
  [2e23, '1.9999999999999998E23'],
  [5e-324, '4.9E-324'],
  [2 ** 62, '4.6116860184273879E18'],
  [461168601842738816, '4.6116860184273882E17'],
  [Math.fround(1.1), '1.100000023841858'],
  [Math.fround(0.1), '0.10000000149011612'],
  [Number.MAX_VALUE, '1.7976931348623157E308'],
  [NaN, 'NaN'],
  [Infinity, 'Infinity'],
  [-Infinity, '-Infinity'],
])('%d', (value, text) => {
  expect(javaDoubleToString(value)).toBe(text);
});

test('doubles of all kinds print as a Java 17 runtime prints them', () => {
  const bits = new DataView(new ArrayBuffer(8));
  const ours = golden.doubles.map(([hex]) => {
    bits.setBigUint64(0, BigInt(`0x${hex}`));
    return [hex, javaDoubleToString(bits.getFloat64(0))];
  });
  expect(ours).toEqual(golden.doubles);
  expect(golden.doubles.length).toBeGreaterThan(1500);
});

test('floats too', () => {
  const bits = new DataView(new ArrayBuffer(4));
  const ours = golden.floats.map(([hex]) => {
    bits.setUint32(0, parseInt(hex, 16));
    return [hex, javaFloatToString(bits.getFloat32(0))];
  });
  expect(ours).toEqual(golden.floats);
  expect(javaFloatToString(99.9)).toBe('99.9');
  expect(javaFloatToString(-0)).toBe('-0.0');
  expect(javaFloatToString(NaN)).toBe('NaN');
  expect(javaFloatToString(-Infinity)).toBe('-Infinity');
});

test('every text reads back as the number', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => expect(Number(javaDoubleToString(value))).toBe(value)),
    { numRuns: 5000 },
  );
});
