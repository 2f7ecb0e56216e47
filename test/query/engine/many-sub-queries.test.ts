import { RowTimes } from '../../../src/query/plan';
import { fixedRowSpan } from '../../../src/query/source';
import { RangeReader } from '../../../src/storage/embedded/range-reader';
import type { ScanOptions, Storage } from '../../../src/storage';
import { until } from '../../support/until';
import { B, HOUR, refusal, TestEngine } from '../support/engine';

/** What regular expressions may take in these tests. */
const mockSteps = 150_000;
jest.mock('../../../src/query/plan/limits', () => ({
  ...jest.requireActual<object>('../../../src/query/plan/limits'),
  patternSteps: () => ({ left: mockSteps }),
}));

let tsd: TestEngine;
afterEach(async () => {
  jest.restoreAllMocks();
  await tsd.close();
});

/** Work of a clock of its own, and how long the longest turn of the event loop has worked by it. */
class Turns {
  private now = performance.now();
  longest = 0;
  private began = this.now;
  private next: NodeJS.Immediate = setImmediate(() => this.turn());

  constructor() {
    jest.spyOn(performance, 'now').mockImplementation(() => this.now);
  }

  private turn(): void {
    this.began = this.now;
    this.next = setImmediate(() => this.turn());
  }

  work(ms: number): void {
    this.now += ms;
    this.longest = Math.max(this.longest, this.now - this.began);
  }

  end(): void {
    clearImmediate(this.next);
  }
}

/** The store, its scans wrapped. */
function scanning(
  storage: Storage,
  wrap: (rows: ReturnType<Storage['scan']>, options: ScanOptions) => ReturnType<Storage['scan']>,
): Storage {
  return new Proxy(storage, {
    get: (target, key, receiver) => {
      if (key !== 'scan') return Reflect.get(target, key, receiver) as unknown;
      return (table: string, options: ScanOptions) => wrap(target.scan(table, options), options);
    },
  });
}

const downsampled = (count: number): string => Array.from({ length: count }, (_, i) => `&m=sum:${i + 1}s-avg:m{host=*}`).join('');

test('the scans of many sub-queries share the turns of the event loop with others', async () => {
  tsd = await TestEngine.open();
  await tsd.put(`m ${B} 1 host=a`, `m ${B + 10} 2 host=b`);
  const few = await tsd.ask(`${HOUR}&m=sum:1s-avg:m{host=*}`);
  expect(few).toHaveLength(2);
  const turns = new Turns();
  const { read } = RangeReader.prototype;
  jest.spyOn(RangeReader.prototype, 'read').mockImplementation(function (this: RangeReader) {
    turns.work(4);
    return read.call(this);
  });
  try {
    expect(await tsd.ask(HOUR + downsampled(150))).toHaveLength(300);
    // A slice of work that has just come and one of work that goes on.
    expect(turns.longest).toBeLessThanOrEqual(30);
  } finally {
    turns.end();
  }
});

test('other requests need not wait for the sub-queries of one', async () => {
  let begun = 0;
  let letGo = (): void => undefined;
  const held = new Promise<void>((resolve) => (letGo = resolve));
  tsd = await TestEngine.open({}, (storage) => {
    async function* late<T>(rows: AsyncIterable<T>): AsyncGenerator<T> {
      begun++;
      await held;
      yield* rows;
    }
    return scanning(storage, (rows, { start }) => (start.readUIntBE(0, 3) === 1 ? late(rows) : rows));
  });
  await tsd.put(`m ${B} 1 host=a`, `n ${B} 1 host=a`);
  const many = tsd.ask(HOUR + downsampled(300));
  await until(() => begun >= 32);
  expect(await tsd.ask(`${HOUR}&m=sum:n`)).toHaveLength(1);
  expect(begun).toBe(32);
  letGo();
  expect(await many).toHaveLength(300);
  expect(begun).toBe(300);
});

test('the regular expressions of all sub-queries together may take a number of steps', async () => {
  tsd = await TestEngine.open();
  await tsd.put(`m ${B} 1 host=${'a'.repeat(200)}`);
  const filters = [{ type: 'regexp', tagk: 'host', filter: '(a?){100}(a){100}b', groupBy: true }];
  const ask = (count: number): Promise<unknown> =>
    tsd.ask({
      start: B,
      end: B + 3600,
      queries: Array.from({ length: count }, (_, i) => ({ aggregator: 'sum', metric: 'm', downsample: `${i + 1}s-avg`, filters })),
    });
  expect(await ask(2)).toEqual([]);
  expect(await refusal(ask(60))).toMatchObject({
    status: 413,
    message: expect.stringMatching(/^Sorry, the regular expressions of this query take more than our maximum/) as string,
  });
});

describe('the times of rows', () => {
  beforeEach(async () => void (tsd = await TestEngine.open()));
  const hours = fixedRowSpan(3600);

  test('are told once for all scans of the same rows', () => {
    const times = new RowTimes();
    const window = { scanStart: 3600, scanEnd: 3 * 3600 };
    expect(times.of(hours, window)).toEqual([3600, 7200]);
    expect(times.of(hours, { ...window })).toBe(times.of(hours, window));
    expect(times.of(hours, window, true)).toEqual([3600, 7200, 10800]);
    expect(times.of(fixedRowSpan(7200), window)).toEqual([7200]);
  });

  test('are bound, of one scan and of all together', () => {
    const times = new RowTimes(5);
    const window = (from: number, count: number) => ({ scanStart: from * 3600, scanEnd: (from + count) * 3600 });
    expect(times.of(hours, window(0, 3))).toHaveLength(3);
    expect(times.of(hours, window(1, 3))).toBeUndefined();
    expect(times.of(hours, window(0, 3))).toHaveLength(3);
    expect(times.of(hours, window(1, 2))).toHaveLength(2);
    expect(new RowTimes().of(hours, window(0, 10_000))).toHaveLength(10_000);
    expect(new RowTimes().of(hours, window(0, 10_001))).toBeUndefined();
    expect(new RowTimes().of(hours, { scanStart: 0xffff_f000, scanEnd: 0xffff_ffff + 1 })).toBeUndefined();
  });
});
