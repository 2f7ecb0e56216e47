import fc from 'fast-check';
import { DEFAULT_LAYOUT, setBaseTime } from '../../../src/schema';
import { RowPool } from '../../../src/write/compaction/row-pool';
import { ROW_AGE, RowQueue } from '../../../src/write/compaction/row-queue';
import { RowFingerprint } from '../../../src/write/row-fingerprint';
import type { WrittenRows } from '../../../src/write/written-rows';

const HOUR = 3600;
const NOON = 1_700_000_000 - (1_700_000_000 % HOUR);

/** The key of a series' row. */
function keyOf(series: number, baseTime: number): Buffer {
  const key = Buffer.alloc(19);
  key.writeUIntBE(1 + (series >>> 16), 0, 3);
  setBaseTime(DEFAULT_LAYOUT, key, baseTime);
  key.writeUIntBE(1, 7, 3);
  key.writeUIntBE(series, 10, 3);
  key.writeUIntBE(2, 13, 3);
  key.writeUIntBE(series & 7, 16, 3);
  return key;
}

function queueAt(start: number, options: { maxBytes?: number; quietMs?: number; seed?: number } = {}) {
  const clock = { now: start * 1000 };
  const writing = new Set<string>();
  const queue = new RowQueue({
    layout: DEFAULT_LAYOUT,
    maxBytes: options.maxBytes ?? 1 << 30,
    quietMs: options.quietMs ?? 10_000,
    seed: options.seed ?? 7,
    isWriting: (key) => writing.has(key.toString('hex')),
    now: () => clock.now,
  });
  const at = (seconds: number): void => {
    clock.now = seconds * 1000;
    queue.turn();
  };
  return { queue, at, writing };
}

/** Rows as a lane tells of them: what is lent is the same object each time. */
class Written implements WrittenRows {
  private readonly print = new RowFingerprint();
  private readonly lent = Buffer.alloc(19);

  constructor(private readonly keys: readonly Buffer[]) {}

  get size(): number {
    return this.keys.length;
  }
  key(i: number): Buffer {
    this.keys[i].copy(this.lent);
    return this.lent;
  }
  fingerprint(i: number): RowFingerprint {
    return this.print.of(this.keys[i]);
  }
  uint32(i: number, at: number): number {
    return this.keys[i].readUInt32BE(at);
  }
  points(): number {
    return 1;
  }
}

const hex = (keys: readonly Buffer[]): string[] => keys.map((key) => key.toString('hex'));

describe('a pool of rows', () => {
  it('gives every row once, whatever keys, order, and sizes of taking', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ minLength: 1, maxLength: 40 }), { maxLength: 400 }),
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 0, max: 2 ** 31 - 1 }),
        (keys, count, seed) => {
          const pool = new RowPool(seed);
          const unique = new Set<string>();
          for (const key of keys) {
            const name = Buffer.from(key).toString('hex');
            expect(pool.add(key)).toBe(!unique.has(name));
            unique.add(name);
          }
          expect(pool.size).toBe(unique.size);
          const taken: string[] = [];
          for (;;) {
            const batch = pool.take(count);
            if (batch.length === 0) break;
            expect(batch.length).toBeLessThanOrEqual(count);
            taken.push(...hex(batch));
          }
          expect([...taken].sort()).toEqual([...unique].sort());
          expect([pool.size, pool.bytes]).toEqual([0, 0]);
        },
      ),
    );
  });

  it('tells rows apart that differ in one bit', () => {
    const key = keyOf(7, NOON);
    for (let seed = 0; seed < 20; seed++) {
      const pool = new RowPool(seed * 104_729);
      pool.add(key);
      for (let bit = 0; bit < 8 * key.length; bit++) {
        const other = Buffer.from(key);
        other[bit >> 3] ^= 1 << (bit & 7);
        expect(pool.has(other)).toBe(false);
        expect(pool.add(other)).toBe(true);
        expect(pool.has(other)).toBe(true);
      }
      expect(pool.size).toBe(1 + 8 * key.length);
    }
  });

  it('tells a great many rows apart', () => {
    const pool = new RowPool(99);
    const added = Array.from({ length: 300_000 }, (_, i) => pool.add(keyOf(i, NOON)));
    expect(added.every(Boolean)).toBe(true);
    expect(pool.size).toBe(300_000);
    for (let i = 0; i < 300_000; i += 7)
      if (!pool.has(keyOf(i, NOON)) || pool.add(keyOf(i, NOON))) throw new Error(`row ${i} is not known`);
    expect(pool.size).toBe(300_000);
  });

  it('takes rows that come while others are taken', () => {
    const pool = new RowPool(1);
    for (let i = 0; i < 1000; i++) pool.add(keyOf(i, NOON));
    const taken = new Set(hex(pool.take(10)));
    for (let i = 0; i < 1000; i++) pool.add(keyOf(i, NOON));
    while (pool.size > 0) for (const name of hex(pool.take(64))) taken.add(name);
    expect(taken.size).toBe(1000);
  });

  it('holds rows in less than 48 bytes each', () => {
    const pool = new RowPool(5);
    for (let i = 0; i < 50_000; i++) pool.add(keyOf(i, NOON));
    expect(pool.size).toBe(50_000);
    expect(pool.bytes).toBeLessThan(50_000 * 48);
  });

  it('keeps neighbours in storage together, in an order that is its own', () => {
    const order = (seed: number): string[] => {
      const pool = new RowPool(seed);
      const key = Buffer.from('000001655455000000010000000000020000', 'hex');
      for (let i = 0; i < 1024; i++) for (let j = 0; j < 4; j++) pool.add(Buffer.concat([key, Buffer.of(i >> 8, i, j)]));
      const taken: string[] = [];
      while (pool.size > 0) taken.push(...hex(pool.take(100)));
      return taken;
    };
    const one = order(11);
    const other = order(12345);
    expect([...one].sort()).toEqual([...other].sort());
    expect(one).not.toEqual(other);
    const steps = one.slice(1).filter((name, i) => parseInt(name.slice(-2), 16) === parseInt(one[i].slice(-2), 16) + 1);
    expect(steps.length).toBeGreaterThanOrEqual(1024 * 3);
    // How far each row is from its place in the other order: two TSDs seldom meet. The partitions of these rows are other ones in each
    // process; some are near by chance, an eighth to a quarter of so many, but never half.
    const place = new Map(other.map((name, i) => [name, i]));
    const near = one.filter((name, i) => Math.abs((place.get(name) ?? 0) - i) < 64);
    expect(near.length).toBeLessThan(one.length / 2);
  });
});

describe('the compaction queue', () => {
  it('takes rows that are told of together as it takes them one by one', () => {
    const row = fc.record({ series: fc.nat(40), hour: fc.integer({ min: -3, max: 5 }) });
    fc.assert(
      fc.property(fc.array(fc.array(row, { maxLength: 60 }), { maxLength: 10 }), (batches) => {
        const [one, together] = [queueAt(NOON, { quietMs: 60_000 }), queueAt(NOON, { quietMs: 60_000 })];
        batches.forEach((batch, n) => {
          const keys = batch.map(({ series, hour }) => keyOf(series, NOON + hour * HOUR));
          for (const key of keys) one.queue.add(key, key.readUInt32BE(3));
          together.queue.addWritten(new Written(keys));
          expect([together.queue.size, together.queue.bytes]).toEqual([one.queue.size, one.queue.bytes]);
          for (const { at } of [one, together]) at(NOON + (n + 1) * 1000);
          expect(hex(together.queue.take(20))).toEqual(hex(one.queue.take(20)));
        });
      }),
    );
  });

  it('lets rows go an hour, a second and their rest after their base time, not before', () => {
    const rest = 60;
    const { queue, at } = queueAt(NOON + 100, { quietMs: rest * 1000 });
    queue.add(keyOf(1, NOON), NOON);
    queue.add(keyOf(1, NOON), NOON);
    queue.add(keyOf(2, NOON), NOON);
    queue.add(keyOf(1, NOON + HOUR), NOON + HOUR);
    expect(queue.size).toBe(3);
    at(NOON + ROW_AGE + rest - 1);
    expect(queue.take(10)).toEqual([]);
    at(NOON + ROW_AGE + rest);
    expect(hex(queue.take(10)).sort()).toEqual(hex([keyOf(1, NOON), keyOf(2, NOON)]));
    at(NOON + HOUR + ROW_AGE);
    expect(queue.take(10)).toEqual([]);
    queue.settleAll();
    expect(hex(queue.take(10))).toEqual(hex([keyOf(1, NOON + HOUR)]));
    expect(queue.size).toBe(0);
  });

  it('lets rows of past hours rest first, and takes the oldest hour first', () => {
    const { queue, at } = queueAt(NOON);
    queue.add(keyOf(9, NOON - 50 * HOUR), NOON - 50 * HOUR);
    at(NOON + 9);
    expect(queue.take(1)).toEqual([]);
    at(NOON + 10);
    at(NOON + 20);
    expect(hex(queue.take(5))).toEqual(hex([keyOf(9, NOON - 50 * HOUR)]));
    for (const hour of [0, 1]) for (let i = 0; i < 3; i++) queue.add(keyOf(i, NOON + hour * HOUR), NOON + hour * HOUR);
    at(NOON + HOUR + ROW_AGE + 10);
    const hours = queue.take(6).map((key) => key.readUInt32BE(3));
    expect(hours).toEqual([NOON, NOON, NOON, NOON + HOUR, NOON + HOUR, NOON + HOUR]);
  });

  it('passes over rows that are written again before they are taken, until nobody writes them', () => {
    const { queue, at } = queueAt(NOON);
    const [busy, quiet] = [keyOf(1, NOON - HOUR * 5), keyOf(2, NOON - HOUR * 5)];
    queue.add(quiet, NOON - HOUR * 5);
    for (let second = 0; second < 60; second += 5) {
      queue.add(busy, NOON - HOUR * 5);
      at(NOON + second);
      if (second < 20) continue;
      queue.addRead(busy);
      expect(hex(queue.take(5))).toEqual(second === 20 ? hex([quiet]) : []);
      expect(queue.takeRead(5)).toEqual([]);
    }
    expect(queue.readSize).toBe(0);
    for (const second of [60, 70, 80]) at(NOON + second);
    expect(hex(queue.take(5))).toEqual(hex([busy]));
    expect(queue.size).toBe(0);
  });

  it('leaves rows alone that are being written, however long that takes', () => {
    const { queue, at, writing } = queueAt(NOON);
    const [held, free] = [keyOf(1, NOON - HOUR * 5), keyOf(2, NOON - HOUR * 5)];
    for (const key of [held, free]) queue.add(key, NOON - HOUR * 5);
    queue.addRead(held);
    writing.add(held.toString('hex'));
    for (const second of [10, 20]) at(NOON + second);
    expect(hex(queue.take(5))).toEqual(hex([free]));
    expect(queue.takeRead(5)).toEqual([]);
    expect(queue.size).toBe(0);
    writing.clear();
    queue.add(held, NOON - HOUR * 5);
    for (const second of [30, 39]) at(NOON + second);
    expect(queue.take(5)).toEqual([]);
    at(NOON + 40);
    expect(hex(queue.take(5))).toEqual(hex([held]));
  });

  it('counts a row once although it is written again while it rests', () => {
    const { queue, at } = queueAt(NOON);
    const keys = Array.from({ length: 100 }, (_, i) => keyOf(i, NOON - HOUR * 5));
    const others = Array.from({ length: 50 }, (_, i) => keyOf(1000 + i, NOON - HOUR * 5));
    for (const key of others) queue.add(key, NOON - HOUR * 5);
    for (let second = 0; second <= 80; second += 10) {
      at(NOON + second);
      for (const key of [...keys, ...keys]) queue.add(key, NOON - HOUR * 5);
      expect(queue.size).toBe(150);
    }
    expect(hex(queue.take(200)).sort()).toEqual(hex(others).sort());
    expect(queue.size).toBe(100);
    for (const second of [90, 100, 110]) at(NOON + second);
    expect(hex(queue.take(200)).sort()).toEqual(hex(keys).sort());
    expect(queue.size).toBe(0);
  });

  it('takes any base times, each row once and never too early, also far from now', () => {
    const hours = fc.integer({ min: -1000, max: 30 });
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(50), hours), { maxLength: 200 }), (rows) => {
        const { queue, at } = queueAt(NOON + 1);
        const wanted = new Set<string>();
        for (const [series, hour] of rows) {
          const key = keyOf(series, NOON + hour * HOUR);
          queue.add(key, NOON + hour * HOUR);
          wanted.add(key.toString('hex'));
        }
        expect(queue.size).toBe(wanted.size);
        const taken: string[] = [];
        for (let time = NOON + 1; time <= NOON + 33 * HOUR; time += 300) {
          at(time);
          for (const key of queue.take(1000)) {
            expect(key.readUInt32BE(3) + ROW_AGE).toBeLessThanOrEqual(time);
            taken.push(key.toString('hex'));
          }
        }
        expect(taken.sort()).toEqual([...wanted].sort());
        expect(queue.size).toBe(0);
      }),
      { numRuns: 30 },
    );
  });

  it('takes no more rows than it may have bytes, counts them, and takes some again later', () => {
    const { queue, at } = queueAt(NOON, { maxBytes: 1 << 20 });
    for (let i = 0; i < 100_000; i++) queue.add(keyOf(i, NOON), NOON);
    expect(queue.dropped).toBeGreaterThan(50_000);
    expect(queue.size + queue.dropped).toBe(100_000);
    expect(queue.bytes).toBeLessThan(1.1 * 2 ** 20);
    at(NOON + ROW_AGE + 10);
    while (queue.take(1000).length > 0);
    const { dropped } = queue;
    for (let i = 0; i < 1000; i++) queue.add(keyOf(i, NOON + HOUR), NOON + HOUR);
    expect(queue.dropped - dropped).toBeLessThan(64);
    expect(queue.size).toBeGreaterThan(900);
  });

  it('goes on when the clock is set back', () => {
    const { queue, at } = queueAt(NOON);
    const past = NOON - 5 * HOUR;
    at(NOON - HOUR);
    queue.add(keyOf(1, past), past);
    at(NOON - HOUR + 10);
    at(NOON - HOUR + 20);
    expect(hex(queue.take(10))).toEqual(hex([keyOf(1, past)]));
  });

  it('does not grow with wild timestamps', () => {
    const { queue } = queueAt(NOON);
    for (let i = 0; i < 20_000; i++) {
      const baseTime = i * HOUR * 50;
      queue.add(keyOf(1, baseTime >>> 0), baseTime >>> 0);
    }
    expect(queue.bytes).toBeLessThan(2e6);
  });
});
