import fc from 'fast-check';
import { hashName, NamesTable } from '../../src/write/names-table';

const find = (table: NamesTable, name: Buffer): string | null => {
  const at = table.find(name, 0, name.length, hashName(name, 0, name.length));
  return at < 0 ? null : table.arena.subarray(at, at + table.width).toString('hex');
};
const uid = (n: number): Buffer => Buffer.from(n.toString(16).padStart(6, '0'), 'hex');

describe('names by their bytes', () => {
  it('answers like a map, whatever is added and removed', () => {
    const name = fc.uint8Array({ minLength: 1, maxLength: 3, max: 5 }).map((bytes) => Buffer.from(bytes));
    const step = fc.record({ name, uid: fc.oneof(fc.nat(3), fc.nat(0xffffff)), remove: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const table = new NamesTable(3);
        const map = new Map<string, string>();
        for (const { name: bytes, uid: id, remove } of steps) {
          const key = bytes.toString('hex');
          if (remove) {
            table.remove(bytes);
            map.delete(key);
          } else if (!map.has(key)) {
            table.add(bytes, 0, bytes.length, uid(id));
            map.set(key, uid(id).toString('hex'));
          }
          expect(find(table, bytes)).toBe(map.get(key) ?? null);
        }
        expect(table.size).toBe(map.size);
        for (const [key, id] of map) expect(find(table, Buffer.from(key, 'hex'))).toBe(id);
        for (const { uid: id } of steps) {
          const names = [...map.keys()].filter((key) => map.get(key) === uid(id).toString('hex'));
          const found = table.nameOf(uid(id))?.toString('hex') ?? null;
          expect(names.length === 0 ? [null] : names).toContain(found);
        }
      }),
    );
  });

  it('holds many, and looks inside a larger buffer', () => {
    const table = new NamesTable(3);
    const line = (i: number): Buffer => Buffer.from(`put web${i} 1`);
    for (let i = 0; i < 50_000; i++) table.add(line(i), 4, line(i).length - 2, uid(i));
    expect(table.size).toBe(50_000);
    for (let i = 0; i < 50_000; i += 7) expect(find(table, Buffer.from(`web${i}`))).toBe(uid(i).toString('hex'));
    for (let i = 0; i < 50_000; i += 7) expect(table.nameOf(uid(i))?.toString()).toBe(`web${i}`);
    expect([table.nameOf(uid(50_000)), table.nameOf(Buffer.of(1))]).toEqual([null, null]);
    expect(find(table, Buffer.from('web50000'))).toBeNull();
    table.clear();
    expect(find(table, Buffer.from('web1'))).toBeNull();
  });

  it('has no place any more for names that were forgotten when it grows', () => {
    const table = new NamesTable(3);
    const name = (i: number): Buffer => Buffer.from(`host${i}`);
    for (let i = 0; i < 20_000; i++) {
      table.add(name(i), 0, name(i).length, uid(i));
      if (i % 3 > 0) table.remove(name(i));
      if (i % 3 === 1) table.add(name(i), 0, name(i).length, uid(100_000 + i));
    }
    for (let i = 0; i < 20_000; i++) {
      expect(find(table, name(i))).toBe([uid(i).toString('hex'), uid(100_000 + i).toString('hex'), null][i % 3]);
      expect(table.nameOf(uid(i))?.toString() ?? null).toBe([`host${i}`, null, null][i % 3]);
    }
    expect(table.size).toBe(13_334);
  });

  it('starts again from empty rather than grow beyond its bytes', () => {
    const table = new NamesTable(3, 100_000);
    for (let i = 0; i < 100_000; i++) table.add(Buffer.from(`host${i}`), 0, `host${i}`.length, uid(i));
    expect(table.arena.length).toBeLessThanOrEqual(100_000);
    expect(find(table, Buffer.from('host99999'))).toBe(uid(99999).toString('hex'));
  });

  it('reads ahead the records that finding will read, once there are many', () => {
    const table = new NamesTable(3);
    // The first number of its record is the upper half of its length; it was placed first, so that no other has its slot.
    const long = Buffer.alloc(300, 'x');
    table.add(long, 0, long.length, uid(0));
    const hashes = Int32Array.of(7, hashName(long, 0, long.length));
    expect(table.readAhead(hashes, 1, 2, 2)).toBe(0);
    for (let i = 1; i < 5000; i++) table.add(Buffer.from(`host${i}`), 0, `host${i}`.length, uid(i));
    expect(table.readAhead(hashes, 1, 2, 2)).toBe(300 >>> 8);
  });

  it('keeps no name that its records cannot hold, and no UID of another width', () => {
    const table = new NamesTable(3);
    const long = Buffer.alloc(70_000, 'x');
    table.add(long, 0, long.length, uid(1));
    table.add(Buffer.from('a'), 0, 1, Buffer.from('0001', 'hex'));
    expect([find(table, long), find(table, Buffer.from('a')), table.size]).toEqual([null, null, 0]);
  });
});
