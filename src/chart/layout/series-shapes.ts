import { SERIES_COLORS, type SeriesStyle } from '../description';
import { MARKS, type Frame, type Mark, type Shape } from '../scene';
import type { Scale } from '../axis/scale';
import type { PlottedSeries } from './plotted-series';

const LINE_WIDTH = 1.2;
const RADIUS = { points: 3, circles: 4, linespoint: 2.5, dots: 0.5 } as const;
/** Marks on a line are drawn where they have about so many pixels each; where points are denser they would hide the line. */
const ROOM_FOR_MARK = 9;
/** What is farther outside the picture is drawn as if it were here; the numbers of pixels stay small. */
const FAR = 100_000;

const colorOf = (index: number): string => SERIES_COLORS[index % SERIES_COLORS.length];
const markOf = (index: number): Mark => MARKS[index % MARKS.length];

/** @param time to pixels @param values to pixels, of the series' axis */
export function seriesShapes(series: PlottedSeries, index: number, style: SeriesStyle, time: Scale, values: Scale, clip: Frame): Shape[] {
  const color = colorOf(index);
  const x = Float32Array.from(series.points.times, time);
  const y = pixels(series.points.values, values);
  switch (style) {
    case 'stacked': {
      const bottom = series.base === null ? y : pixels(series.base, values);
      return [{ kind: 'area', x, top: y, bottom: Float32Array.from(bottom, (at) => (Number.isNaN(at) ? clip.bottom : at)), color, clip }];
    }
    case 'points':
      return [{ kind: 'marks', x, y, mark: markOf(index), radius: RADIUS.points, color, clip }];
    case 'circles':
      return [{ kind: 'marks', x, y, mark: 'circle', radius: RADIUS.circles, color, clip }];
    case 'dots':
      return [{ kind: 'marks', x, y, mark: 'dot', radius: RADIUS.dots, color, clip }];
    case 'lines':
      return [{ kind: 'line', x, y, width: LINE_WIDTH, color, clip }];
    case 'linespoint': {
      const line: Shape = { kind: 'line', x, y, width: LINE_WIDTH, color, clip };
      const room = x.length > 1 ? (x[x.length - 1] - x[0]) / (x.length - 1) : Infinity;
      return room < ROOM_FOR_MARK ? [line] : [line, { kind: 'marks', x, y, mark: markOf(index), radius: RADIUS.linespoint, color, clip }];
    }
  }
}

const pixels = (values: Float64Array, scale: Scale): Float32Array =>
  Float32Array.from(values, (value) => Math.min(Math.max(scale(value), -FAR), FAR));

/** A piece of the series as the legend shows it, in a box of so many pixels. */
export function sampleShapes(index: number, style: SeriesStyle, left: number, middle: number, width: number): Shape[] {
  const color = colorOf(index);
  if (style === 'stacked') return [{ kind: 'box', x: left, y: middle - 4, width, height: 8, color }];
  const clip: Frame = { left: left - 1, top: middle - 8, right: left + width + 1, bottom: middle + 8 };
  const shapes: Shape[] = [];
  if (style === 'lines' || style === 'linespoint') {
    shapes.push({
      kind: 'line',
      x: Float32Array.of(left, left + width),
      y: Float32Array.of(middle + 0.5, middle + 0.5),
      width: 1.6,
      color,
      clip,
    });
  }
  if (style !== 'lines') {
    const mark: Mark = style === 'circles' ? 'circle' : style === 'dots' ? 'dot' : markOf(index);
    shapes.push({
      kind: 'marks',
      x: Float32Array.of(left + width / 2),
      y: Float32Array.of(middle + 0.5),
      mark,
      radius: RADIUS[style],
      color,
      clip,
    });
  }
  return shapes;
}
