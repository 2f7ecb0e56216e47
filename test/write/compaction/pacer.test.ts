import { Pacer } from '../../../src/write/compaction/pacer';

const DEFAULTS = { flushInterval: 10, minFlushThreshold: 100, flushSpeed: 2 };

/** Rows given in so many seconds, all of them taken, by looks at the queue every 200 ms. */
function rowsIn(pacer: Pacer, seconds: number, queued: number, from = 0): number {
  let rows = 0;
  for (let ms = from + 200; ms <= from + seconds * 1000; ms += 200) {
    pacer.refill(ms, queued);
    rows += pacer.rows;
    pacer.spend(pacer.rows);
  }
  return rows;
}

describe('the pace of compaction', () => {
  it('gives the rows that 2.4.1 takes at each wake-up, spread over the time between', () => {
    // max(100, 90000 * 10 * 2 / 3600) every 10 s.
    const pacer = new Pacer(DEFAULTS, 0);
    expect(rowsIn(pacer, 100, 90_000)).toBe(5000);
    pacer.refill(100_200, 90_000);
    expect(pacer.rows).toBe(10);
    expect(rowsIn(new Pacer(DEFAULTS, 0), 100, 200)).toBe(1000);
    expect(rowsIn(new Pacer({ ...DEFAULTS, flushSpeed: 12 }, 0), 100, 90_000)).toBe(30_000);
  });

  it('makes up for no more than a second', () => {
    const pacer = new Pacer(DEFAULTS, 0);
    pacer.refill(600_000, 90_000);
    expect(pacer.rows).toBe(50);
  });

  it('halves when storage gets slow or the event loop is full, and comes back step by step', () => {
    const pacer = new Pacer(DEFAULTS, 0);
    for (let i = 0; i < 20; i++) pacer.observe(30, false);
    expect(pacer.factor).toBe(1);
    pacer.observe(70, false);
    expect(pacer.factor).toBe(0.5);
    // Half the asked pace is kept, so that the queue is empty after an hour whatever happens.
    for (let i = 0; i < 10; i++) pacer.observe(500, false);
    expect(pacer.factor).toBe(0.5);
    expect(rowsIn(pacer, 100, 90_000)).toBe(2500);
    for (let i = 0; i < 5; i++) pacer.observe(30, false);
    expect(pacer.factor).toBeCloseTo(0.75);
    pacer.observe(30, true);
    expect(pacer.factor).toBe(0.5);
    for (let i = 0; i < 20; i++) pacer.observe(30, false);
    expect(pacer.factor).toBe(1);
  });

  it('gets used to a store that is slow for good', () => {
    const pacer = new Pacer(DEFAULTS, 0);
    for (let i = 0; i < 20; i++) pacer.observe(30, false);
    for (let i = 0; i < 1000; i++) pacer.observe(100, false);
    expect(pacer.factor).toBe(1);
  });

  it('nearly stops when storage pushes back', () => {
    const pacer = new Pacer(DEFAULTS, 0);
    for (let i = 0; i < 10; i++) pacer.pushedBack();
    expect(pacer.factor).toBe(0.02);
    pacer.observe(500, false);
    pacer.observe(500, false);
    expect(pacer.factor).toBeLessThan(0.15);
  });
});
