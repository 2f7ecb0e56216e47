import { NoSuchUniqueId, NoSuchUniqueName, type UidInvalidation } from '../../src/uid';
import { IllegalArgumentError, IllegalStateError } from '../../src/util/errors';
import { b, cell, eachTestHasAStore, intercept, Lines, putCell, uid, uidsOver } from './support/uid-store';
import { figuresOf } from '../support/figures';

const store = eachTestHasAStore();

describe('looking up', () => {
  it('finds what is stored, both ways', async () => {
    await putCell(store.storage, b('sys.cpu'), 'id', 'metrics', uid('000007'));
    await putCell(store.storage, uid('000007'), 'name', 'metrics', b('sys.cpu'));
    const uids = uidsOver(store.storage);
    expect(uids.cachedId('metrics', 'sys.cpu')).toBeUndefined();
    expect(await uids.getId('metrics', 'sys.cpu')).toEqual(uid('000007'));
    expect(await uids.getName('metrics', uid('000007'))).toBe('sys.cpu');
    expect(uids.cachedId('metrics', 'sys.cpu')).toEqual(uid('000007'));
    expect(uids.cachedName('metrics', uid('000007'))).toBe('sys.cpu');
  });

  it('keeps the kinds apart', async () => {
    await putCell(store.storage, b('host'), 'id', 'tagk', uid('000001'));
    const uids = uidsOver(store.storage);
    expect(await uids.getId('tagk', 'host')).toEqual(uid('000001'));
    await expect(uids.getId('tagv', 'host')).rejects.toThrow(new NoSuchUniqueName('tagv', 'host'));
  });

  it('says what it does not know in the words of the original', async () => {
    const uids = uidsOver(store.storage, { 'tsd.core.auto_create_metrics': 'false' });
    const e = await uids.getOrCreateId('metrics', 'nope').catch((x: unknown) => x);
    expect(e).toBeInstanceOf(NoSuchUniqueName);
    expect((e as Error).message).toBe("No such name for 'metrics': 'nope'");
    const e2 = await uids.getName('tagv', uid('0000fe')).catch((x: unknown) => x);
    expect(e2).toBeInstanceOf(NoSuchUniqueId);
    expect((e2 as Error).message).toBe("No such unique ID for 'tagv': [0, 0, -2]");
  });

  it('refuses ids of another width', async () => {
    const uids = uidsOver(store.storage);
    await expect(uids.getName('tagk', uid('0001'))).rejects.toThrow(
      new IllegalArgumentError("Wrong id.length = 2 which is != 3 required for 'tagk'"),
    );
    await putCell(store.storage, b('short'), 'id', 'tagk', uid('0001'));
    await putCell(store.storage, b('good'), 'id', 'tagk', uid('000002'));
    const [short, good] = await Promise.allSettled([uids.getId('tagk', 'short'), uids.getId('tagk', 'good')]);
    expect(short).toMatchObject({ reason: new IllegalStateError("Found id.length = 2 which is != 3 required for 'tagk'") });
    expect(good).toMatchObject({ value: uid('000002') });
  });

  it('finds many at once, and leaves what is wrong to those who ask for one', async () => {
    const uids = uidsOver(store.storage);
    for (const [name, id] of Object.entries({ a: '000001', b: '000002', c: '000003', short: '0001', former: '000009' })) {
      await putCell(store.storage, b(name), 'id', 'tagk', uid(id));
      await putCell(store.storage, uid(id), 'name', 'tagk', b(name));
    }
    await uids.getId('tagk', 'a');
    // Another name has the UID by now, which this process does not know yet.
    expect(await uids.getName('tagk', uid('000009'))).toBe('former');
    await putCell(store.storage, b('present'), 'id', 'tagk', uid('000009'));
    const names = ['c', 'none', 'a', 'short', 'b', 'present', ''];
    expect(await uids.findIds('tagk', names)).toEqual([uid('000003'), null, uid('000001'), null, uid('000002'), null, null]);
    expect([uids.cachedId('tagk', 'b'), uids.cachedName('tagk', uid('000003'))]).toEqual([uid('000002'), 'c']);
    expect([uids.cachedId('tagk', 'none'), uids.cachedId('tagk', 'present')]).toEqual([undefined, undefined]);
    expect(await uids.findIds('tagk', [])).toEqual([]);
  });

  it('has no name for what the charset cannot hold, and merges nothing', async () => {
    await putCell(store.storage, b('??'), 'id', 'tagv', uid('000001'));
    await expect(uidsOver(store.storage).getId('tagv', '日本')).rejects.toThrow(NoSuchUniqueName);
  });

  it('asks storage once for many names and once for one name', async () => {
    const names = Array.from({ length: 500 }, (_, i) => `n${i}`);
    const writer = uidsOver(store.storage);
    await Promise.all(names.map((name) => writer.getOrCreateId('tagv', name)));
    let calls = 0;
    const counting = intercept(store.storage, {
      get: (...args) => (calls++, store.storage.get(...args)),
      multiGet: (...args) => (calls++, store.storage.multiGet(...args)),
    });
    const reader = uidsOver(counting);
    const ids = await Promise.all(names.map((name) => reader.getId('tagv', name)));
    expect(calls).toBe(1);
    expect(await uidsOver(counting).getNames('tagv', ids)).toEqual(names);
    expect(calls).toBe(2);
    const fresh = uidsOver(counting);
    await Promise.all(Array.from({ length: 50 }, () => fresh.getId('tagv', 'n1')));
    expect(calls).toBe(3);
  });

  it('uses the configured widths', async () => {
    const uids = uidsOver(store.storage, {
      'tsd.storage.uid.width.metric': '4',
      'tsd.storage.uid.width.tagv': '8',
      'tsd.storage.uid.width.tagk': '',
    });
    expect(uids.widths).toEqual({ metrics: 4, tagk: 3, tagv: 8 });
    expect(await uids.getOrCreateId('metrics', 'm')).toEqual(uid('00000001'));
    expect(await uids.getOrCreateId('tagv', 'v')).toEqual(uid('0000000000000001'));
    expect(uids.cachedName('tagv', uid('0000000000000001'))).toBe('v');
    expect(() => uidsOver(store.storage, { 'tsd.storage.uid.width.metric': '9' })).toThrow('Invalid width: 9');
    expect(() => uidsOver(store.storage, { 'tsd.storage.uid.width.metric': '0' })).toThrow('Invalid width: 0');
  });

  it('stores UTF-8 where it is configured', async () => {
    const uids = uidsOver(store.storage, { 'tsd.core.uid.charset': 'UTF-8' });
    const id = await uids.getOrCreateId('metrics', '日本');
    expect(await cell(store.storage, Buffer.from('日本'), 'id', 'metrics')).toBe(id.toString('hex'));
    expect(await uidsOver(store.storage, { 'tsd.core.uid.charset': 'UTF-8' }).getName('metrics', id)).toBe('日本');
    expect(await uids.suggest('metrics', '日', 5)).toEqual(['日本']);
    expect(await uids.suggest('metrics', '', 5)).toEqual(['日本']);
  });
});

describe('the caches', () => {
  const fill = async (): Promise<Buffer> => uidsOver(store.storage).getOrCreateId('metrics', 'm');

  it.each([
    ['rw', true, true],
    ['ro', false, false],
    ['wo', true, false],
    ['RO', false, false],
    ['ro ', true, true],
    ['nonsense', true, true],
  ])('with use_mode and mode %j keep after name -> id: name %s, id %s', async (mode, nameKept, idKept) => {
    const id = await fill();
    const uids = uidsOver(store.storage, { 'tsd.uid.use_mode': 'true', 'tsd.mode': mode });
    await uids.getId('metrics', 'm');
    expect([uids.cachedId('metrics', 'm') !== undefined, uids.cachedName('metrics', id) !== undefined]).toEqual([nameKept, idKept]);
  });

  it.each([
    ['rw', true, true],
    ['ro', false, true],
    ['wo', false, false],
  ])('with use_mode and mode %j keep after id -> name: name %s, id %s', async (mode, nameKept, idKept) => {
    const id = await fill();
    const uids = uidsOver(store.storage, { 'tsd.uid.use_mode': 'true', 'tsd.mode': mode });
    await uids.getName('metrics', id);
    expect([uids.cachedId('metrics', 'm') !== undefined, uids.cachedName('metrics', id) !== undefined]).toEqual([nameKept, idKept]);
  });

  it('keep assignments and suggestions in any mode', async () => {
    await fill();
    const wo = uidsOver(store.storage, { 'tsd.uid.use_mode': 'true', 'tsd.mode': 'wo' });
    expect(wo.cachedName('metrics', await wo.getOrCreateId('metrics', 'new'))).toBe('new');
    const ro = uidsOver(store.storage, { 'tsd.uid.use_mode': 'true', 'tsd.mode': 'ro' });
    await ro.suggest('metrics', 'm', 1);
    expect(ro.cachedId('metrics', 'm')).toEqual(uid('000001'));
  });

  it('are bounded with the LRU keys', async () => {
    const uids = uidsOver(store.storage, { 'tsd.uid.lru.enable': 'true', 'tsd.uid.lru.name.size': '3', 'tsd.uid.lru.id.size': '2' });
    for (const name of ['a', 'b', 'c', 'd']) await uids.getOrCreateId('tagk', name);
    expect(['a', 'b', 'c', 'd'].map((name) => uids.cachedId('tagk', name) !== undefined)).toEqual([false, true, true, true]);
    expect(figuresOf(uids)['uid.cache-size kind=tagk']).toBe(5);
    expect(await uids.getId('tagk', 'a')).toEqual(uid('000001'));
  });

  it('are emptied on request, and those that built on them hear of it', async () => {
    const uids = uidsOver(store.storage);
    const heard: UidInvalidation[] = [];
    uids.onInvalidate((what) => heard.push(what));
    await uids.getOrCreateId('tagk', 'a');
    uids.dropCaches();
    expect(uids.cachedId('tagk', 'a')).toBeUndefined();
    expect(figuresOf(uids)['uid.cache-size kind=tagk']).toBe(0);
    expect(heard).toEqual(['all']);
  });

  it('count hits, misses and entries', async () => {
    const id = await fill();
    const uids = uidsOver(store.storage);
    await uids.getId('metrics', 'm');
    await uids.getId('metrics', 'm');
    uids.cachedName('metrics', id);
    expect(figuresOf(uids)).toMatchObject({
      'uid.cache-hit kind=metrics': 2,
      'uid.cache-miss kind=metrics': 1,
      'uid.cache-size kind=metrics': 2,
    });
  });

  it('take what storage says when another process has renamed', async () => {
    const lines = new Lines();
    const stale = uidsOver(store.storage, {}, lines);
    const id = await stale.getOrCreateId('metrics', 'old');
    await uidsOver(store.storage).rename('metrics', 'old', 'new');
    const heard: UidInvalidation[] = [];
    stale.onInvalidate((what) => heard.push(what));
    expect(await stale.getId('metrics', 'new')).toEqual(id);
    expect(stale.cachedId('metrics', 'old')).toBeUndefined();
    expect(stale.cachedName('metrics', id)).toBe('new');
    expect(heard).toContainEqual({ kind: 'metrics', name: 'old' });
    expect(lines.lines.filter((l) => l.startsWith('warn'))).toEqual([
      'warn UID metrics cache was out of date: id=[0, 0, 1] => name=new, already mapped to old',
    ]);
  });

  it('report a table that contradicts itself as the original does', async () => {
    const uids = uidsOver(store.storage);
    await uids.getOrCreateId('metrics', 'first');
    await putCell(store.storage, b('second'), 'id', 'metrics', uid('000001'));
    await expect(uids.getId('metrics', 'second')).rejects.toThrow(
      new IllegalStateError('id=[0, 0, 1] => name=second, already mapped to first'),
    );
    await putCell(store.storage, uid('000009'), 'name', 'metrics', b('first'));
    await expect(uids.getName('metrics', uid('000009'))).rejects.toThrow(
      new IllegalStateError('name=first => id=[0, 0, 9], already mapped to [0, 0, 1]'),
    );
  });
});

describe('the preload', () => {
  it('fills the caches of all kinds up to its limit', async () => {
    const writer = uidsOver(store.storage);
    for (const name of ['a', 'b', 'c', '~late']) await writer.getOrCreateId('metrics', name);
    await writer.getOrCreateId('tagk', 'a');
    const all = uidsOver(store.storage, { 'tsd.core.preload_uid_cache': 'true' });
    await all.open();
    expect(['a', 'b', 'c', '~late'].map((name) => all.cachedId('metrics', name) !== undefined)).toEqual([true, true, true, false]);
    expect(all.cachedId('tagk', 'a')).toEqual(uid('000001'));
    const two = uidsOver(store.storage, { 'tsd.core.preload_uid_cache': 'true', 'tsd.core.preload_uid_cache.max_entries': '2' });
    await two.open();
    expect(figuresOf(two)['uid.cache-size kind=metrics'] + figuresOf(two)['uid.cache-size kind=tagk']).toBe(4);
    const none = uidsOver(store.storage, { 'tsd.core.preload_uid_cache': 'true', 'tsd.core.preload_uid_cache.max_entries': '0' });
    await none.open();
    expect(figuresOf(none)['uid.cache-size kind=metrics']).toBe(0);
  });
});
