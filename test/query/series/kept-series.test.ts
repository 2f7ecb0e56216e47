import { doubleSeries, type Series } from '../../../src/query/series';
import { KeptSeries } from '../../../src/query/series/kept-series';

const many = (size: number): Series => doubleSeries(new Float64Array(size), new Float64Array(size), size);

describe('computed points that are held', () => {
  it('stay where they are as long as they are few', () => {
    const kept = new KeptSeries();
    const series = many(100_000);
    expect(kept.keep(series)).toBe(series);
  });

  it('go to slabs beyond that, whatever they are, and no more of them than there are', () => {
    const kept = new KeptSeries();
    for (let i = 0; i < 2; i++) kept.keep(many(65_536));
    const series: Series = {
      size: 3,
      timestamps: Float64Array.of(1, 2, 3, 99),
      values: Float64Array.of(0.5, 7, 2 ** 60, 99),
      isInteger: Uint8Array.of(0, 1, 1, 1),
      allIntegers: false,
      integers: BigInt64Array.of(0n, 7n, 2n ** 60n + 1n, 99n),
    };
    const [first, second] = [kept.keep(series), kept.keep(many(3))];
    expect(first).toEqual({
      size: 3,
      timestamps: Float64Array.of(1, 2, 3),
      values: Float64Array.of(0.5, 7, 2 ** 60),
      isInteger: Uint8Array.of(0, 1, 1),
      allIntegers: false,
      integers: BigInt64Array.of(0n, 7n, 2n ** 60n + 1n),
    });
    expect([second.isInteger, second.integers]).toEqual([null, null]);
    expect(second.values.buffer).toBe(first.timestamps.buffer);
  });

  it('stay where they are where a series has very many by itself: they are not copied in one turn', () => {
    const kept = new KeptSeries();
    kept.keep(many(100_000));
    const series = many(131_072);
    expect(kept.keep(series)).toBe(series);
  });
});
