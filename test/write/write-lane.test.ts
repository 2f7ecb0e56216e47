import { StoreFullError, type Failure, type RowPut } from '../../src/storage';
import type { PointSink } from '../../src/write';
import { RowFingerprint } from '../../src/write/row-fingerprint';
import { WriteBudget } from '../../src/write/write-budget';
import type { LanePace } from '../../src/write/pace';
import { WriteLane, type LaneEvents } from '../../src/write/write-lane';
import type { WrittenRows } from '../../src/write/written-rows';
import { turns } from '../../src/util/turns';
import { Door } from './support/unruly-storage';

/** Nothing leaves by the time in a test, unless somebody waits for it. */
const PACE = { flushMs: 3_600_000, hurryMs: 1, batchCells: 1000, inFlight: 4, retryMs: 0 };
const IGNORED = {
  rowsClosed: () => undefined,
  rowsStored: () => undefined,
  rowFailed: () => undefined,
  flushed: () => undefined,
  retried: () => undefined,
};

const TARGET = { table: 'tsdb', family: Buffer.from('t'), append: false, timed: false, durability: 'default' } as const;
const none = (): Promise<Failure[]> => Promise.resolve([]);

const door = new Door();
let writes: string[][];
let lane: WriteLane;
let newLane: (pace: LanePace, events?: LaneEvents) => WriteLane;

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask', 'performance'] });
  writes = [];
  const write = async (_table: string, _family: Buffer, rows: readonly RowPut[]): Promise<Failure[]> => {
    writes.push(rows.map(({ row, cells }) => `${row.toString()} ${cells.count}`));
    await door.pass();
    return [];
  };
  newLane = (pace, events = IGNORED) =>
    new WriteLane({ put: write, append: write, delete: none }, TARGET, pace, new WriteBudget(1 << 20), events);
  lane = newLane(PACE);
});
afterEach(async () => {
  jest.useRealTimers();
  await lane.drain();
});

class Waiter implements PointSink {
  told = 0;
  failed(): void {}
  stored(points: number): void {
    this.told += points;
  }
}

function add(name: string, sink: PointSink | null): void {
  const key = Buffer.from(name);
  const row = lane.row(key, key.length, new RowFingerprint().of(key));
  lane.add(row, Buffer.from([0, 0]), 2, Buffer.from([1]), 1, -1, sink);
}

/** Lets time pass for the lane. */
const pass = (milliseconds: number): Promise<void> => jest.advanceTimersByTimeAsync(milliseconds);

describe('the pace of a lane', () => {
  it('lets points gather until one comes that somebody waits for, which takes the others along', async () => {
    const waiter = new Waiter();
    add('a', null);
    add('a', { failed: () => undefined });
    await pass(1000);
    expect(writes).toEqual([]);
    add('b', waiter);
    await pass(1);
    expect(waiter.told).toBe(1);
    expect(writes).toEqual([['a 2', 'b 1']]);
  });

  it('need not let points gather that somebody waits for: it goes with what comes in the same turn', async () => {
    const waiter = new Waiter();
    lane = newLane({ ...PACE, hurryMs: 0 });
    add('a', null);
    await turns(2);
    expect(writes).toEqual([]);
    add('b', waiter);
    add('a', waiter);
    add('c', null);
    expect(writes).toEqual([]);
    await turns(1);
    expect(waiter.told).toBe(2);
    expect(writes).toEqual([['a 2', 'b 1', 'c 1']]);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('lets what need not gather gather all the same while others are under way, and sends it as soon as they land', async () => {
    const waiter = new Waiter();
    lane = newLane({ ...PACE, hurryMs: 0 });
    door.shut();
    for (const name of ['a', 'b', 'c', 'a']) {
      add(name, waiter);
      await turns(1);
    }
    expect(writes).toEqual([['a 1']]);
    door.release();
    await turns(2);
    expect(writes.slice(1).flat().sort()).toEqual(['a 1', 'b 1', 'c 1']);
    expect(waiter.told).toBe(4);
  });

  it('takes points that come while it tells of the rows they belong to, and says of rows that they are closed once', async () => {
    const closed: string[] = [];
    const rowsClosed = (rows: WrittenRows): void => {
      for (let i = 0; i < rows.size; i++) closed.push(rows.key(i).toString());
    };
    lane = newLane(PACE, { ...IGNORED, rowsClosed });
    const later = new Waiter();
    const again = (name: string): PointSink => ({ failed: () => undefined, stored: () => add(name, later) });
    // The next sink is told when the rows of the one before are done.
    add('a', again('b'));
    add('b', again('a'));
    add('c', again('c'));
    await pass(1);
    expect(writes).toEqual([['a 1', 'b 1', 'c 1']]);
    await pass(1);
    expect(writes.slice(1).flat().sort()).toEqual(['a 1', 'b 1', 'c 1']);
    expect(later.told).toBe(3);
    expect([lane.rows, lane.cells]).toEqual([0, 0]);
    expect(new Set(closed)).toEqual(new Set(['a', 'b', 'c']));
  });

  it('hurries as well with what came for a row that was under way', async () => {
    const [first, second] = [new Waiter(), new Waiter()];
    door.shut();
    add('a', first);
    await pass(1);
    expect(writes).toHaveLength(1);
    add('a', null);
    add('a', second);
    add('a', first);
    expect(second.told).toBe(0);
    door.release();
    await pass(1);
    expect(second.told).toBe(1);
    expect(writes).toEqual([['a 1'], ['a 3']]);
    expect(first.told).toBe(2);
  });

  it('does not hurry with what nobody waits for, though it came for a row that was under way', async () => {
    const waiter = new Waiter();
    door.shut();
    add('a', waiter);
    await pass(1);
    expect(writes).toHaveLength(1);
    add('a', null);
    door.release();
    await pass(1000);
    expect(waiter.told).toBe(1);
    expect(writes).toEqual([['a 1']]);
    expect(lane.cells).toBe(1);
  });
});

describe('a store that is full', () => {
  it('keeps what nobody waits for until there is room, and tells those who wait', async () => {
    let full = true;
    const stored: string[] = [];
    const put = async (_table: string, _family: Buffer, rows: readonly RowPut[]): Promise<Failure[]> => {
      if (full) throw new StoreFullError('no space left');
      for (const { row, cells } of rows) stored.push(`${row.toString()} ${cells.count}`);
      return [];
    };
    // Any other failure would be final at the second attempt.
    lane = new WriteLane({ put, append: put, delete: none }, TARGET, { ...PACE, retryMs: 1 }, new WriteBudget(1 << 20), IGNORED);
    const reasons: string[] = [];
    const told: string[] = [];
    add('a', { failed: () => told.push('lost') });
    add('a', { failed: (error, points) => reasons.push(`${error.message} ${points}`), stored: () => told.push('stored') });
    add('a', null);
    await pass(1000);
    expect(reasons).toHaveLength(1);
    full = false;
    await pass(5000);
    expect(stored).toEqual(['a 3']);
    expect(reasons).toEqual(['no space left 1']);
    expect(told).toEqual([]);
  });
});
