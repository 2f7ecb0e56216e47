import { AnnotationStore } from '../../src/meta/annotations';
import { DEFAULT_LAYOUT } from '../../src/schema';
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

  test('ranges list and remove what starts inside them, of a series and of none', async () => {
    for (const startTime of [1700000001, 1700003601, 1700007201]) {
      await store.save({ startTime, description: 'g' }, false);
      await store.save({ startTime, description: 's', tsuid: TSUID }, false);
    }
    expect((await store.listGlobal(1700000001, 1700003601)).map((n) => n.startTime)).toEqual([1700000001, 1700003601]);
    expect(await store.deleteRange('', 1700000002000, 1700003601000)).toBe(1);
    expect(await store.deleteRange(TSUID, 1700000002000, 1700009000000)).toBe(2);
    expect(await store.get(TSUID, 1700000001)).not.toBeNull();
    expect((await store.listGlobal(1700000000, 1700009000)).map((n) => n.startTime)).toEqual([1700000001, 1700007201]);
  });

  test('of two writers at once one is told that it lost', async () => {
    const edits = ['a', 'b', 'c', 'd'].map((description) => store.save({ startTime: 1700000001, description }, false));
    const results = await Promise.allSettled(edits);
    const lost = results.filter((r) => r.status === 'rejected').map((r) => String(r.reason));
    expect(results.some((r) => r.status === 'fulfilled')).toBe(true);
    for (const reason of lost) expect(reason).toContain('Failed to save the Annotation to storage');
  });

  test('what a client gets wrong is said in the words of the original', async () => {
    await expect(store.save({ description: 'x' }, false)).rejects.toThrow('The start timestamp has not been set');
    await expect(store.save({ startTime: 1700000001, tsuid: 'zz', notes: 'x' }, false)).rejects.toThrow(
      'contains illegal character for hexBinary: zz',
    );
    await expect(store.listGlobal(5, 0)).rejects.toThrow('The end timestamp has not been set');
    await expect(store.listGlobal(5, 4)).rejects.toThrow('The end timestamp cannot be less than the start timestamp');
  });
});
