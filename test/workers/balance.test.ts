import fc from 'fast-check';
import { movesToBalance } from '../../src/workers/balance';

const moves = (...counts: number[]) => {
  const { from, to } = movesToBalance(new Map(counts.map((count, worker) => [worker, count])));
  return { from: [...from], to: [...to] };
};

it('gives one that has none its share', () => {
  expect(moves(4, 4, 0)).toEqual({ from: [[0, 1], [1, 1]], to: [[2, 2]] }); // prettier-ignore
  expect(moves(0, 0, 9)).toEqual({ from: [[2, 6]], to: [[0, 3], [1, 3]] }); // prettier-ignore
});

it('moves none where nothing would be gained', () => {
  for (const counts of [[], [7], [0, 0, 0], [1, 0, 1], [2, 1, 1], [5, 5, 5, 5]]) expect(moves(...counts)).toEqual({ from: [], to: [] });
});

it('comes to counts that differ by one at most, whatever they were', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(50), { minLength: 1, maxLength: 8 }), (counts) => {
      const { from, to } = moves(...counts);
      const after = [...counts];
      for (const [worker, count] of from) after[worker] -= count;
      for (const [worker, count] of to) after[worker] += count;
      const sum = (numbers: readonly number[]): number => numbers.reduce((one, other) => one + other, 0);
      expect(sum(after)).toBe(sum(counts));
      expect(Math.max(...after) - Math.min(...after)).toBeLessThanOrEqual(1);
    }),
  );
});
