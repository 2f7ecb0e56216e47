import { runQuery } from '../../../../src/server/http/query/run';
import type { HttpCall } from '../../../../src/server/http/types';

test('requests that come together and take long to be read let others have their turn between them', async () => {
  let now = performance.now();
  const clock = jest.spyOn(performance, 'now').mockImplementation(() => now);
  try {
    const call = { tsd: { counters: { query: { invalidRequests: 0 } } }, signal: null } as unknown as HttpCall;
    let turns = 0;
    const count = (): void => {
      turns++;
      if (readIn.length < 4) setImmediate(count);
    };
    setImmediate(count);
    const readIn: number[] = [];
    const ask = (): Promise<void> =>
      runQuery(call, () => {
        readIn.push(turns);
        now += 20;
        throw new Error('It is wrong');
      });
    await Promise.allSettled([ask(), ask(), ask(), ask()]);
    expect(readIn).toEqual([0, 1, 2, 3]);
    expect(call.tsd.counters.query.invalidRequests).toBe(4);
  } finally {
    clock.mockRestore();
  }
});
