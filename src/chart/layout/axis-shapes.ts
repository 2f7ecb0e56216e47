import type { Scale } from '../axis/scale';
import type { ValueTicks } from '../axis/value-axis';
import type { ValueAxis } from '../description';
import type { Frame, MeasureText, Shape, Text } from '../scene';
import { GAP, HALF_LETTER, LINE_HEIGHT, TEXT, TICK } from './style';

/** Colours of an axis. */
export interface AxisColors {
  readonly foreground: string;
  readonly grid: string;
}

/** Labels of an axis of values, ticks, and the grid when it has one. */
export function valueAxisShapes(
  axis: ValueAxis,
  ticks: ValueTicks,
  scale: Scale,
  plot: Frame,
  side: 'left' | 'right',
  grid: boolean,
  colors: AxisColors,
  labelX: number,
): Shape[] {
  const shapes: Shape[] = [];
  const edge = side === 'left' ? plot.left : plot.right;
  const labels: Shape[] = [];
  for (const { value, label } of ticks.ticks) {
    const y = Math.round(scale(value));
    if (!(y >= plot.top && y <= plot.bottom)) continue;
    if (grid && y > plot.top && y < plot.bottom) shapes.push(box(plot.left, y, plot.right - plot.left, 1, colors.grid));
    labels.push(box(side === 'left' ? edge : edge - TICK, y, TICK, 1, colors.foreground));
    const anchor = side === 'left' ? 'end' : 'start';
    labels.push(text(label, side === 'left' ? edge - GAP : edge + GAP, y + HALF_LETTER, anchor, colors.foreground));
  }
  if (axis.label !== null)
    labels.push({ ...text(axis.label, labelX, (plot.top + plot.bottom) / 2, 'middle', colors.foreground), upwards: true });
  return [...shapes, ...labels];
}

/** Pixels that the widest label of an axis takes. */
export const labelsWidth = (ticks: ValueTicks, measure: MeasureText): number =>
  Math.ceil(Math.max(0, ...ticks.ticks.map(({ label }) => measure(label, TEXT.label))));

/**
 * @param times of the labels, in milliseconds
 * @param print what they say
 * @param place the middle of a label that is wanted at `x`, inside the picture
 */
export function timeAxisShapes(
  times: readonly number[],
  print: (time: number) => string,
  scale: Scale,
  plot: Frame,
  colors: AxisColors,
  place: (label: string, x: number) => number,
): Shape[] {
  return times.flatMap((time) => {
    const x = Math.round(scale(time));
    const label = print(time);
    const grid = x > plot.left && x < plot.right - 1 ? [box(x, plot.top, 1, plot.bottom - plot.top, colors.grid)] : [];
    return [
      ...grid,
      box(x, plot.bottom - TICK, 1, TICK, colors.foreground),
      text(label, place(label, x), plot.bottom + LINE_HEIGHT, 'middle', colors.foreground),
    ];
  });
}

/** The four edges of the plot. */
export function frameShapes({ left, top, right, bottom }: Frame, color: string): Shape[] {
  return [
    box(left, top, right - left + 1, 1, color),
    box(left, bottom, right - left + 1, 1, color),
    box(left, top, 1, bottom - top + 1, color),
    box(right, top, 1, bottom - top + 1, color),
  ];
}

export const box = (x: number, y: number, width: number, height: number, color: string): Shape => ({
  kind: 'box',
  x,
  y,
  width,
  height,
  color,
});

export const text = (content: string, x: number, y: number, anchor: Text['anchor'], color: string, size: number = TEXT.label): Text => ({
  kind: 'text',
  x,
  y,
  text: content,
  size,
  anchor,
  upwards: false,
  color,
});
