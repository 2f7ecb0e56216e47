import { ShortWaits } from '../../src/util/short-waits';
import { TimeSlice, Turns } from '../../src/util/time-slice';
import { turns } from '../../src/util/turns';

/** A slice of its own whose `next` notes what it is called. */
function goOn(of: Turns, name: string, done: string[]): void {
  void new TimeSlice(null, null, of).next().then(() => done.push(name));
}

describe('slices of long work', () => {
  let short: ShortWaits;
  let common: Turns;
  let done: string[];
  let now: number;

  beforeEach(() => {
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask', 'performance'] });
    short = new ShortWaits();
    now = 1000;
    common = new Turns(short, () => now);
    done = [];
  });
  afterEach(() => {
    expect(jest.getTimerCount()).toBe(0);
    jest.useRealTimers();
  });

  it('go on one in a turn, in the order in which they ask', async () => {
    goOn(common, 'a', done);
    goOn(common, 'b', done);
    await turns(1);
    expect(done).toEqual(['a']);
    goOn(common, 'a again', done);
    await turns(1);
    expect(done).toEqual(['a', 'b']);
    await turns(1);
    expect(done).toEqual(['a', 'b', 'a again']);
  });

  it('wait for what is done in a moment, and for who is told of it', async () => {
    short.begin();
    short.begin();
    goOn(common, 'a', done);
    await turns(3);
    short.end();
    await turns(3);
    expect(done).toEqual([]);
    short.end();
    void Promise.resolve()
      .then(() => done.push('told'))
      .then(() => done.push('and told on'));
    await turns(2);
    expect(done).toEqual(['told', 'and told on', 'a']);
  });

  it('wait as well for what that leads to', async () => {
    short.begin();
    goOn(common, 'a', done);
    await turns(2);
    short.end();
    short.begin();
    await turns(3);
    expect(done).toEqual([]);
    short.end();
    await turns(1);
    expect(done).toEqual(['a']);
  });

  it('wait no longer than that moment should take, each time', async () => {
    short.begin();
    goOn(common, 'a', done);
    goOn(common, 'b', done);
    await turns(2);
    jest.advanceTimersByTime(1);
    await turns(2);
    expect(done).toEqual([]);
    jest.advanceTimersByTime(1);
    await turns(3);
    expect(done).toEqual(['a']);
    jest.advanceTimersByTime(2);
    await turns(1);
    expect(done).toEqual(['a', 'b']);
    short.end();
  });

  it('wait no longer than that either when one thing leads to another without end', async () => {
    short.begin();
    goOn(common, 'a', done);
    await turns(2);
    for (; now < 1002; now++) {
      expect(done).toEqual([]);
      short.end();
      short.begin();
      await turns(2);
    }
    short.end();
    short.begin();
    await turns(1);
    expect(done).toEqual(['a']);
    short.end();
  });

  it('of turns that make room for nothing go on at once', async () => {
    short.begin();
    const own = new Turns();
    goOn(own, 'a', done);
    await turns(1);
    expect(done).toEqual(['a']);
    short.end();
  });

  it('leave nothing behind once nothing is waited for', async () => {
    short.begin();
    short.end();
    expect(short.any).toBe(false);
    goOn(common, 'a', done);
    await turns(1);
    expect(done).toEqual(['a']);
  });
});
