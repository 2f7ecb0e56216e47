import { integerAt, isIntegerAt, PackArena, PackedPoints, PointsBuilder, type Series } from '../../../src/query/series';

type Point = readonly [time: number, value: number | bigint, integer?: true];

function builderOf(points: readonly Point[]): PointsBuilder {
  const builder = new PointsBuilder(1);
  for (const [time, value, integer] of points) {
    if (typeof value === 'bigint') builder.pushExact(time, value);
    else builder.push(time, value, integer === true);
  }
  return builder;
}

const texts = (series: Series): string[] =>
  Array.from({ length: series.size }, (_, i) => {
    const value = series.values[i];
    return `${series.timestamps[i]}:${isIntegerAt(series, i) ? integerAt(series, i) : Object.is(value, -0) ? '-0.0' : `${value}f`}`;
  });

/** @returns bytes that the points took */
function roundTrip(points: readonly Point[]): number {
  const packed = new PackedPoints(new PackArena());
  const bytes = packed.append(builderOf(points));
  const unpacked = new PointsBuilder(1);
  packed.unpack(-Infinity, Infinity, unpacked);
  expect(texts(unpacked)).toEqual(texts(builderOf(points)));
  return bytes;
}

const T = 1_700_000_000_000;
const many = (make: (i: number) => Point): Point[] => Array.from({ length: 4000 }, (_, i) => make(i));

describe('packed and unpacked, points are what they were', () => {
  test.each<[string, number, (i: number) => Point]>([
    ['small integers at a steady step', 1, (i) => [T + i * 10_000, i % 200, true]],
    ['integers that are written as doubles', 1, (i) => [T + i * 1000, 50 + (i % 100)]],
    ['integers around a large one', 2, (i) => [T + i * 10_000, 2 ** 50 + (i % 1000), true]],
    ['negative integers', 2, (i) => [T + i * 10_000, -1 - (i % 3000), true]],
    ['counters', 4, (i) => [T + i * 10_000, i * 100_003, true]],
    ['integers of any width', 8, (i) => [T + i * 10_000, (i % 2 ? 1 : -1) * 2 ** (i % 53), true]],
    ['floats of four bytes', 4, (i) => [T + i * 10_000, Math.fround(i / 7)]],
    ['fractions of three decimal places', 2, (i) => [T + i * 10_000, (20_000 + ((i * 7919) % 60_000)) / 1000]],
    ['negative fractions', 2, (i) => [T + i * 10_000, (((i * 7919) % 60_000) - 30_000) / 100]],
    ['fractions of one decimal place that become longer', 4, (i) => [T + i * 10_000, i < 3000 ? i / 10 : i / 1000]],
    ['money', 4, (i) => [T + i * 10_000, 1e9 + ((i * 7919) % 1e6) / 100]],
    ['doubles', 8, (i) => [T + i * 10_000, i / 7]],
    ['zeros with and without a sign', 4, (i) => [T + i * 10_000, i % 2 ? -0 : 0]],
    ['NaN', 4, (i) => [T + i * 10_000, i % 3 ? NaN : i]],
    ['infinity', 4, (i) => [T + i * 10_000, i % 3 ? Infinity : -Infinity]],
    ['seconds with jitter', 3, (i) => [T + (i * 10 + (i % 7)) * 1000, i % 200, true]],
    ['milliseconds with jitter', 5, (i) => [T + i * 10_000 + ((i * 37) % 999), i % 200, true]],
    ['far apart', 9, (i) => [T + i * i * 86_400_001, i % 200, true]],
    ['integers and doubles mixed', 5, (i) => (i % 3 ? [T + i * 1000, i, true] : [T + i * 1000, i / 8])],
    ['integers beyond the safe ones', 16, (i) => [T + i * 1000, 2n ** 62n + BigInt(i)]],
  ])('%s: %i bytes a point', (_, bytes, make) => {
    expect(roundTrip(many(make)) / 4000).toBeLessThan(bytes + 0.2);
  });
  test('one point', () => void roundTrip([[T, 5, true]]));
  test('kinds that change from piece to piece', () => {
    const kinds: ((i: number) => Point)[] = [
      (i) => [T + i, i, true],
      (i) => [T + i, i / 2],
      (i) => [T + i, 2n ** 60n + BigInt(i)],
      (i) => [T + i, i, true],
    ];
    roundTrip(Array.from({ length: 16_384 }, (_, i) => kinds[i >> 12](i)));
    roundTrip(Array.from({ length: 16_384 }, (_, i) => kinds[3 - (i >> 12)](i)));
  });
});

describe('any stretch can be read by itself', () => {
  const times = Array.from({ length: 9000 }, (_, i) => T + i * 10_000 + (i % 3));
  const packed = new PackedPoints(new PackArena());
  for (let from = 0; from < times.length; from += 500)
    packed.append(builderOf(times.slice(from, from + 500).map((time, i) => [time, from + i, true])));

  test('its ends', () => expect([packed.size, packed.first, packed.last]).toEqual([9000, times[0], times[8999]]));
  test.each([0, 1, 499, 500, 501, 4095, 4096, 8999])('from point %i on', (at) => {
    for (const to of [at, at + 1, at + 700, 9000].filter((index) => index <= 9000)) {
      const unpacked = new PointsBuilder(1);
      packed.unpack(times[at], times[to] ?? Infinity, unpacked);
      expect([...unpacked.values.subarray(0, unpacked.size)]).toEqual(Array.from({ length: to - at }, (_, i) => at + i));
    }
    expect(packed.before(times[at])).toBe(at === 0 ? null : times[at - 1]);
    expect(packed.before(times[at] + 1)).toBe(times[at]);
    expect(packed.from(times[at])).toBe(times[at]);
    expect(packed.from(times[at] + 1)).toBe(at === 8999 ? null : times[at + 1]);
  });
});
