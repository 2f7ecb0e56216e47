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

describe('with other workers', () => {
  /** @param behind workers that give up theirs first */
  function memoryOf(behind: number) {
    const elsewhere: Record<string, number> = { 'query.memory': 0, 'query.memory.queries': 0 };
    const clock = { now: 0 };
    const shared = (name: string) => ({
      get elsewhere() {
        return elsewhere[name];
      },
      onChange: () => {},
    });
    return { memory: new QueryMemory(10 * MB, shared, behind, () => clock.now), elsewhere, clock };
  }

  test('what they hold counts: the last of them gives up at once', () => {
    const { memory, elsewhere } = memoryOf(0);
    const query = memory.share();
    query.add(6 * POINTS_OF_A_MB);
    elsewhere['query.memory'] = 4 * MB;
    elsewhere['query.memory.queries'] = 1;
    expect(() => query.add(1)).toThrow(expect.objectContaining({ status: 413 }));
  });

  test('one goes on until those behind it can have given up, and no longer', () => {
    const { memory, elsewhere, clock } = memoryOf(1);
    const query = memory.share();
    query.add(6 * POINTS_OF_A_MB);
    elsewhere['query.memory'] = 6 * MB;
    elsewhere['query.memory.queries'] = 1;
    expect(() => query.add(1)).not.toThrow();
    clock.now = 149;
    expect(() => query.add(POINTS_OF_A_MB)).not.toThrow();
    clock.now = 150;
    expect(() => query.add(1)).toThrow(expect.objectContaining({ status: 413 }));
    // They have.
    elsewhere['query.memory'] = 0;
    expect(() => query.add(POINTS_OF_A_MB)).not.toThrow();
    // It is as it was when they hold much once more.
    elsewhere['query.memory'] = 6 * MB;
    expect(() => query.add(1)).not.toThrow();
  });

  test('none goes on when they hold half as much again together', () => {
    const { memory, elsewhere } = memoryOf(7);
    elsewhere['query.memory'] = 9 * MB;
    elsewhere['query.memory.queries'] = 1;
    const query = memory.share();
    expect(() => query.add(6 * POINTS_OF_A_MB)).not.toThrow();
    expect(() => query.add(1)).toThrow(expect.objectContaining({ status: 413 }));
  });

  test('none holds more than the limit by itself', () => {
    const { memory, elsewhere } = memoryOf(7);
    elsewhere['query.memory'] = MB;
    elsewhere['query.memory.queries'] = 1;
    expect(() => memory.share().add(11 * POINTS_OF_A_MB)).toThrow(expect.objectContaining({ status: 413 }));
  });

  test('small queries go on while the others hold more than they may', () => {
    const { memory, elsewhere } = memoryOf(0);
    elsewhere['query.memory'] = 30 * MB;
    elsewhere['query.memory.queries'] = 3;
    const small = memory.share();
    expect(() => small.add(2 * POINTS_OF_A_MB)).not.toThrow();
    expect(() => small.add(1)).toThrow(expect.objectContaining({ status: 413 }));
  });
});
