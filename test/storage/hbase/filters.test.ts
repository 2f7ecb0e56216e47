import { tagPattern, tsuidPattern } from '../../../src/storage/hbase/filters';
import { fuzzyKeys } from '../../../src/storage/hbase/fuzzy-keys';
import type { TagFilter } from '../../../src/storage';

const uid = (n: number): Buffer => Buffer.of(0, 0, n);
const base = { kind: 'tags', prefixLength: 7, tagkWidth: 3, tagvWidth: 3 } as const;
const latin1 = (...bytes: number[]): string => Buffer.from(bytes).toString('latin1');

describe('the row-key expression', () => {
  it('is the original one, anchored at the very end', () => {
    const filter: TagFilter = {
      ...base,
      explicit: false,
      tags: [
        { tagk: uid(1), tagvs: [uid(5), uid(6)] },
        { tagk: uid(2), tagvs: null },
      ],
    };
    expect(tagPattern(filter)).toEqual({
      pattern: `(?s)^.{7}(?:.{6})*\\Q${latin1(0, 0, 1)}\\E(?:\\Q${latin1(0, 0, 5)}\\E|\\Q${latin1(0, 0, 6)}\\E)(?:.{6})*\\Q${latin1(0, 0, 2)}\\E.{3}(?:.{6})*\\z`,
      exact: true,
    });
    expect(tagPattern({ ...filter, explicit: true }).pattern).not.toContain('(?:.{6})*');
  });

  it('quotes an end of quoting within the bytes', () => {
    const tagk = Buffer.from('\\E!', 'latin1');
    expect(tagPattern({ ...base, explicit: true, tags: [{ tagk, tagvs: null }] }).pattern).toBe('(?s)^.{7}\\Q\\E\\\\E\\Q!\\E.{3}\\z');
  });

  it('asks for the tag alone when its values are too many, and says so', () => {
    const tagvs = Array.from({ length: 5000 }, (_, i) => Buffer.of(1, i >> 8, i));
    const { pattern, exact } = tagPattern({ ...base, explicit: false, tags: [{ tagk: uid(1), tagvs }] });
    expect(exact).toBe(false);
    expect(pattern).toBe(`(?s)^.{7}(?:.{6})*\\Q${latin1(0, 0, 1)}\\E.{3}(?:.{6})*\\z`);
  });

  it('matches nothing for an empty list', () => {
    expect(tagPattern({ ...base, explicit: false, tags: [{ tagk: uid(1), tagvs: [] }] }).pattern).toContain('(?!)');
    expect(tsuidPattern({ kind: 'tsuids', prefixLength: 7, tagParts: [] })).toBe('(?!)');
  });
});

describe('fuzzy keys', () => {
  const start = Buffer.from('00000150e22700', 'hex');
  const stop = Buffer.from('00000150e23510', 'hex');

  it('fix what the range and the filter fix', () => {
    const filter: TagFilter = {
      ...base,
      explicit: true,
      tags: [
        { tagk: uid(1), tagvs: [uid(5), uid(6)] },
        { tagk: uid(2), tagvs: null },
      ],
    };
    const keys = fuzzyKeys(filter, start, stop);
    expect(keys?.map(({ key }) => key.toString('hex'))).toEqual([5, 6].map((v) => `00000150e20000` + `00000100000${v}` + '000002000000'));
    expect(keys?.[0].mask.toString('hex')).toBe('00000000000101' + '000000000000' + '000000010101');
  });

  it('are none when other tags may stand between, or there would be too many', () => {
    const tags = [{ tagk: uid(1), tagvs: Array.from({ length: 65 }, (_, i) => uid(i)) }];
    expect(fuzzyKeys({ ...base, explicit: true, tags }, start, stop)).toBeNull();
    expect(fuzzyKeys({ ...base, explicit: false, tags: [{ tagk: uid(1), tagvs: [uid(5)] }] }, start, stop)).toBeNull();
  });
});
