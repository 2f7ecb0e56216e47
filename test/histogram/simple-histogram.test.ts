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

describe('very many buckets', () => {
  const COUNT = 16_384;
  const wide = (from: number, count = COUNT): SimpleHistogram => {
    const parts = Array.from({ length: count }, (_, i) => {
      const part = Buffer.alloc(9);
      part.writeFloatBE(from - i, 0);
      part.writeFloatBE(from - i + 1, 4);
      part[8] = 1;
      return part;
    });
    const head = Buffer.alloc(2);
    head.writeInt16BE(count);
    return SimpleHistogram.decode(Buffer.concat([head, ...parts, Buffer.alloc(2)]), 0);
  };
  const sorted = (histogram: SimpleHistogram): number[] =>
    histogram
      .buckets()
      .slice(1, -1)
      .map(({ lower }) => lower);

  it('are put in order at once, however they are stored', () => {
    const splice = jest.spyOn(Array.prototype, 'splice');
    const histogram = wide(COUNT);
    const other = wide(COUNT + 8192);
    histogram.add(other);
    expect(splice).not.toHaveBeenCalled();
    splice.mockRestore();
    expect(sorted(histogram)).toEqual(Array.from({ length: COUNT + 8192 }, (_, i) => i + 1));
    expect(histogram.count({ kind: 'regular', lower: 9000, upper: 9001 })).toBe(2n);
    expect(histogram.count({ kind: 'regular', lower: 1, upper: 2 })).toBe(1n);
    expect(histogram.count({ kind: 'regular', lower: COUNT + 8192, upper: COUNT + 8193 })).toBe(1n);
  });

  it('are added up once for all percentiles', () => {
    const histogram = wide(COUNT);
    const asIntN = jest.spyOn(BigInt, 'asIntN');
    const percents = Array.from({ length: 100 }, (_, i) => i + 1);
    expect(percents.map((percent) => histogram.percentile(percent))).toEqual(
      percents.map((percent) => Math.ceil((percent * COUNT) / 100) + 0.5),
    );
    expect(asIntN.mock.calls.length).toBe(COUNT);
    histogram.add(of([[0, 1, COUNT]]));
    expect(histogram.percentile(50)).toBe(0.5);
    asIntN.mockRestore();
  });

  it('of equal bounds the last one counts', () => {
    const bucket = '3f80000040000000';
    const bytes = Buffer.from(`0003${bucket}05${'0000000040000000'}01${bucket}070000`, 'hex');
    expect(show(SimpleHistogram.decode(bytes, 0))).toEqual(['underflow=0', '0,2=1', '1,2=7', 'overflow=0']);
  });

  it('with negative counts are looked at one by one', () => {
    const histogram = of([
      [0, 1, 10],
      [1, 2, -5],
      [2, 3, 5],
    ]);
    expect([histogram.percentile(40), histogram.percentile(100)]).toEqual([0.5, 0.5]);
  });
});
