import { ShortWaits } from '../../src/util/short-waits';
import { TimeSlice, Turns } from '../../src/util/time-slice';
import { turns } from '../../src/util/turns';

/** Long work that has had a slice, and notes what it is called when it goes on. */
function goOn(of: Turns, name: string, done: string[]): void {
  void of.next().then(() => done.push(name));
}

/** Work that comes while there is no time left in this turn. */
function come(of: Turns, name: string, done: string[]): TimeSlice {
  const slice = new TimeSlice(null, null, of);
  void slice.next().then(() => done.push(name));
  return slice;
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

  it('wait for work that has just come, one in a turn, until it has had its first', async () => {
    goOn(common, 'long', done);
    const slice = come(common, 'a', done);
    come(common, 'b', done);
    await turns(1);
    expect(done).toEqual(['a']);
    goOn(common, 'long too', done);
    void slice.next().then(() => done.push('a again'));
    await turns(1);
    expect(done).toEqual(['a', 'b']);
    await turns(4);
    expect(done).toEqual(['a', 'b', 'long', 'long too', 'a again']);
  });

  it('do not wait for it without end', async () => {
    goOn(common, 'long', done);
    for (; now < 1002; now++) {
      come(common, 'a', done);
      come(common, 'b', done);
      await turns(1);
      come(common, 'c', done);
      await turns(2);
      expect(done.splice(0)).toEqual(['a', 'b', 'c']);
    }
    await turns(2);
    expect(done).toEqual(['long']);
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
