import { createScale, type Scale } from '../axis/scale';
import { timeTicks, type Clocks } from '../axis/time-ticks';
import { valueTicks, type ValueTicks } from '../axis/value-axis';
import { defaultTimeFormat, type ChartDescription, type Legend } from '../description';
import { parseTimeFormat } from '../format';
import type { Frame, MeasureText, Scene, Shape } from '../scene';
import { annotationShapes } from './annotation-shapes';
import { box, frameShapes, labelsWidth, text, timeAxisShapes, valueAxisShapes, type AxisColors } from './axis-shapes';
import { legendBlock, placeIn, shortened, type LegendBlock } from './legend-block';
import { extentOf, plottedSeries, type PlottedSeries } from './plotted-series';
import { seriesShapes } from './series-shapes';
import { GAP, LINE_HEIGHT, mix, TEXT } from './style';

/** Pixels of an axis for each label. */
const PER_VALUE_LABEL = 45;
const BETWEEN_TIME_LABELS = 24;
const GRID_SHADE = 0.13;
const SPAN_SHADE = 0.07;
const MARK_SHADE = 0.55;
/** The part of the plot that a legend in it may cover. */
const INNER_LEGEND = { width: 0.5, height: 0.6 } as const;
/** The part of the picture that an outer legend may take. */
const LEGEND_SHARE = 0.45;
/** What stays of the plot, however small the picture. */
const LEAST_PLOT = 10;

/**
 * Where everything of a chart is: title above, labels of values at the sides and of times below, the plot in what is left, and the legend in the plot or
 * beside it.
 * @param measure the widths of texts in the font that they are drawn with
 * @param clocks of the zone of the axis of time
 */
export function layoutChart(chart: ChartDescription, measure: MeasureText, clocks: Clocks): Scene {
  const { width, height } = chart.size;
  const { background, foreground } = chart.colors;
  const paper = background ?? '#ffffff';
  const colors: AxisColors = { foreground, grid: mix(paper, foreground, GRID_SHADE) };
  const spanColor = mix(paper, foreground, SPAN_SHADE);
  const head = headShapes(chart, measure);
  const page: Frame = { left: GAP, top: head.bottom + GAP, right: width - GAP, bottom: height - GAP };
  const outer = outerLegend(chart, page, measure);
  const room = outer === null ? page : outer.rest;

  const usesRight = chart.series.some(({ axis }) => axis === 'right');
  const top = Math.round(room.top + TEXT.label / 2);
  const bottom = Math.max(Math.round(room.bottom - LINE_HEIGHT - GAP), top + LEAST_PLOT);
  const wanted = Math.max(2, Math.floor((bottom - top) / PER_VALUE_LABEL));
  const series = plottedSeries(chart, Math.max(LEAST_PLOT, Math.round(room.right - room.left)));
  const leftTicks = valueTicks(chart.left, extentOf(series, 'left', chart.left.log), wanted);
  const rightTicks = usesRight ? valueTicks(chart.right, extentOf(series, 'right', chart.right.log), wanted) : null;
  const side = (ticks: ValueTicks, label: string | null): number =>
    labelsWidth(ticks, measure) + GAP + (label === null ? 0 : LINE_HEIGHT + GAP);
  const left = Math.round(room.left + side(leftTicks, chart.left.label));
  const rightMargin = rightTicks === null ? 2 * GAP : side(rightTicks, chart.right.label);
  const right = Math.max(Math.round(room.right - rightMargin), left + LEAST_PLOT);
  const plot: Frame = { left, top, right, bottom };

  const time = createScale(chart.time.from, chart.time.to, false, left, right);
  const scales = { left: valueScale(leftTicks, plot), right: valueScale(rightTicks ?? leftTicks, plot) };
  const marks = annotationShapes(chart.annotations, time, plot, measure, {
    line: mix(paper, foreground, MARK_SHADE),
    span: spanColor,
    text: foreground,
  });

  const shapes: Shape[] = [
    ...marks.behind,
    ...timeShapes(chart, clocks, time, plot, measure, colors),
    ...valueAxisShapes(chart.left, leftTicks, scales.left, plot, 'left', true, colors, room.left + TEXT.label),
    ...(rightTicks === null ? [] : valueAxisShapes(chart.right, rightTicks, scales.right, plot, 'right', false, colors, room.right - 2)),
    ...inDrawingOrder(chart, series).flatMap((index) =>
      seriesShapes(series[index], index, chart.style, time, scales[series[index].axis], inner(plot)),
    ),
    ...frameShapes(plot, foreground),
    ...marks.before,
    ...(chart.series.length === 0 ? [noData(plot, foreground)] : []),
    ...(outer === null ? innerLegend(chart, plot, measure, paper) : outer.shapes),
    ...head.shapes,
  ];
  return { width, height, background, faint: [colors.grid, spanColor], shapes };

  function valueScale(ticks: ValueTicks, { top, bottom }: Frame): Scale {
    const { log } = ticks === leftTicks ? chart.left : chart.right;
    return createScale(ticks.from, ticks.to, log, bottom, top);
  }
}

/** Inside the frame's lines. */
const inner = ({ left, top, right, bottom }: Frame): Frame => ({ left: left + 1, top: top + 1, right, bottom });

/** The topmost area of a stack first, so that the lower ones stand before it. */
const inDrawingOrder = (chart: ChartDescription, series: readonly PlottedSeries[]): number[] => {
  const order = series.map((_one, index) => index);
  return chart.style === 'stacked' ? order.reverse() : order;
};

function headShapes({ title, notice, size, colors }: ChartDescription, measure: MeasureText): { shapes: Shape[]; bottom: number } {
  const shapes: Shape[] = [];
  let bottom = 0;
  const line = (words: string, textSize: number, height: number): void => {
    bottom += height;
    const widest = ((size.width - 2 * GAP) * TEXT.label) / textSize;
    shapes.push(text(shortened(words, widest, measure), size.width / 2, bottom, 'middle', colors.foreground, textSize));
  };
  if (title !== null) line(title, TEXT.title, TEXT.title + GAP);
  if (notice !== null) line(notice, TEXT.notice, LINE_HEIGHT);
  return { shapes, bottom: bottom === 0 ? 0 : bottom + 2 };
}

function timeShapes(chart: ChartDescription, clocks: Clocks, time: Scale, plot: Frame, measure: MeasureText, colors: AxisColors): Shape[] {
  const { from, to, format } = chart.time;
  const print =
    (format === null ? null : parseTimeFormat(format)) ??
    parseTimeFormat(defaultTimeFormat(to - from)) ??
    ((utc: number): string => String(utc));
  const label = (utc: number): string => print(utc, clocks.offset(utc));
  const widest = Math.max(measure(label(from), TEXT.label), measure(label(to), TEXT.label));
  const wanted = Math.max(1, Math.floor((plot.right - plot.left) / (widest + BETWEEN_TIME_LABELS)));
  return timeAxisShapes(timeTicks(from, to, clocks, wanted), label, time, plot, colors, (words, x) => {
    const half = measure(words, TEXT.label) / 2 + 2;
    return Math.min(Math.max(x, half), chart.size.width - half);
  });
}

const noData = (plot: Frame, color: string): Shape =>
  text('No data', (plot.left + plot.right) / 2, (plot.top + plot.bottom) / 2, 'middle', color, TEXT.title);

function innerLegend(chart: ChartDescription, plot: Frame, measure: MeasureText, paper: string): Shape[] {
  if (chart.legend === null) return [];
  const frame = { left: plot.left, top: plot.top + 1, right: plot.right, bottom: plot.bottom };
  const room = { width: (plot.right - plot.left) * INNER_LEGEND.width, height: (plot.bottom - plot.top) * INNER_LEGEND.height };
  const block = legendBlock(chart, chart.legend, room, measure);
  if (block === null) return [];
  const [left, top] = placeIn(frame, block, chart.legend);
  return [box(left, top, block.width, block.height, paper), ...blockShapes(block, chart.legend, left, top, chart.colors.foreground)];
}

const blockShapes = (block: LegendBlock, legend: Legend, left: number, top: number, color: string): Shape[] => [
  ...(legend.box ? frameShapes({ left, top, right: left + block.width - 1, bottom: top + block.height - 1 }, color) : []),
  ...block.shapes(left, top),
];

interface OuterLegend {
  readonly shapes: Shape[];
  /** What the legend leaves of the page. */
  readonly rest: Frame;
}

/** A legend in the margin left or right of the plot, or, when it is to be in the middle, above or below it. */
function outerLegend(chart: ChartDescription, page: Frame, measure: MeasureText): OuterLegend | null {
  const { legend } = chart;
  if (legend === null || legend.place === 'inside') return null;
  const beside = legend.horizontal !== 'center';
  const whole = { width: page.right - page.left, height: page.bottom - page.top };
  const room = beside ? { ...whole, width: whole.width * LEGEND_SHARE } : { ...whole, height: whole.height * LEGEND_SHARE };
  const block = legendBlock(chart, beside ? legend : { ...legend, layout: 'horizontal' }, room, measure);
  if (block === null) return null;
  const [left, top] = placeIn({ ...page, left: page.left - GAP, right: page.right + GAP }, block, legend);
  const rest = { ...page };
  if (legend.horizontal === 'left') rest.left = left + block.width + GAP;
  else if (legend.horizontal === 'right') rest.right = left - GAP;
  else if (legend.vertical === 'top') rest.top = top + block.height + GAP;
  else rest.bottom = top - GAP;
  return { shapes: blockShapes(block, legend, left, top, chart.colors.foreground), rest };
}
