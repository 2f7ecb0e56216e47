import fc from 'fast-check';
import { PackedCells, type RowPut } from '../../../src/storage';
import { decodePoint, encodePoint } from '../../../src/write/spool/point-record';
import { RowFence } from '../../../src/write/spool/row-fence';
import { decodeRow, encodeRow, joinRows } from '../../../src/write/spool/row-record';

const bytes = fc.uint8Array({ maxLength: 20 }).map((b) => Buffer.from(b));
const cell = fc.record({ qualifier: bytes, value: bytes, timestamp: fc.nat(2 ** 42) });
const cells = fc.array(cell, { minLength: 1, maxLength: 8 });
type Cell = { qualifier: Buffer; value: Buffer; timestamp: number };

function putOf(row: Buffer, list: readonly Cell[], timed: boolean): RowPut {
  const packed = new PackedCells();
  for (const { qualifier, value } of list) packed.add(qualifier, value);
  return timed ? { row, cells: packed, timestamps: list.map(({ timestamp }) => timestamp) } : { row, cells: packed };
}

function listOf({ cells: packed, timestamps }: RowPut): unknown[] {
  const list: unknown[] = [];
  packed.forEach((qualifierAt, qualifierLength, valueAt, valueLength, i) =>
    list.push([
      packed.bytes.toString('hex', qualifierAt, qualifierAt + qualifierLength),
      packed.bytes.toString('hex', valueAt, valueAt + valueLength),
      timestamps?.[i],
    ]),
  );
  return list;
}

test('rows keep key, cells, times and the way they are written', () => {
  fc.assert(
    fc.property(bytes, cells, fc.boolean(), fc.boolean(), (row, list, timed, append) => {
      const put = putOf(row, list, timed);
      const read = decodeRow(encodeRow({ append, put }));
      expect(read.append).toBe(append);
      expect(read.put.row).toEqual(row);
      expect(read.put.cells.count).toBe(list.length);
      expect(listOf(read.put)).toEqual(listOf(put));
    }),
  );
});

test('joined rows have the cells of both, the later ones last', () => {
  fc.assert(
    fc.property(cells, cells, fc.boolean(), (a, b, timed) => {
      const row = Buffer.from('row');
      const [first, later] = [a, b].map((list) => decodeRow(encodeRow({ append: false, put: putOf(row, list, timed) })).put);
      const joined = joinRows(first, later);
      expect(listOf(joined)).toEqual([...listOf(first), ...listOf(later)]);
      expect(joined.cells.count).toBe(a.length + b.length);
    }),
  );
});

test('a row that is cut short is refused', () => {
  const whole = encodeRow({
    append: false,
    put: putOf(Buffer.from('row'), [{ qualifier: Buffer.of(1), value: Buffer.of(2), timestamp: 0 }], false),
  });
  for (let length = 0; length < whole.length; length++)
    expect(() => decodeRow(whole.subarray(0, length))).toThrow(/cut short|outside buffer bounds|out of range/);
});

test('points keep names, time, the text of the value and where they came in', () => {
  const name = fc.string({ unit: 'binary', maxLength: 12 }).map((s) => Buffer.from(s, 'utf8').toString('utf8'));
  const time = fc.oneof(fc.integer({ min: 0 }), fc.bigInt({ min: 2n ** 53n, max: 2n ** 63n - 1n }));
  fc.assert(
    fc.property(
      name,
      time,
      name,
      fc.dictionary(name, name),
      fc.constantFrom('telnet', 'http', 'import'),
      (metric, timestamp, value, tags, source) => {
        const point = { metric, timestamp, value, tags: new Map(Object.entries(tags)) };
        expect(decodePoint(encodePoint({ point, source: source as 'telnet' }))).toEqual({ point, source });
      },
    ),
  );
});

test('the fence knows what was added, little else, and nothing after it was cleared', () => {
  const fence = new RowFence();
  const key = (n: number): Buffer => Buffer.from(`row ${n}`);
  expect(fence.open).toBe(true);
  for (let n = 0; n < 1000; n++) fence.add(key(n));
  for (let n = 0; n < 1000; n++) expect(fence.has(key(n))).toBe(true);
  let wrong = 0;
  for (let n = 1000; n < 11000; n++) if (fence.has(key(n))) wrong++;
  expect(wrong).toBeLessThan(50);
  fence.addAll();
  expect(fence.has(key(-1))).toBe(true);
  fence.clear();
  expect([fence.open, fence.has(key(1))]).toEqual([true, false]);
});
