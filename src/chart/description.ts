// A chart as data: what is drawn, and how. Made from an answer to a query and typed options: the server draws it to PNG and SVG, the page interactively. It
// imports nothing, so that the page can take it as it is. Texts are as they were stored: whoever draws them escapes them.

export interface ChartDescription {
  /** Of the whole picture, in pixels. A page that fills its window has its own. */
  readonly size: { readonly width: number; readonly height: number };
  readonly title: string | null;
  readonly time: TimeAxis;
  readonly left: ValueAxis;
  /** Shown when a series is on it. */
  readonly right: ValueAxis;
  /** In the order of the legend. */
  readonly series: readonly ChartSeries[];
  readonly style: SeriesStyle;
  readonly smoothing: Smoothing;
  /** Null: none. */
  readonly legend: Legend | null;
  readonly colors: ChartColors;
  readonly annotations: readonly ChartAnnotation[];
  /** A line under the title that says what is not as it was asked for, such as series that are left out. */
  readonly notice: string | null;
}

export interface TimeAxis {
  /** Milliseconds since the epoch; what is drawn has no part outside. */
  readonly from: number;
  /** Milliseconds since the epoch, later than `from`. */
  readonly to: number;
  /** The IANA name of the zone whose clocks the labels show. */
  readonly zone: string;
  /** A format of `format/time-format.ts`. Null: by the span, as `defaultTimeFormat` has it. */
  readonly format: string | null;
}

export interface ValueAxis {
  readonly label: string | null;
  /** Null: what the series need. */
  readonly min: number | null;
  /** Null: what the series need. Less than `min`: the axis goes downwards. */
  readonly max: number | null;
  /** Logarithmic to base 10; values that are not positive are not drawn. */
  readonly log: boolean;
  /** A format of `format/number-format.ts`. Null: as few digits as tell the labels apart. */
  readonly format: string | null;
}

export interface ChartSeries {
  /** As the legend shows it: `metric{tag=value, tag=value}`. */
  readonly name: string;
  readonly axis: 'left' | 'right';
  /** Milliseconds since the epoch, ascending. */
  readonly times: Float64Array;
  /** As many as `times`. Those that are not finite are gaps. */
  readonly values: Float64Array;
}

/** `stacked`: areas, each on top of the one before it on the same axis, at times that any of them has. */
export const SERIES_STYLES = ['linespoint', 'lines', 'points', 'circles', 'dots', 'stacked'] as const;
export type SeriesStyle = (typeof SERIES_STYLES)[number];

/** What is drawn instead of the points themselves; gnuplot's words for it, and `none`. */
export const SMOOTHINGS = [
  'none',
  'unique',
  'frequency',
  'fnormal',
  'cumulative',
  'cnormal',
  'bins',
  'csplines',
  'acsplines',
  'mcsplines',
  'bezier',
  'sbezier',
  'unwrap',
  'zsort',
] as const;
export type Smoothing = (typeof SMOOTHINGS)[number];

export interface Legend {
  /** `inside`: over the plot; `outside`: in the margin that `horizontal` and `vertical` name, which gets as wide as it needs. */
  readonly place: 'inside' | 'outside';
  readonly horizontal: 'left' | 'center' | 'right';
  readonly vertical: 'top' | 'center' | 'bottom';
  /** One entry below the other, or beside it. */
  readonly layout: 'vertical' | 'horizontal';
  readonly box: boolean;
  /** The sample of the line stands left of its name. */
  readonly reverse: boolean;
  /** The last series first. */
  readonly invert: boolean;
}

export interface ChartColors {
  /** `#rrggbb`; null: what is behind the picture shows. */
  readonly background: string | null;
  /** `#rrggbb`: axes and text. */
  readonly foreground: string;
}

export interface ChartAnnotation {
  /** Milliseconds since the epoch. */
  readonly start: number;
  /** Milliseconds since the epoch; null: of a moment. */
  readonly end: number | null;
  readonly text: string;
}

/** Colours of the series, `#rrggbb`, by their number; after the last the first comes again. Told apart on white and on dark, also by colour-blind people. */
export const SERIES_COLORS: readonly string[] = [
  '#3b6fd4',
  '#d9541e',
  '#2f9e44',
  '#9c36b5',
  '#e0a100',
  '#0c9aa8',
  '#d6336c',
  '#7a8b1f',
  '#6741d9',
  '#8d5524',
  '#4dabf7',
  '#ff922b',
  '#69db7c',
  '#da77f2',
  '#868e96',
  '#087f5b',
];

export const DEFAULT_COLORS: ChartColors = { background: '#ffffff', foreground: '#000000' };
export const DEFAULT_LEGEND: Legend = {
  place: 'inside',
  horizontal: 'right',
  vertical: 'top',
  layout: 'vertical',
  box: true,
  reverse: false,
  invert: false,
};
export const PLAIN_AXIS: ValueAxis = { label: null, min: null, max: null, log: false, format: null };

/** Where the original changes the format of time labels: for spans below so many seconds. */
const FORMATS_BY_SPAN: readonly (readonly [seconds: number, format: string])[] = [
  [2100, '%H:%M:%S'],
  [86_400, '%H:%M'],
  [604_800, '%a %H:%M'],
  [1_209_600, '%a %d %H:%M'],
  [7_776_000, '%b %d'],
  [Infinity, '%Y/%m/%d'],
];

/** The format of time labels for a span of so many milliseconds. Mirrors Plot.xFormat. */
export function defaultTimeFormat(spanMs: number): string {
  const seconds = Math.floor(spanMs / 1000);
  return FORMATS_BY_SPAN.find(([below]) => seconds < below)?.[1] ?? '%Y/%m/%d';
}
