import type { Series } from '../api/series';
import { showTime } from './times';

export interface Grid {
  /** Milliseconds, ascending. */
  readonly times: Float64Array;
  /** By series, then by time; null: no point. NaN: a point without a value. */
  readonly columns: readonly (readonly (number | null)[])[];
}

/** All series side by side, a row for each time that one of them has. */
export function gridOf(series: readonly Series[]): Grid {
  const times = allTimes(series);
  const columns = series.map((one) => {
    const column = new Array<number | null>(times.length).fill(null);
    let row = 0;
    one.times.forEach((time, i) => {
      while (times[row] < time) row++;
      column[row] = one.values[i];
    });
    return column;
  });
  return { times, columns };
}

function allTimes(series: readonly Series[]): Float64Array {
  const joined = new Float64Array(series.reduce((total, { times }) => total + times.length, 0));
  let length = 0;
  for (const { times } of series) {
    joined.set(times, length);
    length += times.length;
  }
  return joined.sort().filter((time, i) => i === 0 || time !== joined[i - 1]);
}

/**
 * A field of a CSV file. Spreadsheets run what begins as a formula, so such a text gets an apostrophe in front: names come from whoever
 * writes points.
 */
function csvField(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replace(/"/g, '""')}"` : safe;
}

/** Time in milliseconds, time in a zone, then a column for each series. */
export function csvOf(series: readonly Series[], zone: string): string {
  const { times, columns } = gridOf(series);
  const head = ['timestamp_ms', 'time', ...series.map(({ name }) => name)].map(csvField).join(',');
  const lines = Array.from(times, (time, row) =>
    [String(time), showTime(time, zone), ...columns.map((column) => numberField(column[row]))].join(','),
  );
  return `${[head, ...lines].join('\r\n')}\r\n`;
}

const numberField = (value: number | null): string => (value === null ? '' : String(value));
