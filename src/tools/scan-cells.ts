import {
  baseTimeOfKey,
  columnKind,
  flagsAt,
  FLAG_FLOAT,
  isMsByte,
  javaBytes,
  offsetMsAt,
  parseAppendColumn,
  readValue,
  repairPoint,
  splitCompacted,
  type KeyLayout,
  type PointCell,
} from '../schema';
import type { Row } from '../storage';
import { javaDoubleToString } from '../util/java-double';
import { javaDate } from './java-date';

/** What a scanned row's series is called. */
export interface RowNames {
  readonly metric: string;
  /** As they are printed: `{host=web01}`, or what is wrong with them. */
  readonly shown: string;
  /** ` host=web01 dc=lga`; null: some of them can't be told. */
  readonly asImport: string | null;
}

/**
 * The points of a cell as lines of an import file; of a cell that holds none, nothing. Mirrors DumpSeries.
 * @throws IllegalDataError for a cell that can't be read
 */
export function importLines(layout: KeyLayout, row: Row, i: number, { metric, asImport }: RowNames): string {
  const points = pointsOf(row, i);
  if (points === null) return '';
  const base = baseTimeOfKey(layout, row.key);
  let lines = '';
  for (const { qualifier, value } of points) {
    const flags = flagsAt(qualifier, 0);
    const number = readValue(value, 0, flags);
    const text = (flags & FLAG_FLOAT) !== 0 ? javaDoubleToString(Number(number)) : String(number);
    lines += `${metric} ${timeOf(qualifier, base)} ${text}${asImport}\n`;
  }
  return lines;
}

/** Rows with the bytes of their cells. Mirrors DumpSeries. @throws IllegalDataError for cells that can't be read */
export class RawRows {
  /** @param timeZone of dates; null: the process's */
  constructor(
    private readonly layout: KeyLayout,
    private readonly timeZone: string | null,
  ) {}

  /** The line above a row's cells. */
  header(row: Row, { metric, shown }: RowNames): string {
    const base = baseTimeOfKey(this.layout, row.key);
    return `${javaBytes(row.key)} ${metric} ${base} (${this.date(base * 1000)}) ${shown}\n`;
  }

  /** What a cell holds: a line, or several for a cell of several points. */
  cell(row: Row, i: number): string {
    const base = baseTimeOfKey(this.layout, row.key);
    const [qualifier, value] = [row.qualifier(i), row.value(i)];
    const points = pointsOf(row, i);
    if (points === null) {
      if (columnKind(qualifier) !== 'annotation') return `  ${javaBytes(value)}\t[Not a data point]\n`;
      return this.annotation(qualifier, value, base);
    }
    const kind = columnKind(qualifier);
    if (kind === 'seconds' || kind === 'milliseconds') return `  ${this.point(points[0], base)}`;
    const lines = points.map((point) => `    ${this.point(point, base)}`);
    return `  ${javaBytes(qualifier)}\t${javaBytes(value)} = ${points.length} values:\n${lines.join('')}`;
  }

  private point({ qualifier, value }: PointCell, base: number): string {
    const offsetMs = offsetMsAt(qualifier, 0);
    const offset = isMsByte(qualifier[0]) ? offsetMs : offsetMs / 1000;
    const letter = (flagsAt(qualifier, 0) & FLAG_FLOAT) !== 0 ? 'f' : 'l';
    const date = this.date(base * 1000 + offsetMs);
    return `${javaBytes(qualifier)}\t${javaBytes(value)}\t${offset}\t${letter}\t${timeOf(qualifier, base)}\t(${date})\n`;
  }

  /** Offset and time are those that the original makes of a qualifier which it takes for a point's. */
  private annotation(qualifier: Buffer, value: Buffer, base: number): string {
    const offset = qualifier.readUInt16BE(1) >>> 4;
    const time = base * 1000 + (qualifier.readUInt16BE(0) >>> 4) * 1000;
    return `  ${javaBytes(qualifier)}\t${javaBytes(value)}\t${offset}\t${value.toString('latin1')}\t${time}\t(${this.date(time)})\n`;
  }

  private date(milliseconds: number): string {
    return javaDate(milliseconds, this.timeZone);
  }
}

/** The points of a cell; null: it holds none. */
function pointsOf(row: Row, i: number): readonly PointCell[] | null {
  const qualifier = row.qualifier(i);
  const value = row.value(i);
  switch (columnKind(qualifier)) {
    case 'seconds':
      return [repairPoint(qualifier, value)];
    case 'milliseconds':
      return [{ qualifier, value }];
    case 'compacted':
      return splitCompacted(row.key, qualifier, value, row.timestamp(i));
    case 'append':
      return parseAppendColumn(row.key, qualifier, value, row.timestamp(i)).points;
    default:
      return null;
  }
}

/** The time of a point in the unit of its qualifier. @param base seconds */
function timeOf(qualifier: Buffer, base: number): number {
  const offsetMs = offsetMsAt(qualifier, 0);
  return isMsByte(qualifier[0]) ? base * 1000 + offsetMs : base + offsetMs / 1000;
}
