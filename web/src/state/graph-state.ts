import type { SeriesStyle } from '../../../src/chart/description';
import { DEFAULT_KEY, type KeyPlace } from './key-place';
import { EMPTY_METRIC, isAsked, type MetricQuery } from './metric-query';

/** All that a graph depends on, and all that its address says. */
export interface GraphState {
  /** In any of the API's forms: `1h-ago`, `2013/01/01-00:00:00`, seconds, milliseconds. */
  readonly start: string;
  /** Empty: now. */
  readonly end: string;
  /** Empty: the browser's for what is shown, the TSD's for dates that are asked for. */
  readonly tz: string;
  /** One or more. */
  readonly metrics: readonly MetricQuery[];
  /** Which of the metrics' tabs is open. */
  readonly open: number;
  /** Graphite's functions, for /api/query/gexp. */
  readonly functions: readonly string[];
  /** Arithmetic over the letters of the metric tabs, for /api/query/exp. */
  readonly formulas: readonly string[];
  readonly y: Axis;
  readonly y2: Axis;
  /** gnuplot's form of times on the x axis; empty: by the span. */
  readonly xformat: string;
  readonly title: string;
  readonly key: KeyPlace;
  readonly style: SeriesStyle;
  /** gnuplot's word for it, drawn as a spline whatever it is; empty: straight lines. */
  readonly smooth: string;
  /** `WIDTHxHEIGHT`; empty: what the window has room for. */
  readonly size: string;
  /** Seconds; null: off. */
  readonly autoreload: number | null;
  readonly globalAnnotations: boolean;
  readonly noAnnotations: boolean;
  readonly view: View;
  /** Parameters that this page does not know; they stay in the address. */
  readonly rest: readonly (readonly [name: string, value: string])[];
}

export interface Axis {
  readonly label: string;
  /** gnuplot's form of numbers, such as `%.2f` or `%.0s%c`; empty: short numbers. */
  readonly format: string;
  /** `[min:max]`, either may be missing; empty: by the values. */
  readonly range: string;
  readonly log: boolean;
}

export type View = 'graph' | 'table';

export const LEAST_AUTORELOAD = 5;
export const FIRST_AUTORELOAD = 15;

export const EMPTY_AXIS: Axis = { label: '', format: '', range: '', log: false };

export const EMPTY_GRAPH: GraphState = {
  start: '1h-ago',
  end: '',
  tz: '',
  metrics: [EMPTY_METRIC],
  open: 0,
  functions: [],
  formulas: [],
  y: EMPTY_AXIS,
  y2: EMPTY_AXIS,
  xformat: '',
  title: '',
  key: DEFAULT_KEY,
  style: 'linespoint',
  smooth: '',
  size: '',
  autoreload: null,
  globalAnnotations: false,
  noAnnotations: false,
  view: 'graph',
  rest: [],
};

/** Whether there is anything to draw. */
export const hasQuestion = ({ metrics, functions }: GraphState): boolean => metrics.some(isAsked) || functions.some((text) => text !== '');

/** The letter of a metric tab, by which formulas name it: `a` ... `z`, `aa`, ... */
export function letterOf(index: number): string {
  const rest = Math.floor(index / 26);
  return (rest > 0 ? letterOf(rest - 1) : '') + String.fromCharCode(97 + (index % 26));
}
