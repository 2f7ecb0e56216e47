import { SeenSeries } from '../../src/meta/seen-series';
import { DEFAULT_LAYOUT, tsuidOfKey, type KeyLayout } from '../../src/schema';

/** A row of series number n, with one to three tags. */
function rowOf(layout: KeyLayout, n: number, baseTime = 0): Buffer {
  const tags = 1 + (n % 3);
  const key = Buffer.alloc(layout.salt + 3 + 4 + 6 * tags);
  key.writeUIntBE(n >>> 8, layout.salt, 3);
  key.writeUInt32BE(baseTime, layout.salt + 3);
  for (let i = 0; i < tags; i++) key.writeUIntBE(n + 1, layout.salt + 7 + 6 * i + 3, 3);
  if (layout.salt > 0) key[0] = baseTime & 0xff;
  return key;
}

describe.each([DEFAULT_LAYOUT, { ...DEFAULT_LAYOUT, salt: 1, saltBuckets: 20 }])('series that were seen, with %j', (layout) => {
  test('are found by any of their rows, and by no row of another series', () => {
    const seen = new SeenSeries(layout, 1 << 30);
    const count = 20_000;
    const entries: number[] = [];
    for (let n = 0; n < count; n++) {
      const row = rowOf(layout, n);
      expect(seen.find(row, row.length)).toBe(0);
      entries.push(seen.add(row, row.length));
      seen.count(entries[n], n, 1);
    }
    for (let n = 0; n < count; n += 7) {
      const row = rowOf(layout, n, 1_700_000_000 + n);
      expect(seen.find(row, row.length)).toBe(entries[n]);
      expect(seen.tsuid(entries[n])).toEqual(tsuidOfKey(layout, row));
      expect(seen.take(entries[n])).toBe(n);
      expect(seen.take(entries[n])).toBe(0);
    }
    const stranger = rowOf(layout, count);
    expect(seen.find(stranger, stranger.length)).toBe(0);
  });

  test('are full before they take more than their bytes', () => {
    const limit = 1 << 20;
    const seen = new SeenSeries(layout, limit);
    for (let n = 0; !seen.full; n++) {
      const row = rowOf(layout, n);
      seen.add(row, row.length);
    }
    expect(seen.size).toBeGreaterThan(5_000);
    expect(seen.bytes).toBeLessThanOrEqual(limit);
  });
});
