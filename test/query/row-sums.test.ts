import fc from 'fast-check';
import { findAggregator } from '../../src/query/aggregate/registry';
import { sumRows } from '../../src/query/merge/row-sums';
import { doubleSeries } from '../../src/query/series/series';

const value = fc.oneof(
  fc.double({ min: -1e6, max: 1e6, noNaN: true }),
  fc.constantFrom(NaN, -0, 0, Infinity, -Infinity, 1e300, -1e300, 2 ** 53 - 1),
);

test('sums along the rows are those across them, bit for bit, or none', () => {
  const sum = findAggregator('sum');
  if (sum === undefined) throw new Error('no sum');
  let done = 0;
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 6 }), fc.array(fc.array(value, { minLength: 6, maxLength: 6 }), { minLength: 1 }), (to, rows) => {
      const series = rows.map((row) => doubleSeries(new Float64Array(row.length), Float64Array.from(row), row.length));
      const totals = new Float64Array(8);
      const from = to >> 1;
      const columns = Array.from({ length: to - from }, (_, i) => Float64Array.from(rows, (row) => row[from + i]));
      const expected = columns.map((column) => sum.runDouble(column, 0, column.length));
      if (sumRows(series, from, to, totals)) {
        done++;
        const bits = (numbers: ArrayLike<number>): bigint[] => [...new BigInt64Array(Float64Array.from(numbers).buffer)];
        expect(bits(totals.subarray(0, to - from))).toEqual(bits(expected));
        for (const column of columns) if (!column.includes(NaN)) expect(sum.runLong(column, 0, column.length)).not.toBeNaN();
      } else expect(rows.flat().some((v) => Math.abs(v) > 1e6)).toBe(true);
    }),
    { numRuns: 500 },
  );
  expect(done).toBeGreaterThan(20);
});
