import { PointsBuilder } from '../../../src/query/series';
import { PointArrayPool } from '../../../src/query/series/point-arrays';

describe('PointArrayPool', () => {
  it('hands out again what came back, to one taker at a time', () => {
    const pool = new PointArrayPool();
    const first = pool.take(300);
    expect(first.values.length).toBeGreaterThanOrEqual(300);
    expect(first.timestamps.length).toBe(first.values.length);
    pool.give(first);
    const again = pool.take(400);
    expect(again).toBe(first);
    expect(pool.take(400)).not.toBe(first);
    expect(pool.take(2 ** 16).values.length).toBe(2 ** 16);
    expect(pool.take(0).values.length).toBeGreaterThan(0);
  });

  it('keeps no more than 32 MB', () => {
    const pool = new PointArrayPool();
    const taken = Array.from({ length: 40 }, () => pool.take(2 ** 16));
    for (const arrays of taken) pool.give(arrays);
    const kept = new Set(taken);
    const again = taken.map(() => pool.take(2 ** 16));
    expect(again.filter((arrays) => kept.has(arrays))).toHaveLength(32);
  });

  it('forgets what no query needs any more', () => {
    const pool = new PointArrayPool();
    const taken = Array.from({ length: 32 }, () => pool.take(2 ** 16));
    for (const arrays of taken) pool.give(arrays);
    pool.take(16);
    expect(taken).not.toContain(pool.take(2 ** 16));
  });

  it('cuts arrays that do not overlap, of any length', () => {
    const pool = new PointArrayPool();
    const taken = [16, 1000, 16, 2 ** 17, 2 ** 21, 2 ** 22, 16].map((points) => pool.take(points));
    taken.forEach(({ timestamps, values }, i) => {
      timestamps.fill(i);
      values.fill(i + 100);
    });
    taken.forEach(({ timestamps, values }, i) => {
      expect(timestamps.every((v) => v === i) && values.every((v) => v === i + 100)).toBe(true);
    });
  });

  it('keeps nothing but a little when there are no queries any more', () => {
    const pool = new PointArrayPool();
    const taken = pool.take(2 ** 17);
    pool.give(taken);
    expect([pool.settle(true), pool.settle()]).toEqual([false, false]);
    pool.give(pool.take(2 ** 18));
    expect([pool.settle(), pool.settle(true)]).toEqual([false, true]);
    expect(pool.take(2 ** 17).values.buffer).not.toBe(taken.values.buffer);
    expect(pool.settle(true)).toBe(false);
  });

  it('lets go of what a large query has left, and of nothing after small ones', () => {
    const pool = new PointArrayPool();
    const small = pool.take(2 ** 16);
    pool.give(small);
    expect(pool.settle()).toBe(false);
    expect(pool.take(2 ** 16)).toBe(small);
    const large = Array.from({ length: 100 }, () => pool.take(2 ** 16));
    for (const arrays of large) pool.give(arrays);
    expect(pool.settle()).toBe(true);
    const fresh = pool.take(2 ** 16);
    expect(large.map(({ values }) => values.buffer)).not.toContain(fresh.values.buffer);
    expect(pool.settle()).toBe(false);
  });

  it('takes nothing back that is from before it was settled', () => {
    const pool = new PointArrayPool();
    const large = Array.from({ length: 100 }, () => pool.take(2 ** 16));
    expect(pool.settle()).toBe(true);
    // A query that was still running has them: each would keep a slab that nobody counts.
    for (const arrays of large) pool.give(arrays);
    const buffers = new Set(large.map(({ values }) => values.buffer));
    expect(Array.from({ length: 10 }, () => pool.take(2 ** 16)).some(({ values }) => buffers.has(values.buffer))).toBe(false);
  });
});

describe('PointsBuilder', () => {
  it('does not see what the arrays held before', () => {
    const before = new PointsBuilder(100);
    for (let i = 0; i < 100; i++) before.push(i, i / 2, false);
    before.pushExact(100, 2n ** 60n);
    before.release();
    expect(before.size).toBe(0);
    const after = new PointsBuilder(100);
    for (let i = 0; i < 1000; i++) after.push(i, 2 * i, true);
    expect(after).toMatchObject({ size: 1000, isInteger: null, integers: null, allIntegers: true });
    expect([...after.values.subarray(0, 1000)]).toEqual(Array.from({ length: 1000 }, (_, i) => 2 * i));
    before.push(7, 8, true);
    expect([after.timestamps[0], before.timestamps[0]]).toEqual([0, 7]);
  });
});
