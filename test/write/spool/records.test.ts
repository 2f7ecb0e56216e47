import fc from 'fast-check';
import { PackedCells, type RowDelete, type RowPut } from '../../../src/storage';
import { decodePoint, encodePoint } from '../../../src/write/spool/point-record';
import { RowFence } from '../../../src/write/spool/row-fence';
import { decodeRecord, encodeDelete, encodePut, joinRows, rowOfRecord, type PutRecord } from '../../../src/write/spool/row-record';

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

const DATA = Buffer.from('t');
const family = fc.oneof(fc.constant(DATA), fc.constant(Buffer.from('name')), bytes);
const readPut = (payload: Buffer): PutRecord => decodeRecord(payload) as PutRecord;

test('rows keep key, family, cells, times and the way they are written', () => {
  fc.assert(
    fc.property(bytes, family, cells, fc.boolean(), fc.boolean(), (row, name, list, timed, append) => {
      const put = putOf(row, list, timed);
      const payload = encodePut({ append, family: name, put });
      const read = readPut(payload);
      expect([read.append, read.family, read.put.row, rowOfRecord(payload)]).toEqual([append, name, row, row]);
      expect(read.put.cells.count).toBe(list.length);
      expect(listOf(read.put)).toEqual(listOf(put));
    }),
  );
});

test('deletes keep key, family, columns and times, and what they leave out', () => {
  const columns = fc.record({ qualifiers: fc.array(bytes, { maxLength: 5 }) });
  const timedColumns = fc
    .array(fc.tuple(bytes, fc.nat(2 ** 42)), { maxLength: 5 })
    .map((list) => ({ qualifiers: list.map(([qualifier]) => qualifier), timestamps: list.map(([, time]) => time) }));
  const named = fc.oneof(fc.constant({}), fc.record({ family }));
  const deletes: fc.Arbitrary<RowDelete> = fc
    .tuple(bytes, named, fc.oneof(fc.constant({}), columns, timedColumns))
    .map(([row, where, what]) => ({ row, ...where, ...what }));
  fc.assert(
    fc.property(deletes, (wanted) => {
      const payload = encodeDelete(wanted);
      expect(decodeRecord(payload)).toEqual({ delete: wanted });
      expect(rowOfRecord(payload)).toEqual(wanted.row);
    }),
  );
});

test('a row without a family, as earlier versions wrote it, is one of family t', () => {
  // Put of qualifier 0x0010, value 0x2a into row "ab".
  const payload = Buffer.from('00' + '0002' + '00000001' + '00000009' + '6162' + '0002000000010010' + '2a', 'hex');
  const { append, family: of, put } = readPut(payload);
  expect([append, of.toString(), put.row.toString(), listOf(put)]).toEqual([false, 't', 'ab', [['0010', '2a', undefined]]]);
  expect(encodePut({ append, family: of, put })).toEqual(payload);
});

test('joined rows have the cells of both, the later ones last', () => {
  fc.assert(
    fc.property(cells, cells, fc.boolean(), (a, b, timed) => {
      const row = Buffer.from('row');
      const [first, later] = [a, b].map((list) => readPut(encodePut({ append: false, family: DATA, put: putOf(row, list, timed) })).put);
      const joined = joinRows(first, later);
      expect(listOf(joined)).toEqual([...listOf(first), ...listOf(later)]);
      expect(joined.cells.count).toBe(a.length + b.length);
    }),
  );
});

test('a row that is cut short is refused', () => {
  const whole = encodePut({
    append: false,
    family: Buffer.from('name'),
    put: putOf(Buffer.from('row'), [{ qualifier: Buffer.of(1), value: Buffer.of(2), timestamp: 0 }], false),
  });
  for (let length = 0; length < whole.length; length++)
    expect(() => decodeRecord(whole.subarray(0, length))).toThrow(/cut short|outside buffer bounds|out of range/);
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
        expect(decodePoint(encodePoint({ point, source: source }))).toEqual({ point, source });
      },
    ),
  );
});

test('cells keep names, table, row, qualifier and value', () => {
  const name = fc.string({ unit: 'binary', maxLength: 12 }).map((s) => Buffer.from(s, 'utf8').toString('utf8'));
  const bytes = fc.uint8Array({ maxLength: 20 }).map((b) => Buffer.from(b));
  fc.assert(
    fc.property(name, name, fc.nat(), bytes, bytes, fc.dictionary(name, name), (metric, table, baseTime, qualifier, value, tags) => {
      const point = { metric, table, baseTime, qualifier, value, tags: new Map(Object.entries(tags)) };
      expect(decodePoint(encodePoint({ point, source: 'cell' }))).toEqual({ point, source: 'cell' });
    }),
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
