import { useMemo, useState } from 'preact/hooks';
import type { Series } from '../api/series';
import { fullNumber } from '../lib/numbers';
import type { GraphState } from '../state/graph-state';
import { axisNumber } from './chart-axes';
import { isRight } from './chart-options';
import { useCursor, type CursorStore } from './cursor-store';
import { nearness, summaryOf, valueNear } from './summary';

/** More rows than people read; a filter brings up the others. */
const MOST_ROWS = 200;
/** From so many on there is a filter. */
const FILTER_FROM = 10;

type Order = 'name' | 'last' | 'min' | 'max' | 'avg';
const FIGURES = ['last', 'min', 'max', 'avg'] as const;

interface LegendProps {
  series: readonly Series[];
  /** By id. */
  colours: ReadonlyMap<string, string>;
  hidden: ReadonlySet<string>;
  graph: GraphState;
  /** Milliseconds that are in sight. */
  span: number;
  cursor: CursorStore;
  onHidden(hidden: ReadonlySet<string>): void;
}

/** Names and figures of all series. A click hides or shows one, with Ctrl or Shift it leaves this one alone; the heads sort. */
export function Legend({ series, colours, hidden, graph, span, cursor: store, onHidden }: LegendProps) {
  const [order, setOrder] = useState<{ by: Order; down: boolean } | null>(null);
  const [filter, setFilter] = useState('');
  const cursor = useCursor(store);
  const rows = useMemo(() => sorted(series, order), [series, order]);
  const matching = rows.filter(({ name }) => name.toLowerCase().includes(filter.toLowerCase()));

  const toggle = (id: string, alone: boolean): void => {
    if (alone) {
      const others = series.filter((one) => one.id !== id).map((one) => one.id);
      const isAlone = !hidden.has(id) && others.every((other) => hidden.has(other));
      return onHidden(new Set(isAlone ? [] : others));
    }
    const next = new Set(hidden);
    if (!next.delete(id)) next.add(id);
    onHidden(next);
  };
  const sortBy = (by: Order): void =>
    setOrder(order?.by === by ? (order.down === (by !== 'name') ? { by, down: !order.down } : null) : { by, down: by !== 'name' });
  const sortOf = (by: Order): 'ascending' | 'descending' | 'none' => (order?.by !== by ? 'none' : order.down ? 'descending' : 'ascending');
  const head = (by: Order, text: string) => (
    <th key={by} scope="col" aria-sort={sortOf(by)} class={by === 'name' ? '' : 'number'}>
      <button type="button" onClick={() => sortBy(by)}>
        {text}
        <span aria-hidden="true">{sortOf(by) === 'none' ? '' : order?.down === true ? ' ↓' : ' ↑'}</span>
      </button>
    </th>
  );

  return (
    <div class={`legend ${graph.key.box ? 'boxed' : ''} ${graph.key.horizontal ? 'horizontal' : ''}`}>
      {(series.length > 1 || hidden.size > 0) && (
        <div class="row legend-tools">
          {series.length >= FILTER_FROM && (
            <input
              type="search"
              aria-label="Filter the legend"
              placeholder="Filter series"
              value={filter}
              onInput={({ currentTarget }) => setFilter(currentTarget.value)}
            />
          )}
          <button type="button" class="quiet" onClick={() => onHidden(new Set())} disabled={hidden.size === 0}>
            Show all
          </button>
          <button
            type="button"
            class="quiet"
            onClick={() => onHidden(new Set(series.map(({ id }) => id)))}
            disabled={hidden.size >= series.length}
          >
            Hide all
          </button>
        </div>
      )}
      <div class="scroll" tabIndex={0} role="region" aria-label="Legend">
        <table>
          <thead>
            <tr>
              {head('name', 'Series')}
              <th scope="col" class="number pointer">
                at pointer
              </th>
              {FIGURES.map((figure) => head(figure, figure))}
            </tr>
          </thead>
          <tbody>
            {matching.slice(0, MOST_ROWS).map((one) => {
              const axis = isRight(graph, one) ? graph.y2 : graph.y;
              const shown = !hidden.has(one.id);
              const summary = summaryOf(one);
              return (
                <tr key={one.id} class={shown ? '' : 'off'}>
                  <th scope="row">
                    <button
                      type="button"
                      aria-pressed={shown}
                      title="Click: hide or show. Ctrl or Shift: this one alone"
                      onClick={(event) => toggle(one.id, event.ctrlKey || event.metaKey || event.shiftKey)}
                    >
                      <span
                        class="swatch"
                        style={{ background: shown ? colours.get(one.id) : 'transparent', borderColor: colours.get(one.id) }}
                      />
                      <span class="name">{one.name}</span>
                      {isRight(graph, one) && <span class="tag">right</span>}
                    </button>
                  </th>
                  <td class="number">{cursor !== null && number(valueNear(one, cursor.time, nearness(span)), axis)}</td>
                  {FIGURES.map((figure) => (
                    <td key={figure} class="number" title={fullNumber(summary[figure])}>
                      {number(summary[figure], axis)}
                    </td>
                  ))}
                </tr>
              );
            })}
          </tbody>
        </table>
        {matching.length > MOST_ROWS && <p class="muted">{matching.length - MOST_ROWS} more; filter to see them</p>}
      </div>
    </div>
  );
}

const number = (value: number, axis: GraphState['y']): string => (Number.isNaN(value) ? '–' : axisNumber(axis, value));

function sorted(series: readonly Series[], order: { by: Order; down: boolean } | null): readonly Series[] {
  if (order === null) return series;
  const { by, down } = order;
  const compare = (a: Series, b: Series): number => {
    if (by === 'name') return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
    const [one, other] = [summaryOf(a)[by], summaryOf(b)[by]];
    // those without any value stay at the end
    if (Number.isNaN(one) || Number.isNaN(other)) return (Number(Number.isNaN(one)) - Number(Number.isNaN(other))) * (down ? -1 : 1);
    return one - other;
  };
  return [...series].sort((a, b) => compare(a, b) * (down ? -1 : 1));
}
