import { QueryMemory } from '../../../src/query/plan';
import { Leftovers } from '../../../src/query/plan/leftovers';
import { turns } from '../../../src/util/turns';

const MB = 1024 * 1024;

/** Collects when it is told to. */
class Garbage {
  readonly asked: string[] = [];
  private done: () => void = () => {};

  soon(): void {
    this.asked.push('soon');
  }

  next(): Promise<void> {
    this.asked.push('next');
    return new Promise((resolve) => (this.done = resolve));
  }

  async collect(): Promise<void> {
    this.done();
    await turns(2);
  }
}

let garbage: Garbage;
let leftovers: Leftovers;
beforeEach(() => {
  garbage = new Garbage();
  leftovers = new Leftovers(garbage);
});
afterEach(() => leftovers.close());

describe('what queries leave', () => {
  test('is left to V8 when they were small, collected soon after larger ones, and next after large ones', () => {
    for (let i = 0; i < 100; i++) leftovers.ended(2 * MB);
    expect(garbage.asked).toEqual([]);
    leftovers.ended(9 * MB);
    expect(garbage.asked).toEqual(['soon']);
    leftovers.ended(64 * MB);
    expect(garbage.asked).toEqual(['soon', 'next']);
  });

  test('adds up, and is nobody’s any more when it is collected', async () => {
    for (let i = 0; i < 7; i++) leftovers.ended(10 * MB);
    expect(garbage.asked.at(-1)).toBe('next');
    expect(leftovers.bytes).toBe(70 * MB);
    await garbage.collect();
    expect([leftovers.bytes, leftovers.collection]).toEqual([0, null]);
  });

  test('while others are being collected is collected after them', async () => {
    leftovers.ended(100 * MB);
    leftovers.ended(80 * MB);
    expect(garbage.asked).toEqual(['next']);
    await garbage.collect();
    expect([garbage.asked, leftovers.bytes]).toEqual([['next', 'next'], 80 * MB]);
    await garbage.collect();
    expect(leftovers.collection).toBeNull();
  });

  test('is waited for by nobody where nobody collects', () => {
    const none = new Leftovers({ soon: () => {}, next: () => null });
    none.ended(1000 * MB);
    expect([none.bytes, none.collection]).toEqual([0, null]);
    none.close();
  });
});

describe('a query that grows', () => {
  const memoryOf = (megabytes: number): QueryMemory => new QueryMemory(megabytes * MB, undefined, 0, undefined, leftovers);
  const endOne = (memory: QueryMemory, megabytes: number): void => {
    const share = memory.share();
    share.addBytes(megabytes * MB);
    share.free();
  };

  test('waits until what is left of a large one is collected', async () => {
    const memory = memoryOf(100);
    endOne(memory, 95);
    const share = memory.share();
    share.addBytes(8 * MB);
    let goesOn = false;
    void share.mayGrow()?.then(() => (goesOn = true));
    await turns(3);
    expect(goesOn).toBe(false);
    await garbage.collect();
    expect(goesOn).toBe(true);
    expect(share.mayGrow()).toBeNull();
  });

  test('does not wait while it is small, nor while there is room for both', () => {
    const memory = memoryOf(100);
    endOne(memory, 80);
    const [small, large] = [memory.share(), memory.share()];
    small.addBytes(7 * MB);
    large.addBytes(9 * MB);
    expect([small.mayGrow(), large.mayGrow()]).toEqual([null, null]);
    large.addBytes(MB);
    expect(large.mayGrow()).toBeNull();
    large.addBytes(9 * MB);
    expect(large.mayGrow()).toBeInstanceOf(Promise);
  });

  test('waits only once each time that it has become twice as large, though others end all the time', () => {
    const memory = memoryOf(100);
    endOne(memory, 95);
    const share = memory.share();
    let waits = 0;
    for (let i = 0; i < 64; i++) {
      share.addBytes(MB);
      if (share.mayGrow() !== null) waits++;
    }
    expect(waits).toBe(4); // at 8, 16, 32 and 64 MB
  });
});
