import type { Series } from '../api/series';
import { showTime } from '../lib/times';
import type { GraphState } from '../state/graph-state';
import { axisNumber } from './chart-axes';
import { isRight } from './chart-options';
import type { PlotBox } from './plot-box';
import { useCursor, type CursorStore } from './cursor-store';
import { nearness, valueNear } from './summary';

/** More would hide the graph; the legend has them all. */
const MOST = 12;

interface TooltipProps {
  cursor: CursorStore;
  series: readonly Series[];
  colours: readonly string[];
  graph: GraphState;
  zone: string;
  box: PlotBox;
}

/** The values of all series at the pointer, the largest first. */
export function Tooltip({ cursor: store, series, colours, graph, zone, box }: TooltipProps) {
  const cursor = useCursor(store);
  if (cursor === null) return null;
  const within = nearness(box.to - box.from);
  const rows = series
    .map((one, i) => ({ one, i, value: valueNear(one, cursor.time, within) }))
    .filter(({ value }) => !Number.isNaN(value))
    .sort((a, b) => b.value - a.value);
  const focusedAt = rows.findIndex(({ i }) => i === cursor.focused);
  // the line under the pointer is always among them
  const first = Math.max(0, Math.min(rows.length - MOST, focusedAt - MOST / 2));
  const onLeft = cursor.left > box.width / 2;
  const at = onLeft ? { right: `calc(100% - ${box.left + cursor.left - 14}px)` } : { left: `${box.left + cursor.left + 14}px` };
  return (
    <div class="tooltip" style={{ ...at, top: `${box.top + 8}px` }} role="status">
      <p>{showTime(cursor.time, zone)}</p>
      <table>
        <tbody>
          {rows.slice(first, first + MOST).map(({ one, i, value }) => (
            <tr key={one.id} class={i === cursor.focused ? 'focused' : ''}>
              <td>
                <span class="swatch" style={{ background: colours[i] }} />
                {one.name}
              </td>
              <td class="number">{axisNumber(isRight(graph, one) ? graph.y2 : graph.y, value)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length > MOST && <p class="more">{rows.length - MOST} more in the legend</p>}
    </div>
  );
}
