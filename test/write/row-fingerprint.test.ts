import fc from 'fast-check';
import { RowFingerprint } from '../../src/write/row-fingerprint';

const print = (key: Uint8Array, length?: number): [number, number] => {
  const { low, high } = new RowFingerprint().of(key, length);
  return [low, high];
};
const bytes = fc.uint8Array({ minLength: 1, maxLength: 40 });

describe('the fingerprint of a key', () => {
  it('is that of its bytes alone, wherever it stands', () => {
    fc.assert(
      fc.property(bytes, bytes, (key, behind) => {
        expect(print(Buffer.concat([key, behind]), key.length)).toEqual(print(Buffer.from(key)));
      }),
    );
  });

  it('is another for keys that differ in one bit, or by bytes of zeros', () => {
    fc.assert(
      fc.property(bytes, fc.nat(319), (key, bit) => {
        const other = Buffer.from(key);
        other[(bit >> 3) % key.length] ^= 1 << (bit & 7);
        expect(print(other)).not.toEqual(print(key));
        expect(print(Buffer.concat([key, Buffer.alloc(1)]))).not.toEqual(print(key));
      }),
    );
  });

  it('has eight bits in common with those of neighbours, and hardly more', () => {
    const key = Buffer.from('00000165545500000001000000000002000000', 'hex');
    const last = key.length - 1;
    const lows = Array.from({ length: 256 }, (_, i) => print(Buffer.concat([key.subarray(0, last), Buffer.of(i)]))[0]);
    expect(new Set(lows.map((low) => low & 0xff)).size).toBe(1);
    expect(new Set(lows).size).toBe(256);
    const partitions = Array.from({ length: 256 }, (_, i) => print(Buffer.concat([Buffer.of(i), key.subarray(1)]))[0] & 0xff);
    expect(new Set(partitions).size).toBeGreaterThan(100);
  });

  it('spreads over both numbers', () => {
    const key = Buffer.alloc(19);
    const [lows, highs] = [new Set<number>(), new Set<number>()];
    for (let i = 0; i < 10_000; i++) {
      key.writeUInt32BE(i, 10);
      const [low, high] = print(key);
      lows.add(low);
      highs.add(high & 0xffff);
    }
    expect(lows.size).toBeGreaterThan(9900);
    // 10,000 in 65,536 places: 9,283 on average
    expect(highs.size).toBeGreaterThan(8900);
  });
});
