import { messageOf } from '../../src/util/message-of';
import { RateLimitedLog } from '../../src/util/rate-limited-log';
import { TimeSlice } from '../../src/util/time-slice';
import { timerMs, withinTime } from '../../src/util/within-time';

const never = new Promise<never>(() => {});
const fail = (text: string) => (): never => {
  throw new Error(text);
};

describe('a promise with a time limit', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => {
    expect(jest.getTimerCount()).toBe(0);
    jest.useRealTimers();
  });

  it('has its own outcome when that is in time', async () => {
    await expect(withinTime(Promise.resolve(1), 50, fail('late'))).resolves.toBe(1);
    await expect(withinTime(Promise.reject(new Error('wrong')), 50, fail('late'))).rejects.toThrow('wrong');
  });

  it('has the outcome of `late` when the time is up, whatever it does then', async () => {
    const outcome = withinTime(never, 50, fail('late'));
    const answered = withinTime(never, 50, () => 'nothing');
    let reject: (error: Error) => void = () => {};
    const failing = withinTime(new Promise<never>((_, no) => (reject = no)), 50, () => 'given up');
    jest.advanceTimersByTime(49);
    expect(jest.getTimerCount()).toBe(3);
    jest.advanceTimersByTime(1);
    await expect(outcome).rejects.toThrow('late');
    await expect(answered).resolves.toBe('nothing');
    await expect(failing).resolves.toBe('given up');
    reject(new Error('nobody is told, and it is not unhandled'));
  });

  it('still has its own outcome while `late` is pending', async () => {
    let resolve: (value: string) => void = () => {};
    const outcome = withinTime(new Promise<string>((yes) => (resolve = yes)), 50, () => never);
    jest.advanceTimersByTime(50);
    resolve('just so');
    await expect(outcome).resolves.toBe('just so');
  });

  it('is given up when its signal is aborted, before or meanwhile, and takes its listener away', async () => {
    const aborted = new AbortController();
    aborted.abort();
    await expect(withinTime(never, 50, fail('cancelled'), aborted.signal)).rejects.toThrow('cancelled');
    const { signal } = aborted;
    const controller = new AbortController();
    const removed = jest.spyOn(controller.signal, 'removeEventListener');
    const outcome = withinTime(never, 50, fail('cancelled'), controller.signal);
    controller.abort();
    await expect(outcome).rejects.toThrow('cancelled');
    await withinTime(Promise.resolve(), 50, fail('late'), controller.signal).catch(() => undefined);
    expect(removed).toHaveBeenCalled();
    expect(signal.aborted).toBe(true);
  });

  it('takes any time limit', () => {
    expect([timerMs(-5), timerMs(5), timerMs(Infinity), timerMs(2 ** 40)]).toEqual([0, 5, 2 ** 31 - 1, 2 ** 31 - 1]);
  });
});

it('a rate-limited log writes so many messages in a period, and says how many it left out', () => {
  let now = 1_000_000;
  const lines: string[] = [];
  const log = new RateLimitedLog((line) => lines.push(line), { most: 2, periodMs: 1000, now: () => now });
  const costly = jest.fn((leftOut: number) => `costly, ${leftOut} not told`);
  for (const message of ['a', 'b', 'c', costly]) log.log(message);
  expect(costly).not.toHaveBeenCalled();
  now += 999;
  log.log('d');
  now += 1;
  log.log(costly);
  log.log('e');
  expect(lines).toEqual(['a', 'b', 'costly, 3 not told', 'e']);
  now -= 500_000; // somebody has set the clock
  log.log('f');
  expect(lines.at(-1)).toBe('f');
  log.log('g');
  log.log('h');
  now += 1000;
  log.log('i');
  expect(lines.slice(-2)).toEqual(['g', 'i (1 more like this were left out)']);
});

it('a time slice is over after 10 ms, gives others their turn, and ends with its signal', async () => {
  let now = 0;
  const controller = new AbortController();
  const slice = new TimeSlice(controller.signal, () => now);
  now = 9;
  expect(slice.isOver()).toBe(false);
  now = 10;
  expect(slice.isOver()).toBe(true);
  let others = 0;
  setImmediate(() => others++);
  await slice.next();
  expect(others).toBe(1);
  now = 19;
  expect(slice.isOver()).toBe(false);
  now = 30;
  slice.restart();
  expect(slice.isOver()).toBe(false);
  controller.abort(new Error('cancelled'));
  expect(() => slice.isOver()).toThrow('cancelled');
  await expect(slice.next()).rejects.toThrow('cancelled');
});

it('anything that is thrown has a message', () => {
  expect([messageOf(new TypeError('x')), messageOf('text'), messageOf(undefined), messageOf({ a: 1 })]).toEqual([
    'x',
    'text',
    'undefined',
    '[object Object]',
  ]);
});
