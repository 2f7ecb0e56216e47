import { javaBytes, uidToHex, flagsAt, readValue, type StoredRow } from '../../schema';
import { IllegalDataError } from '../../schema/errors';
import { javaDoubleToString } from '../../util/java-double';
import { cellText, type Findings } from './findings';
import { checkPoint } from './point-check';
import type { FoundPoint, SortedCells } from './sort-cells';

/** The points of one time. */
export interface Moment {
  /** Null: the append column has a point then, and that one stays. */
  readonly kept: FoundPoint | null;
  readonly surplus: readonly FoundPoint[];
}

/** How dates are printed. */
export type PrintDate = (milliseconds: number) => string;

/**
 * Puts a row's points in order of time, and of those of one millisecond chooses the one to keep. Mirrors Fsck.fsckDataPoints, which does not look into append
 * columns: queries fail on duplicates there, too.
 */
export function momentsOf(cells: SortedCells, lastWriteWins: boolean): Moment[] {
  const byTime = new Map<number, FoundPoint[]>();
  for (const point of cells.points) {
    const others = byTime.get(point.offsetMs);
    if (others === undefined) byTime.set(point.offsetMs, [point]);
    else others.push(point);
  }
  return [...byTime]
    .sort(([a], [b]) => a - b)
    .map(([time, points]) => {
      if (points.length > 1) points.sort((a, b) => a.timestamp - b.timestamp);
      if (cells.appended?.times.has(time) === true) return { kept: null, surplus: points };
      const candidates = points.length === 1 ? points : readableOf(points);
      const kept = candidates[lastWriteWins ? candidates.length - 1 : 0];
      return { kept, surplus: points.filter((point) => point !== kept) };
    });
}

/** Those of the points that a query can make something of; all of them where it can of none. The original keeps what nobody can read, too. */
function readableOf(points: readonly FoundPoint[]): readonly FoundPoint[] {
  const readable = points.filter(({ qualifier, value }) => {
    const verdict = checkPoint(qualifier, value);
    return verdict.kind !== 'bad' || verdict.repaired !== null;
  });
  return readable.length > 0 ? readable : points;
}

/** The block of lines about a time with several points. */
export function duplicatesText(
  row: StoredRow,
  baseTime: number,
  { kept, surplus }: Moment,
  { appended }: SortedCells,
  lastWriteWins: boolean,
  date: PrintDate,
  findings: Findings,
): string {
  const time = baseTime * 1000 + surplus[0].offsetMs;
  const lines = [
    `More than one column had a value for the same timestamp: (${time} - ${date(time)})`,
    `    row key: (${uidToHex(row.key)})`,
  ];
  const cell = kept?.cell ?? appended?.cell ?? 0;
  const keeps = `    write time: (${row.timestamp(cell)})  ${columnText(row, cell, kept?.compacted ?? false)} <--- keep ${lastWriteWins ? 'latest' : 'oldest'}`;
  const others = surplus.map((point) => surplusText(row, point, date, findings));
  lines.push(...(lastWriteWins ? [...others, keeps] : [keeps, ...others]));
  return `${lines.join('\n')}\n`;
}

function columnText(row: StoredRow, cell: number, compacted: boolean): string {
  return `compacted: (${compacted})  qualifier: ${javaBytes(row.qualifier(cell))}`;
}

function surplusText(row: StoredRow, point: FoundPoint, date: PrintDate, { log }: Findings): string {
  const { cell, compacted, timestamp, qualifier, value } = point;
  let number = '';
  try {
    number = javaDoubleToString(Number(readValue(value, 0, flagsAt(qualifier, 0))));
  } catch (error) {
    if (!(error instanceof IllegalDataError)) throw error;
    log.error(`Unexpected exception processing DP: ${cellText(row, cell)}`);
  }
  return `    write time: (${timestamp} - ${date(timestamp)})  ${columnText(row, cell, compacted)} value: ${number}`;
}
