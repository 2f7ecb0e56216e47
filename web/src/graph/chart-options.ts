import uPlot from 'uplot';
import type { Series } from '../api/series';
import { translucent } from './colours';
import type { SeriesStyle } from '../../../src/chart/description';
import type { GraphState } from '../state/graph-state';
import { timeAxis, valueAxis, valueScale, type Look } from './chart-axes';

/** How wide the circles of a style are. */
const POINT_SIZES: Readonly<Record<SeriesStyle, number>> = { linespoint: 5, lines: 0, stacked: 0, points: 5, circles: 9, dots: 2.5 };

export interface ChartInput {
  readonly graph: GraphState;
  /** Those that are shown. */
  readonly series: readonly Series[];
  readonly colours: readonly string[];
  readonly zone: string;
  /** Milliseconds; null: by the points. */
  readonly from: number | null;
  readonly to: number | null;
}

export interface ChartEvents {
  onZoom(from: number, to: number): void;
  /** The pointer is at a time (milliseconds), near a line perhaps; null: it has left. */
  onCursor(cursor: { time: number; left: number; top: number; focused: number | null } | null): void;
  /** The plot was laid out and drawn anew. */
  onDraw(plot: uPlot): void;
}

export const isRight = (graph: GraphState, { tab }: Series): boolean => tab !== null && graph.metrics[tab]?.rightAxis === true;

export function chartOptions(input: ChartInput, look: Look, size: { width: number; height: number }, events: ChartEvents): uPlot.Options {
  const { graph, series, colours, zone, from, to } = input;
  const right = series.some((one) => isRight(graph, one));
  const left = !right || series.some((one) => !isRight(graph, one));
  return {
    ...size,
    ms: 1,
    tzDate: (ms) => (zone === '' ? new Date(ms) : uPlot.tzDate(new Date(ms), zone)),
    padding: [12, right ? 4 : 16, 0, 4],
    legend: { show: false },
    cursor: {
      drag: { x: true, y: false, setScale: false, dist: 4 },
      focus: { prox: 24 },
      points: { size: 7 },
    },
    focus: { alpha: 0.35 },
    scales: {
      x: { time: true, range: (_u, low, high): uPlot.Range.MinMax => timeRange(from ?? low, to ?? high) },
      y: valueScale(graph.y, graph.style === 'stacked'),
      ...(right ? { y2: valueScale(graph.y2, graph.style === 'stacked') } : {}),
    },
    axes: [
      timeAxis(graph.xformat, zone, look),
      ...(left ? [valueAxis(graph.y, 'y', look, true)] : []),
      ...(right ? [valueAxis(graph.y2, 'y2', look, !left)] : []),
    ],
    series: [{}, ...series.map((one, i) => lineOf(graph, one, colours[i]))],
    ...(graph.style === 'stacked' ? { bands: bandsOf(graph, series) } : {}),
    hooks: {
      draw: [(u) => events.onDraw(u)],
      setSelect: [
        (u) => {
          const { left, width } = u.select;
          if (width < 4) return;
          u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
          events.onZoom(u.posToVal(left, 'x'), u.posToVal(left + width, 'x'));
        },
      ],
      setCursor: [(u) => tellCursor(u, events, focusedOf(u))],
      setSeries: [(u, index) => tellCursor(u, events, index === null || index === undefined || index < 1 ? null : index - 1)],
    },
  };
}

const focused = new WeakMap<uPlot, number | null>();
const focusedOf = (u: uPlot): number | null => focused.get(u) ?? null;

function tellCursor(u: uPlot, events: ChartEvents, series: number | null): void {
  focused.set(u, series);
  const { left = -10, top = -10, idx } = u.cursor;
  const time = idx === null || idx === undefined ? undefined : u.data[0][idx];
  if (left < 0 || time === undefined) events.onCursor(null);
  else events.onCursor({ time, left, top, focused: series });
}

/** Something to see even when there are no points, or all of them are at one time. */
function timeRange(low: number | null, high: number | null): uPlot.Range.MinMax {
  if (low === null || high === null) {
    const now = Date.now();
    return [now - 3_600_000, now];
  }
  return low < high ? [low, high] : [low - 30_000, low + 30_000];
}

function lineOf(graph: GraphState, series: Series, colour: string): uPlot.Series {
  const { style, smooth } = graph;
  const drawsLine = style === 'linespoint' || style === 'lines' || style === 'stacked';
  const { linear, spline, points } = uPlot.paths;
  const single = series.times.length < 2;
  return {
    label: series.name,
    scale: isRight(graph, series) ? 'y2' : 'y',
    stroke: colour,
    width: 1.5,
    paths: drawsLine ? (smooth !== '' ? spline?.() : linear?.()) : points?.(),
    ...(style === 'stacked' ? { fill: translucent(colour) } : {}),
    points: {
      size: POINT_SIZES[style] || 5,
      ...(style === 'dots' || style === 'points' ? { fill: colour } : {}),
      ...showPoints(style, single),
    },
  };
}

/** Lines have points where there is room for them, or never; a single point is always shown: no line would be. */
function showPoints(style: SeriesStyle, single: boolean): uPlot.Series.Points {
  if (style === 'linespoint' && !single) return {};
  return { show: single || (style !== 'lines' && style !== 'stacked') };
}

/** What is filled between: each line and the one below it on the same axis. */
function bandsOf(graph: GraphState, series: readonly Series[]): uPlot.Band[] {
  return series.flatMap((one, i) => {
    const below = series.slice(0, i).findLastIndex((other) => isRight(graph, other) === isRight(graph, one));
    return below < 0 ? [] : [{ series: [i + 1, below + 1] as [number, number] }];
  });
}
