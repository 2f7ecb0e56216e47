import fc from 'fast-check';
import { IllegalStateError } from '../../src/util/errors';
import { keysWithPrefix } from '../../src/schema';
import { b, cell, eachTestHasAStore, putCell, uid, uidsOver } from './support/uid-store';

const store = eachTestHasAStore();

describe('suggesting', () => {
  it('offers names by prefix, in byte order, case-sensitively', async () => {
    const uids = uidsOver(store.storage);
    for (const name of ['sys.mem', 'sys.cpu', 'Sys.x', 'sysz', 'sz', 'sy']) await uids.getOrCreateId('metrics', name);
    await uids.getOrCreateId('tagk', 'sys.tag');
    expect(await uids.suggest('metrics', 'sys', 25)).toEqual(['sys.cpu', 'sys.mem', 'sysz']);
    expect(await uids.suggest('metrics', 'sys', 2)).toEqual(['sys.cpu', 'sys.mem']);
    expect(await uids.suggest('metrics', 'none', 2)).toEqual([]);
    expect(await uids.suggest('tagk', 's', 2)).toEqual(['sys.tag']);
    expect(await uids.suggest('metrics', '日', 2)).toEqual([]);
  });

  it('offers everything from ! to ~ for an empty search, so no name that starts with a Latin-1 letter', async () => {
    const uids = uidsOver(store.storage);
    for (const name of ['é', 'a', '-b', 'z']) await uids.getOrCreateId('tagv', name);
    expect(await uids.suggest('tagv', '', 25)).toEqual(['-b', 'a', 'z']);
    expect(await uids.suggest('tagv', 'é', 25)).toEqual(['é']);
    expect(await cell(store.storage, b('é'), 'id', 'tagv')).toBe('000001');
  });

  it('refuses to offer less than one', async () => {
    await expect(uidsOver(store.storage).suggest('metrics', '', 0)).rejects.toThrow('Count must be greater than 0');
  });

  it('reads nothing where there is no room for the names that are known', async () => {
    const uids = uidsOver(store.storage);
    for (let i = 0; i < 30; i++) await uids.getOrCreateId('metrics', `m${i}`);
    const scan = jest.spyOn(store.storage, 'scan');
    const full = (): never => {
      throw new Error('no room');
    };
    await expect(uids.suggest('metrics', '', 1000, full)).rejects.toThrow('no room');
    expect(scan).not.toHaveBeenCalled();
    scan.mockRestore();
    const told: number[] = [];
    const names = await uids.suggest('metrics', '', 20, (bytes) => told.push(bytes));
    // What is known is told before, and what its names have beside that when they are there.
    expect(told).toEqual([20 * 64, names.join('').length]);
    expect(await uids.suggest('metrics', 'm1', 20, (bytes) => told.push(bytes))).toHaveLength(11);
    expect(told.slice(2)).toEqual([11 * 64 + 2 + 10 * 3]);
  });

  it('fills both caches', async () => {
    const id = await uidsOver(store.storage).getOrCreateId('metrics', 'm');
    const uids = uidsOver(store.storage);
    await uids.suggest('metrics', '', 25);
    expect(uids.cachedId('metrics', 'm')).toEqual(id);
    expect(uids.cachedName('metrics', id)).toBe('m');
  });

  it('reports a forward mapping that changed without its reverse', async () => {
    const uids = uidsOver(store.storage);
    await uids.getOrCreateId('metrics', 'm');
    await putCell(store.storage, b('m'), 'id', 'metrics', uid('000009'));
    await expect(uids.suggest('metrics', 'm', 5)).rejects.toThrow(
      new IllegalStateError('WTF?  For kind=metrics name=m, we have id=[0, 0, 1] in cache, but just scanned id=[0, 0, 9]'),
    );
  });

  it('covers exactly the rows with the prefix', () => {
    const bytes = fc.uint8Array({ maxLength: 4 }).map((a) => Buffer.from(a));
    fc.assert(
      fc.property(bytes, bytes, (prefix, row) => {
        const { start, stop } = keysWithPrefix(prefix);
        const inside = start.compare(row) <= 0 && (stop.length === 0 || row.compare(stop) < 0);
        expect(inside).toBe(row.subarray(0, prefix.length).equals(prefix));
      }),
    );
  });
});
