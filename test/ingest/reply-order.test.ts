import { ReplyOrder } from '../../src/ingest';

/** Promises to be settled by hand. */
class Pending {
  resolve = (): void => {};
  reject: (error: Error) => void = () => {};
  readonly promise = new Promise<void>((resolve, reject) => Object.assign(this, { resolve, reject }));
}

let holds: number;
let answered: number;
let said: string[];
let order: ReplyOrder;
beforeEach(() => {
  holds = answered = 0;
  said = [];
  order = new ReplyOrder({ hold: () => holds++, release: () => holds--, answered: () => answered++ });
});
const add = (): Pending => {
  const pending = new Pending();
  order.add(pending.promise, (error) => said.push((error as Error).message));
  return pending;
};
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('what is wrong is said in the order of the points, however long each takes', async () => {
  const [a, b, c] = [add(), add(), add()];
  c.reject(new Error('c'));
  a.reject(new Error('a'));
  await settle();
  expect([said, order.waiting, answered]).toEqual([['a'], 2, 1]);
  b.resolve();
  await settle();
  expect([said, order.waiting, answered]).toEqual([['a', 'c'], 0, 3]);
});

test('a client is held until all of its points are answered', async () => {
  const points = [add(), add()];
  order.holdForAll();
  expect(holds).toBe(1);
  points[1].resolve();
  await settle();
  expect(holds).toBe(1);
  points[0].resolve();
  await settle();
  expect(holds).toBe(0);
});

test('a client with many unanswered points is held until half of them are answered', async () => {
  const points = Array.from({ length: 4096 }, add);
  expect(holds).toBe(1);
  points.slice(0, 2047).forEach((point) => point.resolve());
  await settle();
  expect(holds).toBe(1);
  points[2047].resolve();
  await settle();
  expect([holds, order.waiting]).toEqual([0, 2048]);
});
