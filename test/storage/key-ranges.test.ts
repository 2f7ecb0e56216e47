import fc from 'fast-check';
import type { TagFilter, TsuidFilter } from '../../src/storage';
import { keyRanges, onlyKeyOf } from '../../src/storage/key-ranges';
import { compileRowFilter } from '../../src/storage/row-filter';

const METRIC = Buffer.of(9);
const START = Buffer.of(9, 0, 0, 0, 0);
const STOP = Buffer.of(9, 0, 0, 0, 12);
const TIMES = [0, 4, 8];
const base = { prefixLength: 5, rowTimes: TIMES } as const;
const tags = { ...base, kind: 'tags', tagkWidth: 1, tagvWidth: 1 } as const;
const hex = (filter: TagFilter | TsuidFilter): string[] | undefined =>
  keyRanges(filter, START, STOP)?.map(({ start, stop }) => `${start.toString('hex')} ${stop.toString('hex')}`);

describe('ranges of keys that a filter lets pass', () => {
  it('leave out what begins with another value of the tag, or with a tag behind it', () => {
    expect(hex({ ...tags, explicit: false, tags: [{ tagk: Buffer.of(5), tagvs: [Buffer.of(7), Buffer.of(3)] }] })).toEqual([
      '0900000000 090000000005',
      '09000000000503 09000000000504',
      '09000000000507 09000000000508',
      '0900000001 090000000405',
      '09000000040503 09000000040504',
      '09000000040507 09000000040508',
      '0900000005 090000000805',
      '09000000080503 09000000080504',
      '09000000080507 09000000080508',
      '0900000009 090000000c',
    ]);
  });

  it('are single keys for series', () => {
    expect(hex({ ...base, kind: 'tsuids', rowTimes: [4], tagParts: [Buffer.of(5, 7)] })).toEqual([
      '0900000000 0900000004',
      '09000000040507 0900000004050700',
      '0900000005 090000000c',
    ]);
  });

  it('leave out rows at other times where these need not be found', () => {
    expect(hex({ ...base, kind: 'tsuids', onlyRowTimes: true, tagParts: [Buffer.of(5, 7), Buffer.of(6, 1)] })).toEqual([
      '09000000000507 0900000000050700',
      '09000000000601 0900000000060100',
      '09000000040507 0900000004050700',
      '09000000040601 0900000004060100',
      '09000000080507 0900000008050700',
      '09000000080601 0900000008060100',
    ]);
    const wanted = [{ tagk: Buffer.of(5), tagvs: [Buffer.of(7)] }];
    expect(hex({ ...tags, onlyRowTimes: true, rowTimes: [4], explicit: false, tags: wanted })).toEqual([
      '0900000004 090000000405',
      '09000000040507 09000000040508',
    ]);
  });

  it('may have room for one key only', () => {
    const range = (start: number[], stop: number[]): string | undefined =>
      onlyKeyOf({ start: Buffer.from(start), stop: Buffer.from(stop) })?.toString('hex');
    expect(range([5, 7], [5, 7, 0])).toBe('0507');
    expect([range([5, 7], [5, 7, 1]), range([5, 7], [5, 8, 0]), range([5, 7], [5, 8]), range([5, 7], [])]).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('are none where any tag may come first, where it is not known when rows begin, or where they would be too many', () => {
    const wanted = [{ tagk: Buffer.of(5), tagvs: [Buffer.of(7)] }];
    expect(hex({ ...tags, explicit: false, tags: [{ tagk: Buffer.of(5), tagvs: null }] })).toBeUndefined();
    expect(hex({ ...tags, explicit: false, tags: [] })).toBeUndefined();
    expect(hex({ ...tags, explicit: false, tags: wanted, rowTimes: undefined })).toBeUndefined();
    expect(hex({ ...tags, explicit: false, tags: wanted, rowTimes: Array.from({ length: 10_000 }, (_, i) => i) })).toBeUndefined();
    expect(hex({ ...base, kind: 'tsuids', tagParts: [] })).toBeUndefined();
  });

  it('are one range for values that are many', () => {
    const tagvs = Array.from({ length: 200 }, (_, i) => Buffer.of(i + 10));
    const rowTimes = Array.from({ length: 1000 }, (_, i) => i * 4);
    const found = keyRanges({ ...tags, explicit: true, rowTimes, tags: [{ tagk: Buffer.of(5), tagvs }] }, START, Buffer.of(10)) ?? [];
    expect(found).toHaveLength(2000);
    expect(found[0].start.toString('hex')).toBe('0900000000050a');
  });

  it('hold every key that passes, at whatever time it is unless the filter says otherwise', () => {
    const byte = fc.constantFrom(0, 1, 2, 0xfe, 0xff);
    const pairs = fc
      .uniqueArray(fc.tuple(byte, byte), { selector: ([k]) => k, minLength: 1, maxLength: 3 })
      .map((all) => all.sort(([a], [b]) => a - b));
    const key = fc.tuple(fc.nat(11), pairs).map(([time, all]) => Buffer.from([...METRIC, 0, 0, 0, time, ...all.flat()]));
    const wanted = pairs.map((all) =>
      all.map(([k, v]) => ({ tagk: Buffer.of(k), tagvs: v === 2 ? null : [Buffer.of(v), Buffer.of(v ^ 1)] })),
    );
    const tagFilter = fc.tuple(wanted, fc.boolean()).map(([all, explicit]): TagFilter => ({ ...tags, explicit, tags: all }));
    const series = fc
      .array(pairs, { maxLength: 3 })
      .map((all): TsuidFilter => ({ ...base, kind: 'tsuids', tagParts: all.map((one) => Buffer.from(one.flat())) }));
    fc.assert(
      fc.property(fc.oneof(tagFilter, series), fc.boolean(), key, (filter, onlyRowTimes, row) => {
        const ranges = keyRanges({ ...filter, onlyRowTimes }, START, STOP);
        if (ranges === null || !compileRowFilter(filter)(row, 0, row.length)) return true;
        const isInOne = ranges.some(({ start, stop }) => start.compare(row) <= 0 && stop.compare(row) > 0);
        return isInOne || (onlyRowTimes && !TIMES.includes(row[4]));
      }),
      { numRuns: 3000 },
    );
  });
});

it('knows a range that holds one row at most, and that an empty key is none', () => {
  expect(onlyKeyOf({ start: Buffer.of(1), stop: Buffer.of(1, 0) })).toEqual(Buffer.of(1));
  for (const [start, stop] of [
    [[], [0]],
    [[], []],
    [[1], [2]],
    [[1], [1, 1]],
    [[1], [1, 0, 0]],
  ])
    expect(onlyKeyOf({ start: Buffer.from(start), stop: Buffer.from(stop) })).toBe(null);
});
