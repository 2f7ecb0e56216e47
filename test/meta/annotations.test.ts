import { AnnotationStore } from '../../src/meta/annotations';
import { MAX_TRIES, MetaConflictError } from '../../src/meta/conflict';
import { DEFAULT_LAYOUT } from '../../src/schema';
import type { Storage } from '../../src/storage';
import { openTempStore, type TempStore } from '../support/temp-store';

const TSUID = '000001000001000001';
const LAYOUTS = [DEFAULT_LAYOUT, { ...DEFAULT_LAYOUT, salt: 1, saltBuckets: 20 }];

describe.each(LAYOUTS)('annotations with %j', (layout) => {
  let temp: TempStore;
  let store: AnnotationStore;
  beforeEach(async () => {
    temp = await openTempStore();
    store = new AnnotationStore(temp.storage, 'tsdb', layout);
  });
  afterEach(() => temp.close());
  const startsOf = async (start: number, end: number): Promise<number[]> => {
    const starts: number[] = [];
    for await (const note of store.global(start, end)) starts.push(note.startTime);
    return starts;
  };

  test('an edit keeps what it does not set; a replacement does not', async () => {
    await store.save({ startTime: 1328140800, endTime: 5, description: 'd', custom: new Map([['k', 'v']]) }, false);
    expect(await store.save({ startTime: 1328140800, notes: 'n' }, false)).toMatchObject({ endTime: 5, description: 'd', notes: 'n' });
    expect(await store.save({ startTime: 1328140800, notes: 'n' }, true)).toEqual({
      ...{ tsuid: '', startTime: 1328140800, endTime: 0, description: '', notes: 'n', custom: null },
    });
  });

  test.each([
    [1328140800, '4f29d200', '010000'],
    [1328140801, '4f29d200', '010001'],
    [1328140801000, '4f29d200', '010001'],
    [1328140801123, '4f29d200', '0100000463'],
    [1328140000, '4f29c3f0', '010d0c'],
  ])('%i is stored in the row and column of the original', async (startTime, base, qualifier) => {
    await store.save({ startTime, description: 'x' }, false);
    const rows = [];
    for await (const batch of temp.storage.scan('tsdb', { start: Buffer.alloc(0), stop: Buffer.alloc(0) })) rows.push(...batch);
    expect(rows.map((r) => [r.key.toString('hex'), r.qualifier(0).toString('hex'), r.value(0).toString()])).toEqual([
      [
        `${'00'.repeat(layout.salt)}000000${base}`,
        qualifier,
        `{"startTime":${startTime},"endTime":0,"description":"x","notes":"","custom":null}`,
      ],
    ]);
  });

  test('one that is too large is refused, and what was there before stays', async () => {
    const startTime = 1700000001;
    await store.save({ startTime, description: 'd', notes: 'n'.repeat(60_000) }, false);
    const larger = store.save({ startTime, custom: new Map([['more', 'c'.repeat(10_000)]]) }, false);
    await expect(larger).rejects.toMatchObject({ status: 413, message: 'Annotation too large' });
    expect(await store.get('', startTime)).toMatchObject({ description: 'd', custom: null });
  });

  test('ranges list and remove what starts inside them, of a series and of none', async () => {
    for (const startTime of [1700000001, 1700003601, 1700007201]) {
      await store.save({ startTime, description: 'g' }, false);
      await store.save({ startTime, description: 's', tsuid: TSUID }, false);
    }
    expect(await startsOf(1700000001, 1700003601)).toEqual([1700000001, 1700003601]);
    expect(await store.deleteRange('', 1700000002000, 1700003601000)).toBe(1);
    expect(await store.deleteRange(TSUID, 1700000002000, 1700009000000)).toBe(2);
    expect(await store.get(TSUID, 1700000001)).not.toBeNull();
    expect(await startsOf(1700000000, 1700009000)).toEqual([1700000001, 1700007201]);
  });

  /** A store that somebody else's edit comes before, so many times. */
  const behindOthers = (times: number): { late: AnnotationStore; tries: () => number } => {
    let tries = 0;
    const storage = Object.create(temp.storage) as Storage;
    storage.compareAndSet = async (...args) => {
      if (tries++ < times) await store.save({ startTime: 1700000001, notes: `other ${tries}` }, false);
      return temp.storage.compareAndSet(...args);
    };
    return { late: new AnnotationStore(storage, 'tsdb', layout), tries: () => tries };
  };

  test('an edit that others come before is made again, over what they wrote', async () => {
    const { late, tries } = behindOthers(MAX_TRIES - 1);
    const expected = { description: 'mine', notes: `other ${MAX_TRIES - 1}` };
    expect(await late.save({ startTime: 1700000001, description: 'mine' }, false)).toMatchObject(expected);
    expect(tries()).toBe(MAX_TRIES);
    expect(await store.get('', 1700000001)).toMatchObject(expected);
  });

  test('a replacement that others come before replaces what they wrote', async () => {
    const { late } = behindOthers(1);
    await late.save({ startTime: 1700000001, description: 'mine' }, true);
    expect(await store.get('', 1700000001)).toMatchObject({ description: 'mine', notes: '' });
  });

  test('one that others come before again and again is told that it lost, and writes nothing', async () => {
    const { late, tries } = behindOthers(Infinity);
    await expect(late.save({ startTime: 1700000001, description: 'mine' }, false)).rejects.toThrow(
      new MetaConflictError('Failed to save the Annotation to storage'),
    );
    expect(tries()).toBe(MAX_TRIES);
    expect(await store.get('', 1700000001)).toMatchObject({ description: '', notes: `other ${MAX_TRIES}` });
  });

  test('of writers at once none is lost', async () => {
    const edits = [{ description: 'a' }, { notes: 'b' }, { endTime: 1700000009 }, { custom: new Map([['k', 'v']]) }];
    await Promise.all(edits.map((edit) => store.save({ startTime: 1700000001, ...edit }, false)));
    expect(await store.get('', 1700000001)).toMatchObject({ description: 'a', notes: 'b', endTime: 1700000009 });
  });

  test('what a client gets wrong is said in the words of the original', async () => {
    await expect(store.save({ description: 'x' }, false)).rejects.toThrow('The start timestamp has not been set');
    await expect(store.save({ startTime: 1700000001, tsuid: 'zz', notes: 'x' }, false)).rejects.toThrow(
      'contains illegal character for hexBinary: zz',
    );
    await expect(startsOf(5, 0)).rejects.toThrow('The end timestamp has not been set');
    await expect(startsOf(5, 4)).rejects.toThrow('The end timestamp cannot be less than the start timestamp');
  });
});
