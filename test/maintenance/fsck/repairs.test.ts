import fc from 'fast-check';
import { ALL_FIXES, NO_FIXES, totalErrors, type Fixes } from '../../../src/maintenance';
import { newCounts } from '../../../src/maintenance/fsck/counts';
import type { Findings } from '../../../src/maintenance/fsck/findings';
import { healthyPoints } from '../../../src/maintenance/fsck/healthy-row';
import { RowPlanner } from '../../../src/maintenance/fsck/row-plan';
import { sortCells } from '../../../src/maintenance/fsck/sort-cells';
import { buildCompacted, offsetMsAt } from '../../../src/schema';
import type { Row } from '../../../src/storage';
import { cellsOf, checkRow, repaired, rowOfCells } from '../support/check-row';
import { DAMAGED_ROWS, type DamagedCell } from '../support/damaged-rows';
import { readablePoints } from '../support/readable-points';

const after = (cells: readonly DamagedCell[], fixes: Fixes = ALL_FIXES): string => {
  const row = rowOfCells(cells);
  return cellsOf(repaired(row, checkRow(row, fixes).repair));
};

const SILENT = { info: () => {}, warn: () => {}, error: () => {} };

/** A float in milliseconds on eight bytes that is said to have four: queries read the first half, and repairs, the original's too, keep the second. */
function isMisread(row: Row): boolean {
  for (let i = 0; i < row.size; i++) {
    const q = row.qualifier(i);
    if (q.length === 4 && q[0] >= 0xf0 && (q[3] & 0xf) === 0xb && row.valueLength(i) === 8 && row.value(i).readUInt32BE(0) === 0)
      return true;
  }
  return false;
}

/** Where the original loses points, or leaves the row as it is: what is left of each with all repairs. */
const AFTERWARDS: Record<string, string> = {
  'old rollup': '0000=01 73756d3a0000=01',
  'append and duplicate': '050000=000001001002',
  'compacted and long': '000000100027=01027fffffffffffffff00',
  'compacted alone with long': '00070010=7fffffffffffffff0200',
  trailer: '00000010=010200',
  'trailer and point': '000000100020=01020300',
  'trailer and compacted': '0000001000200030=0102030400',
  'no trailer': '00000010=010200',
  'no trailer looks good': '00000010=010000',
  'lost a value': '000000100020=01020000',
  'cut in a value': '000000110021=010203040000',
  'too many bytes': '00000010=010200',
  'bad compacted and point': '0000001100210030=01020304000700',
  'odd length in compacted': '0000=01',
  'bad float in compacted': '0000=01',
  'bad float in compacted and point': '00000020=010300',
  'duplicates in compacted': '000000100020=01030400',
  'double of 4': '000b=422a0000',
  'integer flagged shorter': '0001=0102',
  'integer flagged longer': '0001=0102',
  'integer of 3': '',
  'integer of 8 flagged 1': '0000=05',
  'bad integer and point': '00010010=01020100',
  'ms float with ff': 'f0003a0b=ffffffff',
  'ms float with junk': 'f0003a0b=40450000',
  'ms integer flagged shorter': 'f0003a00=01',
  'vle and duplicate': '0000=05',
  'long and point': '00070010=7fffffffffffffff0100',
  'duplicates that are bad': '0001=0102',
  'duplicates of a float to fix': '000b=422a0000',
  'duplicates and a bad value': '00000011=01010200',
  'two bad values': '000100110020=010201020100',
  'float to fix and a bad value': '000b0011=422a0000010200',
  'compacted and a bad value': '000000100021=0102010200',
  'ms flag on two bytes': '0010=01',
  'ms flag cut in compacted': '',
  'no tags': '0000=01',
  'global annotation': '010034=7b7d',
};
const special = DAMAGED_ROWS.filter(({ differs, dies }) => differs ?? dies);

describe('where the original loses points or dies', () => {
  it.each(special.map((row) => [row.name, row] as const))('%s', (name, { cells }) => {
    expect(after(cells)).toBe(AFTERWARDS[name]);
  });
});

describe.each(DAMAGED_ROWS.map((row) => [row.name, row] as const))('%s', (_name, { cells }) => {
  const row = rowOfCells(cells);

  it('answers what it answered before', () => {
    const fixed = repaired(row, checkRow(row, ALL_FIXES).repair);
    const before = readablePoints(row);
    if (before !== null && !isMisread(row)) expect(readablePoints(fixed)).toEqual(before);
    const times = (points: string[] | null): string[] => (points ?? []).map((point) => point.split('=')[0]);
    expect(times(readablePoints(fixed, true))).toEqual(expect.arrayContaining(times(readablePoints(row, true))));
  });

  it('has no error a second time', () => {
    const fixed = repaired(row, checkRow(row, ALL_FIXES).repair);
    if (fixed === null) return;
    const second = checkRow(fixed, ALL_FIXES);
    expect([totalErrors(second.counts), second.counts.vle, second.repair]).toEqual([0, 0, null]);
  });

  it('is as it was without a word of repairs', () => {
    expect(checkRow(row, { ...ALL_FIXES, fix: false }).repair).toBeNull();
    expect(checkRow(row, NO_FIXES).repair).toBeNull();
  });
});

describe('rows of any cells', () => {
  const offset = fc.constantFrom(0, 1, 2, 3);
  const flags = fc.constantFrom(0, 0, 0, 1, 2, 3, 4, 7, 9, 0xb, 0xb, 0xf);
  const bytes = (length: number): fc.Arbitrary<Buffer> =>
    fc.array(fc.constantFrom(0, 0, 0, 1, 5, 0x7f, 0xff), { minLength: length, maxLength: length }).map((values) => Buffer.from(values));
  const qualifier = fc.tuple(fc.boolean(), offset, flags).map(([ms, at, bits]) => {
    if (ms) return Buffer.from([0xf0, (at * 1000) >>> 10, ((at * 1000) << 6) >>> 8, ((at * 1000) << 6) | bits].map((b) => b & 0xff));
    return Buffer.from([(at << 4) >>> 8, (at << 4) | bits]);
  });
  const point = qualifier.chain((q) => {
    const wanted = (q[q.length - 1] & 7) + 1;
    return fc.record({
      qualifier: fc.constant(q),
      value: fc.oneof({ weight: 6, arbitrary: bytes(wanted) }, fc.constantFrom(0, 1, 2, 3, 4, 8).chain(bytes)),
    });
  });
  const sound = qualifier.chain((q) => fc.record({ qualifier: fc.constant(q), value: bytes((q[q.length - 1] & 7) + 1) }));
  const compacted = fc.array(sound, { minLength: 2, maxLength: 4 }).map(buildCompacted);
  const dented = fc.tuple(compacted, fc.nat(3), fc.constantFrom('cut', 'more', 'trailer')).map(([cell, n, how]) => {
    const { value } = cell;
    if (how === 'cut') return { ...cell, value: value.subarray(0, Math.max(1, value.length - 1 - n)) };
    if (how === 'more') return { ...cell, value: Buffer.concat([value, Buffer.alloc(n)]) };
    return { ...cell, value: Buffer.concat([value.subarray(0, value.length - 1), Buffer.of(n)]) };
  });
  const other = fc.constantFrom('', '41', '010034', '0100000bb8', '060034', '020010', '73756d3a0000', '41424344454647', 'f000');
  const foreign = other.map((hex) => ({ qualifier: Buffer.from(hex, 'hex'), value: Buffer.from('01', 'hex') }));
  const append = fc
    .array(sound, { minLength: 1, maxLength: 3 })
    .map((points) => ({ qualifier: Buffer.from('050000', 'hex'), value: Buffer.concat(points.flatMap((p) => [p.qualifier, p.value])) }));
  const cell = fc.oneof({ weight: 5, arbitrary: point }, { weight: 2, arbitrary: compacted }, dented, foreign, append);
  const row = fc
    .uniqueArray(fc.tuple(cell, fc.nat(3)), { maxLength: 5, minLength: 1, selector: ([c]) => c.qualifier.toString('hex') })
    .map((cells) =>
      rowOfCells(cells.map(([c, time]) => ({ qualifier: c.qualifier.toString('hex'), value: c.value.toString('hex'), time }))),
    );
  const inOrder = fc
    .uniqueArray(sound, { minLength: 2, maxLength: 4, selector: (p) => offsetMsAt(p.qualifier, 0) })
    .map((points) => buildCompacted(points.sort((a, b) => offsetMsAt(a.qualifier, 0) - offsetMsAt(b.qualifier, 0))));
  const soundRow = inOrder.map((c) => rowOfCells([{ qualifier: c.qualifier.toString('hex'), value: c.value.toString('hex') }]));
  const flag = fc.boolean();
  const fixes: fc.Arbitrary<Fixes> = fc.record({
    fix: fc.constant(true),
    compact: flag,
    resolveDuplicates: flag,
    lastWriteWins: flag,
    deleteOrphans: flag,
    deleteUnknownColumns: flag,
    deleteBadValues: flag,
    deleteBadRows: flag,
    deleteBadCompacts: flag,
  });

  it('answer what they answered, wherever the repair is broken off', () => {
    fc.assert(
      fc.property(row, fixes, fc.nat(8), (damaged, chosen, steps) => {
        const { repair } = checkRow(damaged, chosen);
        const before = readablePoints(damaged);
        if (before === null || isMisread(damaged)) return;
        for (const done of [steps, Infinity]) {
          const fixed = repaired(damaged, repair, done);
          expect(readablePoints(fixed, done !== Infinity)).toEqual(before);
        }
      }),
      { numRuns: 400 },
    );
  });

  it('that need no closer look would have passed one', () => {
    const planner = new RowPlanner(ALL_FIXES, String);
    let healthy = 0;
    fc.assert(
      fc.property(fc.oneof(row, soundRow), (cells) => {
        const points = healthyPoints(cells, true);
        if (points < 0) return;
        healthy++;
        const findings: Findings = { log: SILENT, counts: newCounts() };
        const repair = planner.plan(cells, 0, sortCells(cells, findings), findings);
        expect([repair, findings.counts]).toEqual([null, { ...newCounts(), validPoints: points }]);
      }),
      { numRuns: 1000 },
    );
    expect(healthy).toBeGreaterThan(50);
  });

  it('have no error left after all repairs', () => {
    fc.assert(
      fc.property(row, flag, (damaged, lastWriteWins) => {
        const all = { ...ALL_FIXES, lastWriteWins };
        const fixed = repaired(damaged, checkRow(damaged, all).repair);
        if (fixed === null) return;
        const second = checkRow(fixed, all);
        expect([totalErrors(second.counts), second.counts.vle, second.repair]).toEqual([0, 0, null]);
      }),
      { numRuns: 400 },
    );
  });

  it('lose nothing that no query fails on when the process dies and the check runs again', () => {
    fc.assert(
      fc.property(row, fc.nat(8), (damaged, steps) => {
        const before = readablePoints(damaged);
        const torn = repaired(damaged, checkRow(damaged, ALL_FIXES).repair, steps);
        if (before === null || isMisread(damaged)) return;
        const fixed = torn === null ? null : repaired(torn, checkRow(torn, ALL_FIXES).repair);
        expect(readablePoints(fixed)).toEqual(before);
      }),
      { numRuns: 400 },
    );
  });
});
