import fc from 'fast-check';
import { ProtoReader, ProtoWriter, putVarint, varintLength } from '../../../src/storage/hbase/protobuf';

describe('protobuf by hand', () => {
  it('writes varints as the format has them', () => {
    expect(new ProtoWriter().uint(1, 150).finish().toString('hex')).toBe('089601');
    expect(new ProtoWriter().string(2, 'testing').finish().toString('hex')).toBe('120774657374696e67');
    expect(new ProtoWriter().uint64(1, -1n).finish().toString('hex')).toBe('08ffffffffffffffffff01');
  });

  it('reads back every number, and says its length beforehand', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (n) => {
        const bytes = Buffer.alloc(10);
        expect(putVarint(bytes, 0, n)).toBe(varintLength(n));
        expect(new ProtoReader(bytes).uint()).toBe(n);
      }),
    );
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (n) => {
        const reader = new ProtoReader(new ProtoWriter().uint64(1, n).finish());
        reader.tag();
        expect(reader.uint64()).toBe(n);
      }),
    );
  });

  it('closes nested messages of any length, at any depth', () => {
    const sizes = fc.array(fc.nat({ max: 40_000 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(sizes, (lengths) => {
        const w = new ProtoWriter(1);
        const marks = lengths.map((length) => {
          const mark = w.begin(1);
          w.bytes(2, Buffer.alloc(length, 7));
          return mark;
        });
        for (const mark of marks.reverse()) w.end(mark);
        let level = new ProtoReader(w.uint(3, 5).finish());
        const outer = level;
        expect(outer.tag()).toBe(0x0a);
        level = outer.message();
        lengths.forEach((length, depth) => {
          expect(level.tag()).toBe(0x12);
          expect(level.bytes()).toHaveLength(length);
          if (depth < lengths.length - 1) {
            expect(level.tag()).toBe(0x0a);
            level = level.message();
          }
        });
        expect(outer.tag()).toBe(0x18);
        expect(outer.uint()).toBe(5);
        expect(outer.done).toBe(true);
      }),
      { numRuns: 30 },
    );
  });

  it('skips what it does not know', () => {
    const fixed = Buffer.from('0d01020304' + '1101020304050607080a', 'hex').subarray(0, 14); // field 1 fixed32, field 2 fixed64
    const message = Buffer.concat([
      fixed,
      new ProtoWriter()
        .bytes(3, Buffer.alloc(200))
        .uint(4, 1 << 30)
        .uint(5, 9)
        .finish(),
    ]);
    const seen: number[] = [];
    const reader = new ProtoReader(message);
    reader.each((field) => field === 5 && (seen.push(reader.uint()), true));
    expect(seen).toEqual([9]);
  });

  it('reads repeated numbers packed and one by one', () => {
    const packed = new ProtoWriter()
      .bytes(1, Buffer.of(3, 0x96, 0x01))
      .uint(1, 4)
      .finish();
    const values: number[] = [];
    const reader = new ProtoReader(packed);
    reader.each((field, wireType) => field === 1 && (reader.repeatedUint(wireType, values), true));
    expect(values).toEqual([3, 150, 4]);
  });

  it('never reads past the end of a message that was cut', () => {
    const whole = new ProtoWriter().string(1, 'abc').uint(2, 300).bytes(3, Buffer.alloc(5)).finish();
    for (let length = 1; length < whole.length; length++) {
      const reader = new ProtoReader(Buffer.from(whole.subarray(0, length)));
      const fields: number[] = [];
      try {
        reader.each((field) => (fields.push(field), false));
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError);
        continue;
      }
      expect([5, 8]).toContain(length); // cut between two fields: a shorter message
    }
  });
});
