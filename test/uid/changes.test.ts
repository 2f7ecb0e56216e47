import { RetryableError, type Failure } from '../../src/storage';
import { NoSuchUniqueName, type UidInvalidation } from '../../src/uid';
import { UidAllocator } from '../../src/uid/allocator';
import { UidCache } from '../../src/uid/cache';
import { CACHE_BOTH } from '../../src/uid/cache-policy';
import { SILENT_LOG } from '../../src/util/log';
import { NameCodec } from '../../src/uid/name-codec';
import { UidChanges } from '../../src/uid/changes';
import { UidTable } from '../../src/uid/uid-table';
import { UniqueId } from '../../src/uid/unique-id';
import { IllegalArgumentError } from '../../src/util/errors';
import { b, cell, eachTestHasAStore, intercept, putCell, uid, uidsOver, UID_TABLE } from './support/uid-store';
import { until } from '../support/until';

const store = eachTestHasAStore();

describe('renaming', () => {
  it('moves the name and keeps the UID and its meta', async () => {
    const uids = uidsOver(store.storage);
    const heard: UidInvalidation[] = [];
    uids.onInvalidate((what) => heard.push(what));
    const id = await uids.getOrCreateId('metrics', 'old');
    await putCell(store.storage, id, 'name', 'metric_meta', b('{}'));
    await uids.rename('metrics', 'old', 'new');
    expect(await cell(store.storage, id, 'name', 'metrics')).toBe(b('new').toString('hex'));
    expect(await cell(store.storage, b('new'), 'id', 'metrics')).toBe('000001');
    expect(await cell(store.storage, b('old'), 'id', 'metrics')).toBeNull();
    expect(await cell(store.storage, id, 'name', 'metric_meta')).toBe('7b7d');
    expect(uids.cachedId('metrics', 'old')).toBeUndefined();
    expect(uids.cachedId('metrics', 'new')).toEqual(id);
    expect(uids.cachedName('metrics', id)).toBe('new');
    expect(heard).toContainEqual({ kind: 'metrics', name: 'old' });
    expect(await uids.getOrCreateId('metrics', 'old')).toEqual(uid('000002'));
  });

  it('refuses in the words of the original', async () => {
    const uids = uidsOver(store.storage);
    await uids.getOrCreateId('metrics', 'A');
    await uids.getOrCreateId('metrics', 'B');
    await expect(uids.rename('metrics', 'X', 'Y')).rejects.toThrow(new IllegalArgumentError('Name("X") does not exist'));
    await expect(uids.rename('metrics', 'B', 'A')).rejects.toThrow(
      new IllegalArgumentError('When trying rename("B", "A") on UniqueId(tsdb-uid, metrics, 3): new name already assigned ID=[0, 0, 1]'),
    );
    await expect(uids.rename('metrics', 'a b', 'c')).rejects.toThrow('Invalid metric ("a b"): illegal character:  ');
    await expect(uids.rename('metrics', 'A', '')).rejects.toThrow('Invalid metric: empty string');
    await expect(uids.rename('metrics', 'A', '日')).rejects.toThrow('character not in ISO-8859-1: 日');
  });

  it('lets one rename of an id, or to a name, run at a time', async () => {
    const uids = uidsOver(store.storage);
    await uids.getOrCreateId('tagk', 'a');
    await uids.getOrCreateId('tagk', 'b');
    const [first, sameId, sameName] = await Promise.allSettled([
      uids.rename('tagk', 'a', 'c'),
      uids.rename('tagk', 'a', 'd'),
      uids.rename('tagk', 'b', 'c'),
    ]);
    expect(first.status).toBe('fulfilled');
    expect(sameId).toMatchObject({
      reason: new IllegalArgumentError('Ongoing rename on the same ID("[0, 0, 1]") or an identical new name("d")'),
    });
    expect(sameName).toMatchObject({
      reason: new IllegalArgumentError('Ongoing rename on the same ID("[0, 0, 2]") or an identical new name("c")'),
    });
    await uids.rename('tagk', 'c', 'e');
  });

  const changesOver = (put: () => Promise<Failure[]> | null): { changes: UidChanges; unique: UniqueId } => {
    const storage = intercept(store.storage, { put: (...args) => put() ?? store.storage.put(...args) });
    const table = new UidTable(storage, UID_TABLE, 'metrics', 3, new NameCodec());
    const unique = new UniqueId({
      table,
      cache: new UidCache(3),
      allocator: new UidAllocator(table, false, SILENT_LOG),
      policy: CACHE_BOTH,
      logger: SILENT_LOG,
    });
    return { changes: new UidChanges(unique, SILENT_LOG, null, 1), unique };
  };

  it('tries each put up to six times', async () => {
    let puts = 0;
    const { changes, unique } = changesOver(() => (++puts < 6 ? Promise.reject(new RetryableError('moving')) : null));
    await unique.getOrCreateId('a');
    await changes.rename('a', 'b');
    expect(puts).toBe(7);
    expect(await unique.getId('b')).toEqual(uid('000001'));
  });

  it('gives up after the sixth, and forgets what it can no longer be sure of', async () => {
    let puts = 0;
    const error = new RetryableError('moving');
    const { changes, unique } = changesOver(() => (puts++, Promise.resolve([{ index: 0, error }])));
    await unique.getOrCreateId('a');
    await expect(changes.rename('a', 'b')).rejects.toThrow(error);
    expect(puts).toBe(6);
    expect(unique.cachedId('a')).toBeUndefined();
    expect(await unique.getId('a')).toEqual(uid('000001'));
  });

  it('does not let a look-up that began before it fill the caches after it', async () => {
    let answer = (): void => {};
    const gate = new Promise<void>((resolve) => (answer = resolve));
    await uidsOver(store.storage).getOrCreateId('metrics', 'old');
    let [hold, held] = [false, false];
    const slow = intercept(store.storage, {
      get: async (table, get, options) => {
        const row = await store.storage.get(table, get, options);
        if (hold && get.row.toString() === 'old') {
          held = true;
          await gate;
        }
        return row;
      },
    });
    const uids = uidsOver(slow);
    hold = true;
    const early = uids.getId('metrics', 'old');
    await until(() => held);
    hold = false;
    await uids.rename('metrics', 'old', 'new');
    answer();
    expect(await early).toEqual(uid('000001'));
    expect(uids.cachedId('metrics', 'old')).toBeUndefined();
    expect(uids.cachedName('metrics', uid('000001'))).toBe('new');
  });
});

describe('deleting', () => {
  it('removes both mappings and the meta, of that kind alone', async () => {
    const uids = uidsOver(store.storage);
    const id = await uids.getOrCreateId('metrics', 'm');
    await uids.getOrCreateId('tagk', 'm');
    for (const meta of ['metric_meta', 'tagk_meta']) await putCell(store.storage, id, 'name', meta, b('{}'));
    await uids.delete('metrics', 'm');
    expect(await cell(store.storage, b('m'), 'id', 'metrics')).toBeNull();
    expect(await cell(store.storage, id, 'name', 'metrics')).toBeNull();
    expect(await cell(store.storage, id, 'name', 'metric_meta')).toBeNull();
    expect(await cell(store.storage, id, 'name', 'tagk_meta')).toBe('7b7d');
    expect(await cell(store.storage, b('m'), 'id', 'tagk')).toBe('000001');
    expect(uids.cachedId('metrics', 'm')).toBeUndefined();
    await expect(uids.delete('metrics', 'm')).rejects.toThrow(new NoSuchUniqueName('metrics', 'm'));
    expect(await uids.getOrCreateId('metrics', 'm')).toEqual(uid('000002'));
  });

  it('drops the cache entries also when storage fails', async () => {
    const broken = intercept(store.storage, { delete: () => Promise.reject(new RetryableError('down')) });
    const uids = uidsOver(broken);
    await uids.getOrCreateId('metrics', 'm');
    await expect(uids.delete('metrics', 'm')).rejects.toThrow(new RetryableError('down'));
    expect(uids.cachedId('metrics', 'm')).toBeUndefined();
  });
});
