import { QueryMemory } from '../../../src/query/plan';

const MB = 1024 * 1024;
const POINTS_OF_A_MB = MB / 16;

test('a query that holds more than all may is refused, and may be tried again when others have ended', () => {
  const memory = new QueryMemory(10 * MB);
  const query = memory.share();
  query.add(10 * POINTS_OF_A_MB);
  expect(() => query.add(1)).toThrow(
    'Sorry, running queries hold more than our maximum amount of 10MB in memory. Please try filtering using more tags or decrease your time range.',
  );
  query.free();
  query.add(POINTS_OF_A_MB); // of a scan that goes on for a moment
  query.free();
  const next = memory.share();
  expect(() => next.add(10 * POINTS_OF_A_MB)).not.toThrow();
});

test('the largest give up, the small ones go on', () => {
  const memory = new QueryMemory(10 * MB);
  const [large, small] = [memory.share(), memory.share()];
  large.add(10 * POINTS_OF_A_MB);
  expect(() => small.add(POINTS_OF_A_MB)).not.toThrow();
  expect(() => large.add(1)).toThrow(expect.objectContaining({ status: 413 }));
  large.free();
  expect(() => small.add(9 * POINTS_OF_A_MB)).not.toThrow();
});

test('what is given back on the way counts no more', () => {
  const memory = new QueryMemory(10 * MB);
  const query = memory.share();
  for (let i = 0; i < 100; i++) {
    query.add(9 * POINTS_OF_A_MB);
    query.add(-9 * POINTS_OF_A_MB);
  }
  expect(query.bytes).toBe(0);
});

test('without a limit there is none', () => {
  const query = new QueryMemory(0).share();
  expect(() => query.add(1e12)).not.toThrow();
});
