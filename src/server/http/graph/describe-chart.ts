import type { ChartDescription } from '../../../chart';
import type { GraphWindow } from './freshness';
import type { GraphData } from './graph-data';
import type { GraphOptions } from './graph-options';

/** @param zone whose clocks the axis shows @param maxSeries most series that are drawn */
export function describeChart(
  options: GraphOptions,
  data: GraphData,
  window: GraphWindow,
  zone: string,
  maxSeries: number,
): ChartDescription {
  const { size, title, left, right, style, smoothing, legend, colors, timeFormat } = options;
  return {
    size,
    title,
    time: { from: window.start * 1000, to: window.end * 1000, zone, format: timeFormat },
    left,
    right,
    series: data.series,
    style,
    smoothing,
    legend,
    colors,
    annotations: data.annotations,
    notice: data.found > maxSeries ? `The ${maxSeries} of ${data.found} series with the greatest values` : null,
  };
}
