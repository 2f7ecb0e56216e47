import { setMaxListeners } from 'node:events';
import { QueryQueue, type QueuePlace } from '../../src/query/engine/query-queue';

const never = new AbortController().signal;
setMaxListeners(0, never);
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Asks for a place; the client's name is added to the list when it gets one. */
function ask(queue: QueryQueue, client: string, order: string[], signal = never): Promise<QueuePlace> {
  const asked = Promise.resolve(queue.enter(client, signal)).then((place) => {
    order.push(client);
    return place;
  });
  // Those that still wait when their test is over are refused while another one runs.
  asked.catch(() => {});
  return asked;
}

test('a few begin at once, more with every light one that ends', async () => {
  const queue = new QueryQueue({ running: 6, waiting: 100, waitMs: 60_000 }, () => true);
  const order: string[] = [];
  const places = Array.from({ length: 10 }, () => ask(queue, 'a', order));
  await turn();
  expect(order).toHaveLength(4);
  (await places[0]).leave();
  await turn();
  expect(order).toHaveLength(6); // one for the one that ended, and one more
  (await places[1]).leave();
  await turn();
  expect(order).toHaveLength(8);
  (await places[2]).leave();
  await turn();
  expect(order).toHaveLength(9); // six at once are the limit
});

test('beside four heavy ones others begin one at a time', async () => {
  const queue = new QueryQueue({ running: 100, waiting: 100, waitMs: 60_000 }, () => true);
  const order: string[] = [];
  for (let i = 0; i < 4; i++) (await ask(queue, 'heavy', order)).heavy();
  const light = await ask(queue, 'light', order);
  void ask(queue, 'light', order);
  void ask(queue, 'light', order);
  await turn();
  expect(order).toHaveLength(5);
  light.leave();
  await turn();
  expect(order).toHaveLength(6);
});

test('nobody begins while there is no memory, but one alone', async () => {
  let room = true;
  const queue = new QueryQueue({ running: 100, waiting: 100, waitMs: 60_000 }, () => room);
  const order: string[] = [];
  const first = await ask(queue, 'a', order);
  room = false;
  void ask(queue, 'b', order);
  void ask(queue, 'c', order);
  await turn();
  expect(order).toEqual(['a']);
  first.leave();
  first.leave();
  await turn();
  expect(order).toEqual(['a', 'b']);
  room = true;
  queue.admit();
  await turn();
  expect(order).toEqual(['a', 'b', 'c']);
});

test('clients take turns', async () => {
  let room = false;
  const queue = new QueryQueue({ running: 100, waiting: 100, waitMs: 60_000 }, () => room);
  const order: string[] = [];
  await ask(queue, 'first', order);
  for (const client of ['a', 'a', 'a', 'b', 'c', 'b']) void ask(queue, client, order);
  room = true;
  for (let i = 0; i < 6; i++) {
    queue.admit();
    await turn();
  }
  expect(order.slice(0, 4)).toEqual(['first', 'a', 'b', 'c']);
});

test('too many that wait are refused, and one that goes away gives its place up', async () => {
  const queue = new QueryQueue({ running: 1, waiting: 1, waitMs: 60_000 }, () => true);
  const order: string[] = [];
  await ask(queue, 'a', order);
  const gone = new AbortController();
  const waiting = ask(queue, 'b', order, gone.signal);
  expect(() => queue.enter('c', never)).toThrow(
    expect.objectContaining({ status: 503, message: 'Too many requests pending, please try again later' }),
  );
  gone.abort(new Error('gone'));
  await expect(waiting).rejects.toThrow('gone');
  void ask(queue, 'c', order);
  await turn();
  expect(order).toEqual(['a']);
});

test('without a limit all begin', async () => {
  const queue = new QueryQueue({ running: 0, waiting: 0, waitMs: 60_000 }, () => false);
  const order: string[] = [];
  await Promise.all(Array.from({ length: 50 }, () => ask(queue, 'a', order)));
  expect(order).toHaveLength(50);
});

/** A queue of one place, and the ways on: time that passes, and the place given to the next. */
function paced(waitMs: number) {
  let now = 0;
  const queue = new QueryQueue(
    { running: 1, waiting: 1000, waitMs },
    () => true,
    () => now,
  );
  let current: QueuePlace | null = null;
  const began: string[] = [];
  const refused: string[] = [];
  const come = (client: string, name: string): void => {
    void (async () => queue.enter(client, never))().then(
      (place) => {
        began.push(name);
        current = place;
      },
      () => refused.push(name),
    );
  };
  const pass = async (ms: number): Promise<void> => {
    now += ms;
    current?.leave();
    await turn();
  };
  return { come, pass, began, refused };
}

test('those that would wait too long are refused once the pace is known, the last of the client with the most first', async () => {
  const { come, pass, began, refused } = paced(30_000);
  for (let i = 0; i < 100; i++) come('many', `m${i}`);
  for (let i = 0; i < 3; i++) come('few', `f${i}`);
  await turn();
  for (let i = 0; i < 7; i++) await pass(1000);
  expect(refused).toEqual([]); // too early to tell
  await pass(1000);
  // 22 more begin within the 30 s
  expect(refused).not.toContain('f2');
  expect(refused[0]).toBe('m99');
  expect(refused).toHaveLength(103 - began.length - Math.floor((30_000 - 8000) / (7000 / 8)));
  // One that comes now has not waited yet; but so many more there are not.
  const left = 103 - began.length - refused.length;
  for (let i = 0; i < 100; i++) come('many', `late${i}`);
  await turn();
  expect(refused.filter((name) => name.startsWith('late'))).toHaveLength(100 - (Math.floor(30_000 / (7000 / 8)) - left));
  come('other', 'o');
  for (let i = 0; i < 2; i++) await pass(1000);
  expect(began).toContain('o');
});

test('a query that nobody lets begin is refused when its time is over', async () => {
  jest.useFakeTimers({ doNotFake: ['setImmediate', 'performance'] });
  try {
    const queue = new QueryQueue({ running: 1, waiting: 10, waitMs: 5000 }, () => true);
    const first = await queue.enter('a', never);
    const waiting = Promise.resolve(queue.enter('b', never));
    const outcome = expect(waiting).rejects.toMatchObject({ status: 503 });
    jest.advanceTimersByTime(5000);
    await outcome;
    first.leave();
    expect(queue.enter('c', never)).not.toBeInstanceOf(Promise);
    expect(jest.getTimerCount()).toBe(0);
  } finally {
    jest.useRealTimers();
  }
});
