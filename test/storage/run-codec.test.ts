/** Runs of cells by columns: the bytes that come out are those that went in, whatever they are. */
import fc from 'fast-check';
import { DamagedStoreError } from '../../src/storage';
import { CellList } from '../../src/storage/embedded/cell-list';
import { CellKey } from '../../src/storage/embedded/key-codec';
import { addRun, RunEncoder } from '../../src/storage/embedded/run-codec';

interface Cell {
  timestamp: number;
  qualifier: Buffer;
  value: Buffer;
}

const KEY = new CellKey().setColumnFamily(Buffer.from('row'), Buffer.from('t')).bytes;
const COLUMNS = 1;
const CELLS = 2;

function encoded(cells: readonly Cell[]): Buffer {
  const list = new CellList();
  for (const { timestamp, qualifier, value } of cells) list.add(timestamp, qualifier, 0, qualifier.length, value, 0, value.length);
  const run = new RunEncoder().encode(list, 0, list.count);
  return Buffer.from(run.subarray(0, run.end));
}

function decoded(run: Buffer): Cell[] {
  const list = new CellList();
  addRun(list, { value: run, valueLength: run.length, keyBytes: KEY, keyStart: 0 });
  return Array.from({ length: list.count }, (_, i) => ({
    timestamp: list.timestamps[i],
    qualifier: Buffer.from(list.data.subarray(list.qualifierAt(i), list.qualifierAt(i) + list.qualifierLength(i))),
    value: Buffer.from(list.data.subarray(list.valueAt(i), list.valueAt(i) + list.valueLength(i))),
  }));
}

/** Points at 10 s, written as they come. */
function points(values: readonly { value: Buffer; float: boolean }[], width: 2 | 4): Cell[] {
  return values.map(({ value, float }, i) => {
    const flags = (float ? 8 : 0) | (value.length - 1);
    const qualifier = Buffer.alloc(width);
    if (width === 2) qualifier.writeUInt16BE((((i * 10) % 3600) << 4) | flags);
    else qualifier.writeUInt32BE((0xf0000000 | ((i * 10_000) << 6) | flags) >>> 0);
    return { timestamp: 1_600_000_000_000 + i * 10_003, qualifier, value };
  });
}

const int = (n: number | bigint, length: number): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(BigInt(n));
  return bytes.subarray(8 - length);
};
const float = (n: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatBE(n);
  return bytes;
};
const double = (n: number): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(n);
  return bytes;
};

const anyInt = fc.oneof(
  fc.integer({ min: -128, max: 127 }).map((n) => int(n, 1)),
  fc.integer({ min: -32768, max: 32767 }).map((n) => int(n, 2)),
  fc.integer().map((n) => int(n, 4)),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((n) => int(n, 8)),
  fc.maxSafeInteger().map((n) => int(n, 8)),
);
const decimal = fc.tuple(fc.integer({ min: -1_000_000, max: 1_000_000 }), fc.nat(6)).map(([n, k]) => n / 10 ** k);
const anyFloat = fc.oneof(fc.float(), decimal, fc.constantFrom(0, -0, NaN, Infinity, -Infinity)).map(float);
const anyDouble = fc.oneof(fc.double(), decimal, fc.constantFrom(0, -0, NaN, Infinity, -Infinity)).map(double);
const anyBytes = (length: number): fc.Arbitrary<Buffer> =>
  fc.uint8Array({ minLength: length, maxLength: length }).map((bytes) => Buffer.from(bytes));
const asInts = (value: fc.Arbitrary<Buffer>): fc.Arbitrary<{ value: Buffer; float: boolean }> =>
  value.map((v) => ({ value: v, float: false }));
const asFloats = (value: fc.Arbitrary<Buffer>): fc.Arbitrary<{ value: Buffer; float: boolean }> =>
  value.map((v) => ({ value: v, float: true }));

describe('points by columns', () => {
  it.each<[string, fc.Arbitrary<{ value: Buffer; float: boolean }>]>([
    ['whole numbers of any length', asInts(anyInt)],
    ['floats', asFloats(anyFloat)],
    ['doubles', asFloats(anyDouble)],
    ['any patterns of four bytes', asFloats(anyBytes(4))],
    ['any patterns of eight bytes', asFloats(anyBytes(8))],
    ['values of odd lengths', fc.oneof(asInts(fc.integer({ min: 1, max: 8 }).chain(anyBytes)), asFloats(anyBytes(5)))],
    ['whole numbers, floats and doubles mixed', fc.oneof(asInts(anyInt), asFloats(anyFloat), asFloats(anyDouble))],
    [
      'decimals and small numbers mixed',
      fc.oneof(asInts(fc.integer({ min: -99, max: 99 }).map((n) => int(n, 1))), asFloats(decimal.map(double))),
    ],
  ])('%s', (_, value) => {
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 200 }), fc.constantFrom(2 as const, 4 as const), (values, width) => {
        const cells = points(values, width);
        const run = encoded(cells);
        expect(run[1]).toBe(COLUMNS);
        expect(decoded(run)).toEqual(cells);
      }),
      { numRuns: 200 },
    );
  });
});

it('keeps cells of any other kind as they are', () => {
  const cell = fc.record({
    timestamp: fc.nat(),
    qualifier: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
    value: fc.uint8Array({ maxLength: 600 }).map((bytes) => Buffer.from(bytes)),
  });
  fc.assert(
    fc.property(fc.array(cell, { minLength: 1, maxLength: 20 }), (cells) => {
      expect(decoded(encoded(cells))).toEqual(cells);
    }),
  );
});

it('keeps times of any distance', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 2 ** 48 - 1 }), { minLength: 1, maxLength: 80 }), (timestamps) => {
      const cells = points(
        timestamps.map(() => ({ value: Buffer.of(7), float: false })),
        2,
      ).map((c, i) => ({ ...c, timestamp: timestamps[i] }));
      const run = encoded(cells);
      if (run[1] === COLUMNS) expect(decoded(run)).toEqual(cells);
      else expect(run[1]).toBe(CELLS);
    }),
  );
});

it('takes few bytes for points that come regularly', () => {
  const regular = (value: (i: number) => { value: Buffer; float: boolean }): number =>
    encoded(
      points(
        Array.from({ length: 180 }, (_, i) => value(i)),
        2,
      ),
    ).length / 180;
  expect(regular(() => ({ value: int(42, 1), float: false }))).toBeLessThan(0.5);
  expect(regular((i) => ({ value: int((i * 7919) % 64, 1), float: false }))).toBeLessThan(1.4);
  expect(regular((i) => ({ value: float(20 + ((i * 7919) % 1000) / 100), float: true }))).toBeLessThan(2);
  expect(regular((i) => ({ value: double(Math.sin(i) * 1000), float: true }))).toBeLessThan(9);
});

it('notices each byte that is not what was written', () => {
  const run = encoded(
    points(
      Array.from({ length: 20 }, (_, i) => ({ value: int(i, 1), float: false })),
      2,
    ),
  );
  for (let at = 2; at < run.length; at++) {
    const changed = Buffer.from(run);
    changed[at] ^= 0x10;
    expect(() => decoded(changed)).toThrow(DamagedStoreError);
  }
  for (let length = 1; length < run.length; length++) expect(() => decoded(run.subarray(0, length))).toThrow(DamagedStoreError);
});

it('reads runs as they were before there were kinds', () => {
  const old = Buffer.concat([
    Buffer.from('0173eed83000', 'hex'),
    Buffer.from([0, 0, 0, 0, 2, 1, 0x00, 0x00, 7]),
    Buffer.from([0, 0, 0, 5, 2, 1, 0x00, 0x10, 8]),
  ]);
  const first = old.readUIntBE(0, 6);
  expect(decoded(old)).toEqual([
    { timestamp: first, qualifier: Buffer.of(0, 0), value: Buffer.of(7) },
    { timestamp: first + 5, qualifier: Buffer.of(0, 0x10), value: Buffer.of(8) },
  ]);
});
