import fc from 'fast-check';
import { POINTS_AT_ONCE, pointsText } from '../../../../src/server/http/query/points-text';
import type { Series } from '../../../../src/query/series/series';

function output(points: readonly { time: number; value: number; integer: boolean }[]): Series {
  return {
    size: points.length,
    timestamps: Float64Array.from(points, (p) => p.time),
    values: Float64Array.from(points, (p) => p.value),
    isInteger: Uint8Array.from(points, (p) => Number(p.integer)),
    allIntegers: false,
    integers: null,
  };
}

const integer = fc.oneof(
  fc.maxSafeInteger(),
  fc.integer(),
  fc.constantFrom(0, 9, 10, -1, 2 ** 31 - 1, 2 ** 31, -(2 ** 31), 1 - 2 ** 31, 21474836479999, 21474836480000, -(2 ** 53) + 1),
);
const points = fc.array(
  fc.oneof(
    fc.record({ time: fc.nat({ max: 9999999999999 }), value: integer, integer: fc.constant(true) }),
    fc.record({
      time: fc.nat({ max: 9999999999999 }),
      value: fc.double({ noNaN: true, noDefaultInfinity: true, min: 0.001, max: 9999999 }),
      integer: fc.constant(false),
    }),
  ),
  { maxLength: POINTS_AT_ONCE },
);

describe('the text of points', () => {
  it('is that of their numbers, one by one', () => {
    fc.assert(
      fc.property(points, fc.boolean(), fc.boolean(), (list, arrays, msResolution) => {
        const expected = list.map(({ time, value, integer }) => {
          const t = msResolution ? time : Math.floor(time / 1000);
          const v = integer || !Number.isInteger(value) ? String(value) : `${value}.0`;
          return arrays ? `[${t},${v}]` : `"${t}":${v}`;
        });
        expect(pointsText(output(list), 0, list.length, { arrays, msResolution, nan: 'null' })).toBe(expected.join(','));
      }),
    );
  });

  it('shows what is no number as the request wants it, and exact integers exactly', () => {
    const odd = [NaN, Infinity, -Infinity, -0].map((value, i) => ({ time: i * 1000, value, integer: false }));
    const style = { arrays: false, msResolution: false, nan: '"NaN"' };
    expect(pointsText(output(odd), 0, 4, style)).toBe('"0":"NaN","1":"Infinity","2":"-Infinity","3":-0.0');
    expect(pointsText(output(odd), 0, 1, { ...style, nan: 'null' })).toBe('"0":null');
    const exact = { ...output([{ time: 0, value: 2 ** 63, integer: true }]), integers: BigInt64Array.of(2n ** 63n - 1n) };
    expect(pointsText(exact, 0, 1, style)).toBe('"0":9223372036854775807');
  });
});
