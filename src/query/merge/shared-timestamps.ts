import { integerAt, type Series } from '../series/series';
import type { Columns } from './grid-merge';

/** Columns of series that share their timestamps. */
export class SharedTimestamps implements Columns {
  readonly rows: number;
  readonly timestamps: Float64Array;
  readonly exact: Columns['exact'];
  private readonly size: number;
  /** 1 where all points of a column are integers; null: `allIntegers` holds for all columns. */
  private readonly integerColumns: Uint8Array | null;
  private readonly allIntegers: boolean;

  readonly plain: readonly Series[];

  constructor(private readonly series: readonly Series[]) {
    this.plain = series;
    this.rows = series.length;
    this.timestamps = series[0].timestamps;
    this.size = series[0].size;
    this.allIntegers = series.every((s) => s.isInteger === null && s.allIntegers);
    const noIntegers = series.some((s) => s.isInteger === null && !s.allIntegers);
    this.integerColumns = this.allIntegers || noIntegers ? null : integerColumns(series, this.size);
    const unsafe = !noIntegers && series.some((s) => s.integers !== null);
    this.exact = unsafe ? (column, into) => series.forEach((s, i) => (into[i] = integerAt(s, column))) : null;
  }

  transpose(from: number, to: number, block: Float64Array): void {
    const { series, rows } = this;
    for (let i = 0; i < rows; i++) {
      const { values } = series[i];
      for (let column = from, at = i; column < to; column++, at += rows) block[at] = values[column];
    }
  }

  isInteger(column: number): boolean {
    const flags = this.integerColumns;
    if (flags === null) return this.allIntegers;
    return flags[column] === 1 && (column + 1 === this.size || flags[column + 1] === 1);
  }
}

function integerColumns(series: readonly Series[], size: number): Uint8Array {
  const flags = new Uint8Array(size).fill(1);
  for (const { isInteger } of series) {
    if (isInteger !== null) for (let i = 0; i < size; i++) flags[i] &= isInteger[i];
  }
  return flags;
}

/** Whether all series have points at the same times. */
export function shareTimestamps(series: readonly Series[]): boolean {
  const [first] = series;
  const bytes = bytesOf(first);
  return series.every((s) => s === first || (s.size === first.size && (s.timestamps === first.timestamps || bytesOf(s).equals(bytes))));
}

function bytesOf({ timestamps, size }: Series): Buffer {
  return Buffer.from(timestamps.buffer, timestamps.byteOffset, size * 8);
}
