import { Semaphore } from '../../src/util/semaphore';
import { Stopper } from '../../src/util/stop-signal';
import { turns } from '../support/until';

const never = new AbortController().signal;

test('no more work at once than there are permits, first come first served', async () => {
  const semaphore = new Semaphore(2);
  const order: number[] = [];
  let running = 0;
  let most = 0;
  await Promise.all(
    Array.from({ length: 9 }, (_, i) =>
      semaphore.run(never, async () => {
        order.push(i);
        most = Math.max(most, ++running);
        await turns(2);
        running--;
      }),
    ),
  );
  expect(most).toBe(2);
  expect(order).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
});

test('a permit comes back when the work fails; who gives up waiting takes none', async () => {
  const semaphore = new Semaphore(1);
  const gone = new AbortController();
  const first = semaphore.run(never, async () => {
    await turns(5);
    throw new Error('failed');
  });
  const second = semaphore.run(gone.signal, async () => 'second');
  const third = semaphore.run(never, async () => 'third');
  gone.abort(new Error('gave up'));
  await expect(second).rejects.toThrow('gave up');
  await expect(first).rejects.toThrow('failed');
  expect(await third).toBe('third');
  await expect(semaphore.run(gone.signal, async () => 'never')).rejects.toThrow('gave up');
});

test('a long line keeps its order, and those who give up are passed over', async () => {
  const semaphore = new Semaphore(1);
  const gone = new Stopper();
  const stays = new Stopper();
  const order: number[] = [];
  const work = Array.from({ length: 5000 }, (_, i) =>
    semaphore.run(i % 3 === 1 ? gone : stays, async () => void order.push(i)).catch((e: Error) => e.message),
  );
  gone.abort(new Error('gave up'));
  const outcomes = await Promise.all(work);
  expect(outcomes.filter((outcome) => outcome === 'gave up')).toHaveLength(1667);
  expect(order).toEqual(Array.from({ length: 5000 }, (_, i) => i).filter((i) => i % 3 !== 1));
  expect(await semaphore.run(stays, async () => 'free again')).toBe('free again');
});
