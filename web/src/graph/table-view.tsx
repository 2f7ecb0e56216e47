import { useMemo, useState } from 'preact/hooks';
import type { Series } from '../api/series';
import { gridOf } from '../lib/csv';
import { showTime } from '../lib/times';

const ROWS = 100;
/** More columns than people look through; a browser takes seconds for thousands of them. */
const MOST_COLUMNS = 100;

/** The points of all series as a table, the newest first, a page at a time. */
export function TableView({ series: all, zone }: { series: readonly Series[]; zone: string }) {
  const series = useMemo(() => all.slice(0, MOST_COLUMNS), [all]);
  const { times, columns } = useMemo(() => gridOf(series), [series]);
  const [page, setPage] = useState(0);
  const pages = Math.max(1, Math.ceil(times.length / ROWS));
  const at = Math.min(page, pages - 1);
  const rows = Array.from({ length: Math.min(ROWS, times.length - at * ROWS) }, (_, i) => times.length - 1 - at * ROWS - i);
  return (
    <div class="table-view">
      <div class="scroll" tabIndex={0} role="region" aria-label="Points">
        <table class="grid">
          <thead>
            <tr>
              <th scope="col">Time</th>
              {series.map(({ id, name }) => (
                <th key={id} scope="col" class="number">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={times[row]}>
                <th scope="row">{showTime(times[row], zone)}</th>
                {columns.map((column, i) => (
                  <td key={series[i].id} class="number">
                    {valueText(column[row])}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {all.length > MOST_COLUMNS && (
        <p class="muted">
          These are the first {MOST_COLUMNS} of {all.length} series. CSV has all.
        </p>
      )}
      {pages > 1 && (
        <div class="row">
          <button type="button" disabled={at === 0} onClick={() => setPage(at - 1)}>
            Newer
          </button>
          <span class="muted">
            Page {at + 1} of {pages}
          </span>
          <button type="button" disabled={at >= pages - 1} onClick={() => setPage(at + 1)}>
            Older
          </button>
        </div>
      )}
    </div>
  );
}

const valueText = (value: number | null): string => (value === null ? '' : Number.isNaN(value) ? 'NaN' : String(value));
