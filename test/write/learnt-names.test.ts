import { numberToUid } from '../../src/schema/bytes';
import type { UidInvalidation, Uids } from '../../src/uid';
import { UidCache } from '../../src/uid/cache';
import { IllegalStateError } from '../../src/util/errors';
import { TableNames } from '../../src/write/learnt-names';
import { NamesTable } from '../../src/write/names-table';
import { figuresOf } from '../support/figures';
import { b, eachTestHasAStore, putCell, uid, uidsOver } from '../uid/support/uid-store';

const store = eachTestHasAStore();

async function stored(name: string, id: string): Promise<void> {
  await putCell(store.storage, b(name), 'id', 'tagv', uid(id));
  await putCell(store.storage, uid(id), 'name', 'tagv', b(name));
}

/** UIDs with a table of learnt names behind them, as the write path keeps it. */
function withTable(config: Record<string, string> = {}): { uids: Uids; table: NamesTable; ended: UidInvalidation[] } {
  const uids = uidsOver(store.storage, config);
  const table = new NamesTable(3);
  const ended: UidInvalidation[] = [];
  uids.lookAlsoIn('tagv', new TableNames(table));
  uids.onInvalidate((what) => {
    ended.push(what);
    if (what === 'all' || what.name === undefined) table.clear();
    else table.remove(Buffer.from(what.name, 'latin1'));
  });
  return { uids, table, ended };
}

async function learn({ uids, table }: { uids: Uids; table: NamesTable }, ...names: string[]): Promise<void> {
  const ids = await uids.findIds('tagv', names);
  names.forEach((name, i) => {
    const id = ids[i];
    if (id !== null) table.add(Buffer.from(name, 'latin1'), 0, name.length, id);
  });
}

const sizeOf = (uids: Uids): number => figuresOf(uids)['uid.cache-size kind=tagv'];
const missesOf = (uids: Uids): number => figuresOf(uids)['uid.cache-miss kind=tagv'];

describe('names that the write path has learnt', () => {
  it('are known to everybody, without another look at storage', async () => {
    await stored('web01', '000001');
    await stored('web02', '000002');
    const all = withTable();
    await learn(all, 'web01', 'web02', 'none');
    const { uids } = all;
    const misses = missesOf(uids);
    expect(sizeOf(uids)).toBe(4);
    expect(uids.cachedId('tagv', 'web01')).toEqual(uid('000001'));
    expect(uids.cachedName('tagv', uid('000002'))).toBe('web02');
    expect(await uids.getId('tagv', 'web02')).toEqual(uid('000002'));
    expect(await uids.getNames('tagv', [uid('000001'), uid('000002')])).toEqual(['web01', 'web02']);
    expect([uids.cachedId('tagv', 'none'), uids.cachedName('tagv', uid('000003'))]).toEqual([undefined, undefined]);
    expect(sizeOf(uids)).toBe(4);
    expect(missesOf(uids)).toBe(misses);
  });

  it('are forgotten with everything else', async () => {
    await stored('web01', '000001');
    const all = withTable();
    await learn(all, 'web01');
    all.uids.dropCaches();
    expect([all.uids.cachedId('tagv', 'web01'), all.uids.cachedName('tagv', uid('000001')), sizeOf(all.uids)]).toEqual([
      undefined,
      undefined,
      0,
    ]);
  });

  it('end with a rename and a delete', async () => {
    await stored('old', '000001');
    await stored('other', '000002');
    const all = withTable();
    await learn(all, 'old', 'other');
    await all.uids.rename('tagv', 'old', 'new');
    await all.uids.delete('tagv', 'other');
    expect(['old', 'new', 'other'].map((name) => all.uids.cachedId('tagv', name))).toEqual([undefined, uid('000001'), undefined]);
    expect(all.table.size).toBe(0);
  });

  it('give way to what another process has made of them, when storage says so', async () => {
    await stored('old', '000001');
    const all = withTable();
    await learn(all, 'old');
    await uidsOver(store.storage).rename('tagv', 'old', 'new');
    // Asked for together it is nobody's to judge; asked for alone, storage decides.
    expect(await all.uids.findIds('tagv', ['new'])).toEqual([null]);
    expect(await all.uids.getId('tagv', 'new')).toEqual(uid('000001'));
    expect(all.ended).toContainEqual({ kind: 'tagv', name: 'old' });
    expect(all.table.size).toBe(0);
    expect(all.uids.cachedName('tagv', uid('000001'))).toBe('new');
  });

  it('show that a table contradicts itself', async () => {
    await stored('web01', '000001');
    const all = withTable();
    await learn(all, 'web01');
    await putCell(store.storage, b('web02'), 'id', 'tagv', uid('000001'));
    await expect(all.uids.getId('tagv', 'web02')).rejects.toThrow(IllegalStateError);
  });

  it('that are not ASCII are held by the caches', async () => {
    await stored('caf\u00e9', '000001');
    const all = withTable();
    await learn(all, 'caf\u00e9');
    all.table.clear();
    expect(all.uids.cachedId('tagv', 'caf\u00e9')).toEqual(uid('000001'));
    expect(all.uids.cachedName('tagv', uid('000001'))).toBe('caf\u00e9');
  });

  it('are not mistaken for others that look alike in fewer bits', async () => {
    await stored('A', '000001');
    const all = withTable();
    await learn(all, 'A');
    expect(all.uids.cachedId('tagv', '\u0141')).toBeUndefined();
  });

  it('are held only there once the caches have so many that they find them no faster', () => {
    const cache = new UidCache(3);
    const table = new NamesTable(3);
    cache.lookAlsoIn(new TableNames(table), 2);
    const learnOne = (name: string, id: number): void => table.add(Buffer.from(name), 0, name.length, numberToUid(id, 3));
    learnOne('early', 1);
    expect([cache.id('early'), cache.name(uid('000001'))]).toEqual([uid('000001'), 'early']);
    expect(cache.leavesToLearn('new', uid('000003'))).toBe(false);
    for (let i = 100; i < 33_000; i++) {
      cache.putId(`name${i}`, numberToUid(i, 3));
      cache.putName(numberToUid(i, 3), `name${i}`);
    }
    learnOne('late', 2);
    expect([cache.id('late'), cache.name(uid('000002'))]).toEqual([uid('000002'), 'late']);
    expect(() => cache.putId('late', uid('000001'))).toThrow(IllegalStateError);
    expect(cache.leavesToLearn('new', uid('000003'))).toBe(true);
    // Neither what contradicts, nor what is not learnt.
    expect([cache.leavesToLearn('new', uid('000002')), cache.leavesToLearn('name100', uid('000004'))]).toEqual([false, false]);
    expect(cache.leavesToLearn('caf\u00e9', uid('000003'))).toBe(false);
    table.clear();
    expect([cache.id('early'), cache.name(uid('000001'))]).toEqual([uid('000001'), 'early']);
    expect([cache.id('late'), cache.name(uid('000002'))]).toEqual([undefined, undefined]);
  });

  it('are held by bounded caches as before', async () => {
    await stored('web01', '000001');
    const all = withTable({ 'tsd.uid.lru.enable': 'true' });
    await learn(all, 'web01');
    all.table.clear();
    expect(all.uids.cachedId('tagv', 'web01')).toEqual(uid('000001'));
  });
});
