import { CancelledError, Deadline } from '../../../src/storage/hbase/deadline';

const HOUR = 3_600_000;

/** Both clocks, by hand: the wall clock can be set, time itself only passes. */
let wall = 1_700_000_000_000;
let passed = 5000;
const pass = (milliseconds: number): void => {
  wall += milliseconds;
  passed += milliseconds;
};
beforeEach(() => {
  jest.spyOn(Date, 'now').mockImplementation(() => wall);
  jest.spyOn(performance, 'now').mockImplementation(() => passed);
});
afterEach(() => jest.restoreAllMocks());

it('ends at the earlier of what the caller says and the default', () => {
  expect(new Deadline({ deadline: wall + 300 }, 1000).remainingMs).toBe(300);
  expect(new Deadline({ deadline: wall + 3000 }, 1000).remainingMs).toBe(1000);
  expect(new Deadline(undefined, 1000).remainingMs).toBe(1000);
  expect(new Deadline({ deadline: wall - 1 }, 1000).over).toBe(true);
});

it.each([-HOUR, HOUR])('does not move when the clock is set by %d ms', (jump) => {
  const deadline = new Deadline({ deadline: wall + 300 }, 1000);
  pass(100);
  wall += jump;
  expect(deadline.remainingMs).toBe(200);
  expect(deadline.elapsedMs).toBe(100);
  expect(deadline.over).toBe(false);
  pass(200);
  expect(deadline.over).toBe(true);
});

it('says of a pause that the deadline came first, also when time passes while the pause begins', async () => {
  jest.mocked(performance.now).mockImplementation(() => (passed += 10));
  expect(await new Deadline(undefined, 45).sleep(1000)).toBe(false);
  const controller = new AbortController();
  const pause = new Deadline({ signal: controller.signal }, 10_000).sleep(10_000);
  controller.abort();
  await expect(pause).rejects.toThrow(CancelledError);
});
