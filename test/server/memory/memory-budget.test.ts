import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { MemoryBudget, RequestMemory } from '../../../src/server/memory';
import { MemoryPool } from '../../../src/server/memory/memory-pool';

const KIB = 1024;
const never = new AbortController().signal;
const refused = expect.objectContaining({ status: 503 });

function socket(): Socket {
  return Object.assign(new EventEmitter(), { destroyed: false }) as unknown as Socket;
}

describe('a pool', () => {
  test('gives what is there and refuses the rest', () => {
    const pool = new MemoryPool(100, 1000);
    pool.take(60);
    pool.take(40);
    expect(() => pool.take(1)).toThrow(refused);
    pool.give(1);
    pool.take(1);
    expect(pool.used).toBe(100);
  });

  test('has reservations wait in their order, smaller ones too', async () => {
    const pool = new MemoryPool(100, 60_000);
    const order: string[] = [];
    expect(pool.reserve(80, never)).toBeNull();
    const large = Promise.resolve(pool.reserve(90, never)).then(() => order.push('large'));
    const small = Promise.resolve(pool.reserve(10, never)).then(() => order.push('small'));
    expect(pool.waiting).toBe(2);
    pool.give(80);
    await Promise.all([large, small]);
    expect(order).toEqual(['large', 'small']);
    expect([pool.used, pool.waiting]).toEqual([100, 0]);
  });

  test('refuses those that wait too long, and lets the next one in', async () => {
    const pool = new MemoryPool(100, 5);
    pool.take(50);
    const large = pool.reserve(60, never);
    const small = pool.reserve(50, never);
    await expect(large).rejects.toEqual(refused);
    await small;
    expect(pool.used).toBe(100);
  });

  test('has no more than so many wait', () => {
    const pool = new MemoryPool(100, 60_000, 1);
    const client = new AbortController();
    pool.take(100);
    void pool.reserve(1, client.signal)?.catch(() => {});
    expect(() => pool.reserve(1, client.signal)).toThrow(refused);
    client.abort(new Error('gone'));
    expect(pool.waiting).toBe(0);
  });
});

describe('the memory of a request', () => {
  test('is given back with the request, and with its connection', async () => {
    const budget = new MemoryBudget(1024 * KIB, 1000);
    const client = socket();
    const first = new RequestMemory(client, budget);
    const second = new RequestMemory(client, budget);
    first.add(10 * KIB);
    await first.reserve(40 * KIB);
    second.add(5 * KIB);
    expect(budget.used).toBe(55 * KIB);
    first.shrink(20 * KIB);
    expect(budget.used).toBe(35 * KIB);
    first.free();
    expect(budget.used).toBe(5 * KIB);
    client.emit('close');
    expect(budget.used).toBe(0);
    second.add(5 * KIB);
    await second.reserve(5 * KIB);
    expect(budget.used).toBe(0);
  });

  test('has a share of the budget for each connection; what needs more runs alone', async () => {
    const budget = new MemoryBudget(1024 * KIB, 10);
    const client = socket();
    const large = new RequestMemory(client, budget);
    await large.reserve(1024 * KIB * 1000);
    expect(budget.used).toBe(budget.share);
    expect(() => new RequestMemory(client, budget).add(1)).toThrow(refused);
    const other = new RequestMemory(socket(), budget);
    other.add(KIB); // small ones go on, and those of a usual size
    await other.reserve(60 * KIB);
    await expect(new RequestMemory(socket(), budget).reserve(65 * KIB)).rejects.toEqual(refused);
    large.free();
    await new RequestMemory(socket(), budget).reserve(65 * KIB);
  });

  test('a larger reservation takes the place of the smaller one', async () => {
    const budget = new MemoryBudget(1024 * KIB, 10);
    const request = new RequestMemory(socket(), budget);
    await request.reserve(10 * KIB);
    await request.reserve(100 * KIB);
    expect(request.used).toBe(100 * KIB);
    expect(budget.used).toBe(100 * KIB);
  });

  test('without a limit there is any', async () => {
    const budget = new MemoryBudget(0, 10);
    const request = new RequestMemory(socket(), budget);
    request.add(1e12);
    await request.reserve(1e12);
    expect(budget.used).toBe(2e12);
  });
});
