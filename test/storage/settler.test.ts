import { Settler, type SettledLog } from '../../src/storage/embedded/log/settler';

const HOUR_MS = 3_600_000;
const MIB = 1 << 20;

/** A log that is what a test makes of it. */
class FakeLog implements SettledLog {
  activeSince = 0;
  bytes = 0;
  /** What another process has appended, and this one has not read. */
  unread = 0;
  toMerge: object | null = null;
  seals = 0;

  get size(): { bytes: number } {
    return { bytes: this.bytes };
  }

  refresh(): void {
    this.bytes += this.unread;
    this.unread = 0;
  }

  seal(): Promise<void> {
    this.seals++;
    this.activeSince = 0;
    this.toMerge = this;
    return Promise.resolve();
  }
}

function settled() {
  const log = new FakeLog();
  const merge = jest.fn();
  const clock = { now: 1000 };
  return {
    log,
    merge,
    clock,
    settler: new Settler(
      log,
      () => log.seal(),
      merge,
      () => clock.now,
    ),
  };
}

it('merges what a burst has left at the second look without more of it', async () => {
  const { log, merge, settler } = settled();
  log.activeSince = 1;
  for (const bytes of [9 * MIB, 10 * MIB, 11 * MIB]) {
    log.bytes = bytes;
    await settler.look();
  }
  expect(log.seals).toBe(0);
  await settler.look();
  expect([log.seals, merge.mock.calls.length]).toEqual([1, 1]);
  // Once.
  await settler.look();
  expect(log.seals).toBe(1);
});

it('leaves little alone until it is an hour old', async () => {
  const { log, merge, clock, settler } = settled();
  log.activeSince = clock.now;
  log.bytes = MIB;
  for (let look = 0; look < 5; look++) await settler.look();
  clock.now += HOUR_MS - 1;
  await settler.look();
  expect(log.seals).toBe(0);
  clock.now += 1;
  await settler.look();
  expect([log.seals, merge.mock.calls.length]).toEqual([1, 1]);
});

it('does not take a log for quiet that other processes write to', async () => {
  const { log, settler } = settled();
  log.activeSince = 1;
  log.bytes = 9 * MIB;
  for (let look = 0; look < 5; look++) {
    log.unread = 1;
    await settler.look();
  }
  expect(log.seals).toBe(0);
});

it('seals nothing while what is sealed waits to be merged', async () => {
  const { log, settler } = settled();
  log.activeSince = 1;
  log.bytes = 9 * MIB;
  log.toMerge = log;
  for (let look = 0; look < 3; look++) await settler.look();
  expect(log.seals).toBe(0);
});

it('leaves it to the next write to say what is wrong', async () => {
  const { log, merge, settler } = settled();
  log.activeSince = 1;
  log.bytes = 9 * MIB;
  log.seal = () => Promise.reject(new Error('the disk is full'));
  await settler.look();
  await expect(settler.look()).resolves.toBeUndefined();
  expect(merge).not.toHaveBeenCalled();
});
