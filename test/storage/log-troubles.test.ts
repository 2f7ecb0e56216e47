/** The log of the embedded store, as several processes leave it that were ended in an unlucky order. */
import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PackedCells, type RowPut } from '../../src/storage';
import { checkStore } from '../../src/storage/embedded';
import { Merger } from '../../src/storage/embedded/log/merger';
import { closeMerged } from '../support/temp-store';
import { contents, copyOf, EMPTY, newPath, oldStore, openAt, put, segmentsOf, T } from './support/left-stores';

afterEach(() => jest.restoreAllMocks());

it('closes at once a store with more segments to merge than writers may leave behind', async () => {
  const path = newPath();
  const kick = jest.spyOn(Merger.prototype, 'kick').mockImplementation(() => undefined);
  // Another process sealed the second segment while this one wrote already.
  const mayWrite = jest.spyOn(Merger.prototype, 'mayWrite').mockResolvedValue();
  const store = await openAt(path, { packAfter: 2 });
  for (const [a, b] of ['ab', 'cd']) await store.put('tsdb', T, [put(a, '1'), put(b, '2')]);
  await store.put('tsdb', T, [put('e', '3')]);
  const left = copyOf(path);
  mayWrite.mockRestore();
  kick.mockRestore();
  await store.close();
  expect(segmentsOf(left)).toHaveLength(3);

  const original = Reflect.get(Merger.prototype, 'kick');
  let kicks = 0;
  jest.spyOn(Merger.prototype, 'kick').mockImplementation(function (this: Merger) {
    if (++kicks > 1000) throw new Error('waits for a merge that does not come');
    original.call(this);
  });
  await (await openAt(left)).close();
  expect(kicks).toBeLessThan(1000);
  const again = await openAt(left);
  expect(await contents(again)).toEqual({ a: '1', b: '2', c: '1', d: '2', e: '3' });
  await again.close();
});

it('has what was written behind two writes in a row that were never finished', async () => {
  const path = newPath();
  const store = await openAt(path);
  await store.put('tsdb', T, [put('a', '1')]);
  const [name] = segmentsOf(path);
  const before = readFileSync(join(path, name)).length;
  await store.put('tsdb', T, [put('b', '2')]);
  const record = readFileSync(join(path, name)).subarray(before);
  for (const first of [16, 20, record.length - 1])
    for (const second of [16, 20, record.length - 1]) {
      appendFileSync(join(path, name), record.subarray(0, first));
      appendFileSync(join(path, name), record.subarray(0, second));
      await store.put('tsdb', T, [put('b', `${first} ${second}`)]);
      const wanted = { a: '1', b: `${first} ${second}` };
      expect(await contents(store)).toEqual(wanted);
      const left = copyOf(path);
      expect((await checkStore(left)).damages).toEqual([]);
      const again = await openAt(left);
      expect(await contents(again)).toEqual(wanted);
      await again.close();
    }
  await store.close();
});

it('has the newest cells of a table that stood singly before, though a process merged them that has no use for the table', async () => {
  const path = oldStore();
  const store = await openAt(path);
  const rows: RowPut[] = [];
  for await (const batch of store.scan('tsdb', { start: EMPTY, stop: EMPTY }))
    for (const row of batch)
      for (let i = 0; i < row.size; i++) rows.push({ row: row.key, cells: PackedCells.of(row.qualifier(i), Buffer.from('new')) });
  expect(rows.length).toBeGreaterThan(200);
  await store.put('tsdb', T, rows);
  const left = copyOf(path);
  await store.close();

  const other = await openAt(left, { tables: [{ name: 'other', families: ['t'], packed: true }] });
  await closeMerged(other);
  expect(segmentsOf(left)).toEqual([]);
  const again = await openAt(left);
  expect(new Set(Object.values(await contents(again)))).toEqual(new Set(['new']));
  await again.close();
});

it('takes no object a cell to read a row of which one cell was deleted, and finds what is left', async () => {
  const path = newPath();
  const row = Buffer.from('dense');
  const qualifier = (i: number): Buffer => Buffer.of(0xf0, i >> 10, i >> 2, (i << 6) | 1);
  const cells = new PackedCells();
  for (let i = 0; i < 50_000; i++) cells.add(qualifier(i), Buffer.of(i >> 8, i));
  const first = await openAt(path);
  await first.put('tsdb', T, [{ row, cells }]);
  await closeMerged(first);
  const store = await openAt(path);
  await store.delete('tsdb', [{ row, family: T, qualifiers: [qualifier(7), qualifier(40_000)] }]);
  await store.append('tsdb', T, [{ row, cells: PackedCells.of(qualifier(50_000), Buffer.of(195, 80)) }]);
  const wanted = Array.from({ length: 50_001 }, (_, i) => i).filter((i) => i !== 7 && i !== 40_000);
  const copies = jest.spyOn(Buffer, 'from');
  const found = await store.get('tsdb', { row });
  expect(copies.mock.calls.length).toBeLessThan(1000);
  copies.mockRestore();
  expect(Array.from({ length: found?.size ?? 0 }, (_, i) => found?.value(i).readUInt16BE())).toEqual(wanted);
  await store.close();
  const again = await openAt(path);
  expect((await again.get('tsdb', { row }))?.size).toBe(wanted.length);
  await again.delete('tsdb', [{ row, family: T }]);
  expect(await again.get('tsdb', { row })).toBeNull();
  await again.put('tsdb', T, [{ row, cells: PackedCells.of(qualifier(3), Buffer.of(1)) }]);
  expect((await again.get('tsdb', { row }))?.size).toBe(1);
  await again.close();
});
