import { SimpleHistogram, type Bucket } from '../../src/histogram';

const hex = (bytes: Buffer): string => bytes.toString('hex');

function of(buckets: readonly (readonly [number, number, number])[], underflow = 0, overflow = 0): SimpleHistogram {
  const histogram = new SimpleHistogram();
  for (const [lower, upper, count] of buckets) histogram.set(lower, upper, BigInt(count));
  histogram.underflow = BigInt(underflow);
  histogram.overflow = BigInt(overflow);
  return histogram;
}

const show = (histogram: SimpleHistogram): string[] =>
  histogram
    .buckets()
    .map((bucket: Bucket) => `${bucket.kind === 'regular' ? `${bucket.lower},${bucket.upper}` : bucket.kind}=${histogram.count(bucket)}`);

it.each([
  [
    'two buckets',
    of(
      [
        [1, 2, 5],
        [2, 3, 300],
      ],
      0,
      2,
    ),
    '00023f800000400000000540000000404000' + '00ac020002',
  ],
  ['none', of([]), '00000000'],
  [
    'buckets out of order',
    of([
      [2, 3, 1],
      [1, 3, 1],
      [1, 2, 1],
    ]),
    '00033f80000040000000013f800000404000000140000000404000000' + '10000',
  ],
  ['a negative count', of([[0, 1, -1]]), '0001000000003f800000ffffffffffffffffff0000'],
])('stores %s as the original does', (_name, histogram, bytes) => {
  expect(hex(histogram.encode())).toBe(bytes);
  const padded =
    bytes.length < 12 ? Buffer.concat([Buffer.of(42), Buffer.from(bytes, 'hex'), Buffer.alloc(2)]) : Buffer.from(`2a${bytes}`, 'hex');
  expect(hex(SimpleHistogram.decode(padded, 1).encode())).toBe(bytes);
});

it('replaces the count of equal bounds', () => {
  const histogram = of([[0, 1, 5]]);
  histogram.set(0, 1, 7n);
  expect(show(histogram)).toEqual(['underflow=0', '0,1=7', 'overflow=0']);
});

it.each([
  ['too few bytes', '00010203', 'Byte array shorter than 6 bytes detected: [0, 1, 2, 3]'],
  ['bounds that are cut off', '00013f800000', 'Buffer underflow.'],
  ['a count that is cut off', '00013f80000040000000', 'Buffer underflow.'],
  ['no overflow', '00013f800000400000000500', 'Buffer underflow.'],
])('does not read %s', (_name, bytes, message) => {
  expect(() => SimpleHistogram.decode(Buffer.from(bytes, 'hex'), 0)).toThrow(message);
});

it.each([
  [0.5, -1],
  [25, 1.5],
  [25.1, 2.5],
  [50, 2.5],
  [50.1, 6.5],
  [100, 6.5],
  [100.5, -1],
])('finds percentile %d', (percent, value) => {
  expect(
    of(
      [
        [1, 2, 5],
        [2, 3, 5],
        [3, 10, 10],
      ],
      1000,
      1000,
    ).percentile(percent),
  ).toBe(value);
});

it('takes the middle in single precision', () => {
  expect(of([[0.1, 0.2, 7]]).percentile(50)).not.toBe(0.15);
  expect(SimpleHistogram.decode(Buffer.concat([of([[0.1, 0.2, 7]]).encode()]), 0).percentile(50)).toBe(0.15000000596046448);
  expect(of([]).percentile(50)).toBe(0);
});

it('adds bucket by bucket, and leaves the other as it was', () => {
  const other = of(
    [
      [0, 1, 2],
      [5, 6, 1],
    ],
    1,
    2,
  );
  const sum = of(
    [
      [0, 1, 3],
      [1, 2, 4],
    ],
    10,
    20,
  ).clone();
  sum.add(other);
  expect(show(sum)).toEqual(['underflow=11', '0,1=5', '1,2=4', '5,6=1', 'overflow=22']);
  expect(show(other)).toEqual(['underflow=1', '0,1=2', '5,6=1', 'overflow=2']);
});

it('orders bounds as Java does', () => {
  expect(
    show(
      of([
        [NaN, 1, 1],
        [0, 1, 2],
        [-0, 1, 3],
        [-1, 1, 4],
      ]),
    ),
  ).toEqual(['underflow=0', '-1,1=4', '0,1=3', '0,1=2', 'NaN,1=1', 'overflow=0']);
});
