import { ChangeQueue } from '../../src/search/change-queue';
import type { Changes } from '../../src/search/types';
import { StorageError } from '../../src/storage';
import { SILENT_LOG } from '../../src/util/log';
import { until } from '../support/until';

const series = (from: number, count: number): Buffer[] => Array.from({ length: count }, (_, i) => Buffer.of((from + i) >> 8, from + i));

/** A queue whose work fails as often as it is told. */
function queueOf(
  limits: { waiting: number; retryMs: number },
  error: Error = new StorageError('not now'),
): {
  queue: ChangeQueue;
  batches: Changes[];
  lost: () => number;
  fail(times: number): void;
} {
  const batches: Changes[] = [];
  let [failing, lost] = [0, 0];
  const take = (batch: Changes): Promise<void> => {
    if (failing > 0) {
      failing--;
      return Promise.reject(error);
    }
    batches.push(batch);
    return Promise.resolve();
  };
  const queue = new ChangeQueue({ take, lost: () => lost++ }, SILENT_LOG, limits);
  return { queue, batches, lost: () => lost, fail: (times) => (failing = times) };
}

test('takes things in their order, some at a time', async () => {
  const { queue, batches } = queueOf({ waiting: 10_000, retryMs: 1 });
  queue.add({ series: series(0, 3) });
  queue.add({ uids: [{ kind: 'tagk', id: Buffer.of(1) }], series: series(3, 1000) });
  queue.add({ notes: [{ tsuid: '', startTime: 1 }] });
  await queue.flush();
  expect(batches.map((batch) => [batch.uids.length, batch.series.length, batch.notes.length])).toEqual([
    [1, 512, 1],
    [0, 491, 0],
  ]);
  expect(Buffer.concat(batches.flatMap((batch) => batch.series))).toEqual(Buffer.concat(series(0, 1003)));
  expect(queue).toMatchObject({ taken: 1005, waiting: 0, failures: 0 });
});

test('tries again what fails, before anything that came later', async () => {
  const { queue, batches, lost, fail } = queueOf({ waiting: 10_000, retryMs: 1 });
  fail(3);
  queue.add({ series: series(0, 512) });
  queue.add({ series: series(512, 1) });
  await queue.flush();
  expect(Buffer.concat(batches.flatMap((batch) => batch.series))).toEqual(Buffer.concat(series(0, 513)));
  expect(queue.failures).toBe(3);
  expect(lost()).toBe(0);
});

test('says that something is lost when too much waits', async () => {
  const { queue, batches, lost } = queueOf({ waiting: 100, retryMs: 1 });
  queue.add({ series: series(0, 60) });
  queue.add({ series: series(60, 41) });
  queue.add({ series: series(60, 40) });
  expect(lost()).toBe(1);
  await queue.flush();
  expect(batches.flatMap((batch) => batch.series)).toHaveLength(100);
});

test('does not try without end when it is closed', async () => {
  const { queue, batches, lost, fail } = queueOf({ waiting: 10_000, retryMs: 3_600_000 });
  fail(3);
  queue.add({ series: series(0, 600) });
  const closed = queue.close();
  await closed;
  // The first batch is given up after its first try, and so are the others.
  expect(lost()).toBe(2);
  expect(batches).toEqual([]);
});

test('ends the wait for another try when it is closed', async () => {
  const { queue, batches, fail } = queueOf({ waiting: 10_000, retryMs: 3_600_000 });
  fail(1);
  queue.add({ series: series(0, 1) });
  await until(() => queue.failures > 0);
  await queue.close();
  expect(batches).toHaveLength(1);
});

test('does not try again what will never work, and goes on', async () => {
  const { queue, batches, lost, fail } = queueOf({ waiting: 10_000, retryMs: 3_600_000 }, new TypeError('a mistake'));
  fail(1);
  queue.add({ series: series(0, 513) });
  await queue.flush();
  expect(lost()).toBe(1);
  expect(batches.map((batch) => batch.series.length)).toEqual([1]);
});
