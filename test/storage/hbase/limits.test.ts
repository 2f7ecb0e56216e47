import { TimeoutError } from '../../../src/storage';
import { CongestionWindow } from '../../../src/storage/hbase/congestion';
import { backoffMs, Deadline, OutOfTimeError } from '../../../src/storage/hbase/deadline';

const soon = (): Deadline => new Deadline(undefined, 60_000);

describe('the congestion window', () => {
  it('halves when the server is overloaded, once for answers that come together, and grows again', () => {
    const window = new CongestionWindow(8, 1000, () => 0);
    for (let i = 0; i < 8; i++) expect(window.tryEnter()).toBe(true);
    expect(window.tryEnter()).toBe(false);
    for (let i = 0; i < 8; i++) window.leave('overloaded', 5);
    expect(window.limit).toBe(4);
    for (let i = 0; i < 100; i++) {
      expect(window.tryEnter()).toBe(true);
      window.leave('well', 5);
    }
    expect(window.limit).toBe(8);
  });

  it('takes slow answers for overload, and always leaves one place', () => {
    let clock = 0;
    const window = new CongestionWindow(2, 50, () => clock);
    for (let i = 0; i < 4; i++) {
      window.tryEnter();
      window.leave('well', 60);
      clock += 210;
    }
    expect(window.limit).toBe(1);
    expect(window.tryEnter()).toBe(true);
  });

  it('gives places in turn, and not to those who left', async () => {
    const window = new CongestionWindow(1, 1000);
    await window.enter(soon());
    const order: string[] = [];
    const first = window.enter(soon()).then(() => order.push('first'));
    const impatient = window.enter(new Deadline({ deadline: Date.now() + 20 }, 1000));
    const last = window.enter(soon()).then(() => order.push('last'));
    await expect(impatient).rejects.toBeInstanceOf(OutOfTimeError);
    window.leave('well', 1);
    await first;
    window.leave('well', 1);
    await last;
    expect(order).toEqual(['first', 'last']);
    window.leave('well', 1);
    expect(window.inFlight).toBe(0);
  });
});

describe('a deadline', () => {
  it('is the caller’s or the default, whichever comes first', () => {
    expect(new Deadline({ deadline: Date.now() + 10 }, 1000).remainingMs).toBeLessThanOrEqual(10);
    expect(new Deadline({ deadline: Date.now() + 5000 }, 100).remainingMs).toBeLessThanOrEqual(100);
  });

  it('ends waits, and so does cancelling', async () => {
    await expect(new Deadline(undefined, 20).race(new Promise(() => undefined))).rejects.toBeInstanceOf(OutOfTimeError);
    const controller = new AbortController();
    const deadline = new Deadline({ signal: controller.signal }, 60_000);
    const racing = deadline.race(new Promise(() => undefined));
    controller.abort();
    await expect(racing).rejects.toBeInstanceOf(TimeoutError);
    await expect(deadline.sleep(10)).rejects.toBeInstanceOf(TimeoutError);
    expect(await new Deadline(undefined, 30).sleep(1000)).toBe(false);
    expect(await new Deadline(undefined, 60_000).sleep(5)).toBe(true);
  });

  it('can be infinitely far', async () => {
    await expect(new Deadline(undefined, Infinity).race(Promise.resolve(7))).resolves.toBe(7);
  });

  it('pauses double from 16 ms to 5 s, each between half of it and all', () => {
    for (let failures = 1; failures < 40; failures++) {
      const ceiling = Math.min(5000, 16 * 2 ** failures);
      const pause = backoffMs(failures);
      expect(pause).toBeGreaterThanOrEqual(ceiling / 2);
      expect(pause).toBeLessThanOrEqual(ceiling);
    }
  });
});
