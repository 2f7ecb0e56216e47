import { CrowdedError, QueryMemory, type MemoryShare } from '../../../src/query/plan';
import { Stopper } from '../../../src/util/stop-signal';
import { turns } from '../../../src/util/turns';

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

describe('room that is kept for a query', () => {
  const late = (): Error => new Error('late');
  const mb = (share: MemoryShare, megabytes: number): void => share.add(megabytes * POINTS_OF_A_MB);
  let memory: QueryMemory;
  let signal: Stopper;
  const granted: string[] = [];
  const reserve = async (name: string, megabytes: number, waitMs = 60_000): Promise<MemoryShare> => {
    const share = await memory.reserve(megabytes * MB, waitMs, signal, late);
    granted.push(name);
    return share;
  };
  beforeEach(() => {
    memory = new QueryMemory(10 * MB);
    signal = new Stopper();
    granted.length = 0;
  });

  test('is there when others have ended, and nobody takes it then', async () => {
    const [first, second] = [memory.share(), memory.share()];
    mb(first, 6);
    mb(second, 5);
    expect(() => mb(second, 1)).toThrow(CrowdedError);
    second.free();
    const waiting = reserve('second', 7);
    await turns(3);
    expect([granted, memory.waiting]).toEqual([[], 1]);
    first.free();
    const again = await waiting;
    const third = memory.share();
    mb(third, 5);
    expect(() => mb(third, 1)).toThrow(CrowdedError);
    expect(() => mb(again, 7)).not.toThrow();
    again.free();
    expect(() => mb(third, 3)).not.toThrow();
  });

  test('is given to those who came first, and to all for whom there is some', async () => {
    const first = memory.share();
    mb(first, 10);
    const all = [reserve('a', 5), reserve('b', 4), reserve('c', 3), reserve('d', 1)];
    mb(first, -5);
    await turns(3);
    expect(granted).toEqual(['a']);
    expect(memory.isFree).toBe(false);
    first.free();
    await turns(3);
    expect(granted).toEqual(['a', 'b']);
    (await all[0]).free();
    await Promise.all(all);
    expect(granted).toEqual(['a', 'b', 'c', 'd']);
    for (const share of all) (await share).free();
    expect(memory.isFree).toBe(true);
  });

  test('is three quarters at the most; from there on one may have all, and what needs more is refused for good', async () => {
    const small = memory.share();
    mb(small, 2);
    const share = await reserve('large', 100);
    mb(share, 10);
    expect(() => share.add(1)).toThrow(expect.objectContaining({ status: 413 }));
    expect(() => share.add(1)).not.toThrow(CrowdedError);
  });

  test('is not waited for any longer than one may, or wants to', async () => {
    const first = memory.share();
    mb(first, 10);
    await expect(reserve('late', 1, 0)).rejects.toThrow('late');
    const gone = reserve('gone', 1);
    signal.abort(new Error('gone'));
    await expect(gone).rejects.toThrow('gone');
    signal = new Stopper();
    // It is there already, and nobody has been told.
    const atOnce = reserve('at once', 1);
    first.free();
    signal.abort(new Error('gone at once'));
    await Promise.allSettled([atOnce]);
    expect([memory.waiting, memory.isFree]).toEqual([0, true]);
    expect(() => mb(memory.share(), 10)).not.toThrow();
  });

  test('a query that has read all may hold somewhat more for its numbers', () => {
    const [first, second] = [memory.share(), memory.share()];
    mb(first, 6);
    mb(second, 5);
    second.isReading = false;
    expect(() => mb(second, 1.5)).not.toThrow();
    expect(() => second.add(1)).toThrow(CrowdedError);
  });
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
