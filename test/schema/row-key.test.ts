import fc from 'fast-check';
import {
  allSalts,
  baseTimeOf,
  baseTimeOfKey,
  buildRowKey,
  checkLayout,
  DEFAULT_LAYOUT,
  globalAnnotationKey,
  hexToUid,
  isGlobalAnnotationKey,
  isMilliseconds,
  javaHashCode,
  parseRowKey,
  rowKeyOfTsuid,
  setBaseTime,
  applySalt,
  saltBucket,
  toMilliseconds,
  tsuidOfKey,
  uidToHex,
  uidToNumber,
  numberToUid,
  type KeyLayout,
} from '../../src/schema';

const hex = (text: string): Buffer => Buffer.from(text.replace(/ /g, ''), 'hex');

describe('seconds or milliseconds', () => {
  test.each<[number, boolean]>([
    [0, false],
    [1356998400, false],
    [4294967295, false],
    [4294967296, true],
    [13569984001, true],
    [1356998400500, true],
  ])('%d: milliseconds %s, as number and as bigint', (t, ms) => {
    expect(isMilliseconds(t)).toBe(ms);
    expect(isMilliseconds(BigInt(t))).toBe(ms);
    expect(toMilliseconds(t)).toBe(ms ? t : t * 1000);
  });

  test.each<[number, number]>([
    [1356998400, 0x50e22700],
    [1357001999, 0x50e22700],
    [1357002000, 0x50e23510],
    [1356998400500, 0x50e22700],
    [1357001999999, 0x50e22700],
    [4294967295, 4294965600],
    [4294969200000, 1904], // year 2106: the hour no longer fits into 32 bits
    [9999999999999, 9999997200 - 2 * 2 ** 32],
  ])('base time of %d', (t, base) => {
    expect(baseTimeOf(t)).toBe(base);
    expect(baseTimeOf(BigInt(t))).toBe(base);
  });
});

describe('salt', () => {
  test.each<[number, number, string, number, string]>([
    [1, 20, '00 000001 50E22700 000001000001', 691019968, '08'],
    [1, 256, '00 000001 50E22700 000001000001', 691019968, 'C0'],
    [2, 20, '0000 000001 50E22700 000001000001', 691019968, '0008'],
    [1, 20, '00 0000FF 50E22700 0000FF0000FF', -1084046978, '12'],
    [1, 20, '00 000002 50E22700 000001000001 000002000003', -406290430, '0A'],
    [2, 1000, '0000 FFFFFF 50E22700 0000FF0000FF', -1019402850, '0352'],
    [8, 20, '0000000000000000 000001 50E22700 000001000001', 691019968, '0000000800000008'],
    [1, 20, '00 000000 50E22700', 0, '00'],
  ])('width %d, %d buckets: %s', (salt, saltBuckets, key, hash, expected) => {
    const layout = { ...DEFAULT_LAYOUT, salt, saltBuckets };
    const bytes = hex(key);
    if (hash !== 0) expect(javaHashCode(Buffer.concat([bytes.subarray(salt, salt + 3), bytes.subarray(salt + 7)]))).toBe(hash);
    applySalt(layout, bytes);
    expect(uidToHex(bytes.subarray(0, salt))).toBe(expected);
  });

  test('a key too short to have a metric stays as it is', () => {
    const key = hex('00 FFFF');
    applySalt({ ...DEFAULT_LAYOUT, salt: 1 }, key);
    expect(uidToHex(key)).toBe('00FFFF');
  });

  test('all salts, for scans', () => {
    expect(allSalts(DEFAULT_LAYOUT)).toEqual([Buffer.alloc(0)]);
    expect(allSalts({ ...DEFAULT_LAYOUT, salt: 2, saltBuckets: 300 })[299]).toEqual(hex('012B'));
  });
});

describe('row key', () => {
  test('the example of the schema', () => {
    const key = buildRowKey(DEFAULT_LAYOUT, hex('000001'), 1356998400, [hex('000001000001')]);
    expect(uidToHex(key)).toBe('00000150E22700000001000001');
    expect(uidToHex(tsuidOfKey(DEFAULT_LAYOUT, key))).toBe('000001000001000001');
    expect(baseTimeOfKey(DEFAULT_LAYOUT, key)).toBe(1356998400);
  });

  test('tags are sorted as unsigned bytes', () => {
    const key = buildRowKey(DEFAULT_LAYOUT, hex('000001'), 0, [hex('800000000001'), hex('7FFFFF000002'), hex('000001FFFFFF')]);
    expect(uidToHex(key.subarray(7))).toBe('000001FFFFFF7FFFFF000002800000000001');
  });

  test('missing and cut-off tags', () => {
    expect(() => tsuidOfKey(DEFAULT_LAYOUT, hex('00000150E22700'))).toThrow(
      'Row key is missing tags or it is corrupted [0, 0, 1, 80, -30, 39, 0]',
    );
    expect(() => tsuidOfKey(DEFAULT_LAYOUT, hex('00000150E2270000000100'))).toThrow('Row key is missing tags or it is corrupted [');
    expect(() => parseRowKey(DEFAULT_LAYOUT, hex('00000150E2270000000100'))).toThrow('Row key is missing tags or it is corrupted [');
    expect(() => parseRowKey(DEFAULT_LAYOUT, hex('000001'))).toThrow('Row key is missing tags or it is corrupted [0, 0, 1]');
  });

  test('the row of global annotations is never salted', () => {
    const layout = { ...DEFAULT_LAYOUT, salt: 2 };
    const key = globalAnnotationKey(layout, 0x4f29d200);
    expect(uidToHex(key)).toBe('00000000004F29D200');
    expect(isGlobalAnnotationKey(layout, key)).toBe(true);
    expect(isGlobalAnnotationKey(layout, hex('00000000014F29D200'))).toBe(false);
    expect(parseRowKey(layout, key).tags).toEqual([]);
  });

  test('impossible layouts', () => {
    expect(() => checkLayout({ ...DEFAULT_LAYOUT, metric: 9 })).toThrow('Invalid width: 9');
    expect(() => checkLayout({ ...DEFAULT_LAYOUT, tagv: 0 })).toThrow('Invalid width: 0');
    expect(() => checkLayout({ ...DEFAULT_LAYOUT, salt: 9 })).toThrow('Salt width must be between 0 and 8');
    expect(() => checkLayout({ ...DEFAULT_LAYOUT, saltBuckets: 0 })).toThrow('Salt buckets must be greater than 0');
  });

  const layouts: fc.Arbitrary<KeyLayout> = fc.record({
    salt: fc.integer({ min: 0, max: 8 }),
    saltBuckets: fc.integer({ min: 1, max: 70000 }),
    metric: fc.integer({ min: 1, max: 8 }),
    tagk: fc.integer({ min: 1, max: 8 }),
    tagv: fc.integer({ min: 1, max: 8 }),
  });
  const bytes = (length: number): fc.Arbitrary<Buffer> =>
    fc.uint8Array({ minLength: length, maxLength: length }).map((b) => Buffer.from(b));
  const series = layouts.chain((layout) =>
    fc.record({
      layout: fc.constant(layout),
      metric: bytes(layout.metric),
      pairs: fc.array(bytes(layout.tagk + layout.tagv), { minLength: 1, maxLength: 8 }),
      base: fc.integer({ min: 0, max: 0xffffffff }),
    }),
  );

  test('any widths, any salt: taken apart again, and by way of the TSUID', () => {
    fc.assert(
      fc.property(series, ({ layout, metric, pairs, base }) => {
        const key = buildRowKey(layout, metric, base, pairs);
        const parts = parseRowKey(layout, key);
        expect(parts.metric).toEqual(metric);
        expect(parts.baseTime).toBe(base);
        expect(parts.tags.map((t) => Buffer.concat([t.tagk, t.tagv]))).toEqual([...pairs].sort(Buffer.compare));
        const tsuid = tsuidOfKey(layout, key);
        expect(rowKeyOfTsuid(layout, tsuid, base)).toEqual(key);
        expect(hexToUid(uidToHex(tsuid))).toEqual(tsuid);
        expect(tsuid).toEqual(Buffer.concat([metric, ...parts.tags.flatMap(({ tagk, tagv }) => [tagk, tagv])]));
      }),
    );
  });

  test('the salt is the series, whatever the hour', () => {
    fc.assert(
      fc.property(series, fc.integer({ min: 0, max: 0xffffffff }), ({ layout, metric, pairs, base }, other) => {
        const key = buildRowKey(layout, metric, base, pairs);
        const moved = Buffer.from(key);
        setBaseTime(layout, moved, other);
        expect(moved).toEqual(buildRowKey(layout, metric, other, pairs));
        expect(saltBucket(layout, key)).toBeLessThan(layout.saltBuckets);
      }),
    );
  });
});

describe('UIDs in hexadecimal', () => {
  test.each<[string, number, string]>([
    ['1', 0, '01'],
    ['abc', 0, '0ABC'],
    ['1', 3, '000001'],
    ['000001', 3, '000001'],
    ['00000102', 3, '00000102'],
  ])('%s padded to %d bytes', (text, width, expected) => expect(uidToHex(hexToUid(text, width))).toBe(expected));

  test('empty and foreign text', () => {
    expect(() => hexToUid('')).toThrow('UID was empty');
    expect(() => hexToUid('xyz')).toThrow('contains illegal character for hexBinary: 0xyz');
  });

  test('numbers of any width', () => {
    expect(uidToHex(numberToUid(1, 3))).toBe('000001');
    expect(uidToNumber(numberToUid(2n ** 63n - 1n, 8))).toBe(2n ** 63n - 1n);
    expect(() => numberToUid(256, 1)).toThrow(RangeError);
  });
});
