import fc from 'fast-check';
import {
  buildCompacted,
  buildQualifier,
  DATA_FAMILY,
  DEFAULT_MERGE,
  encodeDouble,
  encodeFloat,
  encodeInteger,
  mergeRow,
  type EncodedValue,
  type PointCell,
} from '../../../src/schema';
import { PointsBuilder } from '../../../src/query/series';
import { RowDecoder } from '../../../src/query/source/row-decoder';
import { rowOf, type PlainCell, type Row } from '../../../src/storage/row';
import { BASE, KEY, rowOfText } from '../../schema/row-cells';

const APPEND = Buffer.from('050000', 'hex');

/** A point of a series as a test knows it. */
interface Known {
  offsetMs: number;
  value: number | bigint;
  encoded: EncodedValue;
}

const values: fc.Arbitrary<Omit<Known, 'offsetMs'>> = fc.oneof(
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((v) => ({ value: BigInt(v), encoded: encodeInteger(v) })),
  fc.integer().map((v) => ({ value: BigInt(v), encoded: encodeInteger(v) })),
  fc.double({ noNaN: true }).map((v) => ({ value: v, encoded: encodeDouble(v) })),
  fc.float({ noNaN: true }).map((v) => ({ value: v, encoded: encodeFloat(v) })),
);
const offsets = fc.oneof(
  fc.integer({ min: 0, max: 3599 }).map((s) => s * 1000),
  fc.integer({ min: 0, max: 3599999 }),
);
const knownPoints = fc
  .uniqueArray(fc.tuple(offsets, values), { minLength: 1, maxLength: 40, selector: ([offset]) => offset })
  .map((list) => list.map(([offsetMs, v]): Known => ({ offsetMs, ...v })).sort((a, b) => a.offsetMs - b.offsetMs));

/** The cell of one point; whole seconds may be written either way. */
function cellOf({ offsetMs, encoded }: Known, asMs: boolean): PointCell {
  const seconds = offsetMs % 1000 === 0 && !asMs;
  const time = seconds ? BASE + offsetMs / 1000 : BASE * 1000 + offsetMs;
  return { qualifier: buildQualifier(time, encoded.flags), value: encoded.bytes };
}

/**
 * Any cells that hold these points: each point once or several times, alone, in one of some compacted columns, or appended,
 * in either resolution, written in any order at any time.
 */
function rowsOf(points: readonly Known[]): fc.Arbitrary<Row> {
  const place = fc.record({ where: fc.constantFrom('plain', 'a', 'b', 'c', 'append'), asMs: fc.boolean() });
  const copies = fc.array(place, { minLength: 1, maxLength: 3 });
  return fc
    .tuple(
      fc.array(copies, { minLength: points.length, maxLength: points.length }),
      fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 200, maxLength: 200 }),
      fc.boolean(),
    )
    .map(([places, stamps, backwards]) => {
      const cells = new Map<string, PointCell>();
      const groups = new Map<string, Map<number, PointCell>>();
      places.forEach((list, i) =>
        list.forEach(({ where, asMs }) => {
          const cell = cellOf(points[i], asMs);
          if (where === 'plain') cells.set(cell.qualifier.toString('hex'), cell);
          else groups.set(where, (groups.get(where) ?? new Map<number, PointCell>()).set(i, cell));
        }),
      );
      for (const [name, group] of groups) {
        const members = [...group.values()];
        const cell = name === 'append' ? appendColumn(backwards ? members.reverse() : members) : buildCompacted(members);
        cells.set(cell.qualifier.toString('hex'), cell);
      }
      return rowOf(
        KEY,
        [...cells.values()].map((cell, i): PlainCell => ({ family: DATA_FAMILY, ...cell, timestamp: stamps[i] })),
      );
    });
}

function appendColumn(points: readonly PointCell[]): PointCell {
  return { qualifier: APPEND, value: Buffer.concat(points.flatMap((p) => [p.qualifier, p.value])) };
}

/** Everything a builder holds, integers as bigints. */
function contents(sink: PointsBuilder): [number, number | bigint][] {
  return Array.from({ length: sink.size }, (_, i) => {
    const integer = sink.isInteger === null ? sink.allIntegers : sink.isInteger[i] === 1;
    if (!integer) return [sink.timestamps[i], sink.values[i]];
    const exact = sink.integers === null ? BigInt(sink.values[i]) : sink.integers[i];
    expect(Number(exact)).toBe(sink.values[i]);
    return [sink.timestamps[i], exact];
  });
}

const expected = (points: readonly Known[], base = BASE): [number, number | bigint][] =>
  points.map((p) => [base * 1000 + p.offsetMs, p.value]);

function decoded(row: Row): [number, number | bigint][] {
  const sink = new PointsBuilder(1);
  new RowDecoder(DEFAULT_MERGE).decode(row, BASE, sink);
  return contents(sink);
}

describe('any mix of cells', () => {
  const pointsAndRow = knownPoints.chain((points) => fc.tuple(fc.constant(points), rowsOf(points)));

  test('decodes to the points that were written', () => {
    fc.assert(
      fc.property(pointsAndRow, ([points, row]) => expect(decoded(row)).toEqual(expected(points))),
      { numRuns: 400 },
    );
  });

  test('reads the same after compaction, which then finds nothing more to do', () => {
    fc.assert(
      fc.property(pointsAndRow, ([points, row]) => {
        const merged = mergeRow(row, DEFAULT_MERGE);
        const put: PlainCell[] = merged.write ? [{ family: DATA_FAMILY, ...merged.cell!, timestamp: 9 }] : [];
        const gone = new Set([...merged.deletes, ...put.map((c) => c.qualifier)].map((q) => q.toString('hex')));
        const kept = Array.from({ length: row.size }, (_, i) => i).filter((i) => !gone.has(row.qualifier(i).toString('hex')));
        const rest = kept.map((i) => ({
          family: DATA_FAMILY,
          qualifier: row.qualifier(i),
          value: row.value(i),
          timestamp: row.timestamp(i),
        }));
        const after = rowOf(KEY, [...rest, ...put]);
        expect(decoded(after)).toEqual(expected(points));
        const again = mergeRow(after, DEFAULT_MERGE);
        expect([again.write, again.deletes]).toEqual([false, []]);
        const appended = rest.some((c) => c.qualifier.equals(APPEND));
        if (!appended) expect(after.size).toBe(1);
        else expect(after.size).toBe(row.size);
        if (!appended) expect(new RowDecoder(DEFAULT_MERGE).decode(after, BASE, new PointsBuilder())).toBe(false);
      }),
      { numRuns: 300 },
    );
  });

  test('put first and delete not yet: both states read the same', () => {
    fc.assert(
      fc.property(pointsAndRow, ([points, row]) => {
        const merged = mergeRow(row, DEFAULT_MERGE);
        if (!merged.write) return;
        const all = Array.from({ length: row.size }, (_, i) => i).map((i) => ({
          family: DATA_FAMILY,
          qualifier: row.qualifier(i),
          value: row.value(i),
          timestamp: row.timestamp(i),
        }));
        const others = all.filter((c) => !c.qualifier.equals(merged.cell!.qualifier));
        expect(decoded(rowOf(KEY, [...others, { family: DATA_FAMILY, ...merged.cell!, timestamp: 9 }]))).toEqual(expected(points));
      }),
    );
  });

  test('row after row into one series', () => {
    fc.assert(
      fc.property(fc.array(pointsAndRow, { minLength: 1, maxLength: 5 }), (rows) => {
        const decoder = new RowDecoder(DEFAULT_MERGE);
        const sink = new PointsBuilder(1);
        rows.forEach(([, row], hour) => decoder.decode(row, BASE + hour * 3600, sink));
        expect(contents(sink)).toEqual(rows.flatMap(([points], hour) => expected(points, BASE + hour * 3600)));
      }),
    );
  });
});

describe('rows in time order', () => {
  test.each<[string, [number, number | bigint][], boolean]>([
    ['0500=07@1', [[80000, 7n]], false],
    [
      '0100=01@1 0600=02@1',
      [
        [16000, 1n],
        [96000, 2n],
      ],
      true,
    ],
    ['F0007D00=06@1', [[500, 6n]], false],
    [
      '00000017=05000000000000000600@1',
      [
        [0, 5n],
        [1000, 6n],
      ],
      false,
    ],
    [
      '0000F0007D00=050601@1',
      [
        [0, 5n],
        [500, 6n],
      ],
      false,
    ],
    [
      '0000F0007D00=050600@1',
      [
        [0, 5n],
        [500, 6n],
      ],
      true,
    ],
    [
      '00000010=050600@1 0020=07@1',
      [
        [0, 5n],
        [1000, 6n],
        [2000, 7n],
      ],
      true,
    ],
    ['00000010=05@1', [[0, 5n]], true],
    ['03DB=422A0000@1', [[61000, 42.5]], false],
    ['03DF=3FB999999999999A@1', [[61000, 0.1]], false],
  ])('%s', (text, points, compactable) => {
    const sink = new PointsBuilder();
    expect(new RowDecoder(DEFAULT_MERGE).decode(rowOfText(text), BASE, sink)).toBe(compactable);
    expect(contents(sink)).toEqual(points.map(([offset, value]) => [BASE * 1000 + offset, value]));
  });

  test('a column out of order in itself stays so, as in the original', () => {
    const sink = new PointsBuilder();
    new RowDecoder(DEFAULT_MERGE).decode(rowOfText('00100000=050600@1'), BASE, sink);
    expect([...sink.timestamps.subarray(0, sink.size)]).toEqual([BASE * 1000 + 1000, BASE * 1000]);
  });
});

describe('points', () => {
  test('of one kind carry no array of kinds', () => {
    const sink = new PointsBuilder();
    sink.push(1, 1, true);
    sink.push(2, 2, true);
    expect([sink.allIntegers, sink.isInteger, sink.integers]).toEqual([true, null, null]);
    sink.truncate(0);
    sink.push(1, 1, false);
    expect([sink.allIntegers, sink.isInteger]).toEqual([false, null]);
  });

  test('of mixed kinds, growing, with an exact integer late', () => {
    const sink = new PointsBuilder(2);
    sink.push(1, 7, true);
    sink.push(2, 0.5, false);
    sink.reserve(1);
    sink.pushExact(3, 2n ** 62n + 1n);
    for (let i = 4; i < 100; i++) sink.push(i, i, i % 2 === 0);
    expect(sink.allIntegers).toBe(false);
    expect(Array.from(sink.isInteger!.subarray(0, 5))).toEqual([1, 0, 1, 1, 0]);
    expect(Array.from(sink.integers!.subarray(0, 5))).toEqual([7n, 0n, 2n ** 62n + 1n, 4n, 0n]);
    expect(sink.values[2]).toBe(2 ** 62);
    expect([sink.size, sink.integers![97], sink.timestamps[98]]).toEqual([99, 98n, 99]);
  });
});
