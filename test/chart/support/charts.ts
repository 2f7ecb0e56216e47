import {
  DEFAULT_COLORS,
  DEFAULT_LEGEND,
  PLAIN_AXIS,
  SMOOTHINGS,
  type ChartDescription,
  type ChartSeries,
  type Legend,
} from '../../../src/chart';

const START = Date.UTC(2023, 10, 14, 22);
const HOUR = 3_600_000;

export function series(
  name: string,
  size: number,
  value: (i: number) => number,
  more: Partial<ChartSeries> & { every?: number } = {},
): ChartSeries {
  const every = more.every ?? HOUR / size;
  return {
    name,
    axis: more.axis ?? 'left',
    times: Float64Array.from({ length: size }, (_none, i) => START + i * every),
    values: Float64Array.from({ length: size }, (_none, i) => value(i)),
  };
}

export function chart(more: Partial<ChartDescription> = {}): ChartDescription {
  return {
    size: { width: 400, height: 240 },
    title: null,
    time: { from: START, to: START + HOUR, zone: 'UTC', format: null },
    left: PLAIN_AXIS,
    right: PLAIN_AXIS,
    series: [],
    style: 'linespoint',
    smoothing: 'none',
    legend: null,
    colors: DEFAULT_COLORS,
    annotations: [],
    notice: null,
    ...more,
  };
}

const waves = [0, 1, 2].map((n) => series(`load{host=web0${n}}`, 40, (i) => 50 + 40 * Math.sin(i / 6 + n)));
const dense = series('dense', 50_000, (i) => Math.sin(i / 2000) * 10 + (i === 30_000 ? 40 : 0));
const gaps = series('gaps', 60, (i) => (i % 20 > 14 ? NaN : i));
const legend = (more: Partial<Legend>): Legend => ({ ...DEFAULT_LEGEND, ...more });
const { from, to } = chart().time;
const all = (value: number[]): Partial<ChartDescription> => ({ series: value.map((v) => series(`s${v}`, 30, (i) => v * (i + 1))) });

/** Each kind of chart, by the name of its kept picture. */
export const CHARTS: Readonly<Record<string, ChartDescription>> = {
  nothing: chart({ title: 'Nothing', legend: DEFAULT_LEGEND }),
  linespoint: chart({ series: waves, legend: DEFAULT_LEGEND, title: 'Load of some machines' }),
  lines: chart({ series: waves, style: 'lines' }),
  points: chart({
    series: [...waves, ...waves.map((one, n) => ({ ...one, values: one.values.map((v) => v / 2 + n) }))],
    style: 'points',
    legend: legend({ horizontal: 'left' }),
  }),
  circles: chart({ series: waves, style: 'circles' }),
  dots: chart({ series: [dense], style: 'dots' }),
  stacked: chart({ series: waves, style: 'stacked', legend: legend({ place: 'outside' }) }),
  dense: chart({ series: [dense] }),
  gaps: chart({ series: [gaps], style: 'lines' }),
  'two-axes': chart({
    series: [waves[0], series('bytes', 40, (i) => 2 ** (i / 1.5), { axis: 'right' })],
    left: { ...PLAIN_AXIS, label: 'percent', min: 0, max: 100 },
    right: { ...PLAIN_AXIS, label: 'bytes', format: '%.0s%cB' },
  }),
  log: chart({ series: [series('log', 40, (i) => 10 ** (i / 8))], left: { ...PLAIN_AXIS, log: true } }),
  downwards: chart({ series: [waves[0]], left: { ...PLAIN_AXIS, min: 100, max: 0 } }),
  clipped: chart({ series: waves, left: { ...PLAIN_AXIS, min: 40, max: 60 } }),
  dark: chart({ series: waves, colors: { background: '#202020', foreground: '#e0e0e0' }, legend: DEFAULT_LEGEND }),
  transparent: chart({ series: waves, colors: { background: null, foreground: '#000000' } }),
  zone: chart({ series: [waves[0]], time: { from, to, zone: 'Asia/Kolkata', format: '%d %b %R %z' } }),
  annotations: chart({
    series: [waves[0]],
    annotations: [
      { start: from + 600_000, end: from + 1_500_000, text: 'deploy <1.2> & "more"' },
      { start: from + 1_200_000, end: null, text: 'restart' },
      { start: from - HOUR, end: to + HOUR, text: '' },
    ],
  }),
  notice: chart({ series: waves, title: 'Title', notice: 'The 3 of 10000 series with the greatest values' }),
  'many-names': chart({ ...all(Array.from({ length: 90 }, (_none, i) => i)), legend: legend({ place: 'outside' }) }),
  letters: chart({ title: 'äöü ÅÉÎ Ωμπ Жлоб ½ → ☃ 漢', left: { ...PLAIN_AXIS, label: 'größe' } }),
  'legend-below': chart({
    series: waves,
    legend: legend({ place: 'outside', horizontal: 'center', vertical: 'bottom', layout: 'horizontal' }),
  }),
  'legend-above': chart({ series: waves, legend: legend({ place: 'outside', horizontal: 'center', vertical: 'top', box: false }) }),
  'legend-left': chart({ series: waves, legend: legend({ place: 'outside', horizontal: 'left', reverse: true, invert: true }) }),
  'legend-middle': chart({ series: waves, legend: legend({ horizontal: 'center', vertical: 'center' }) }),
  'legend-bottom': chart({ series: waves, legend: legend({ horizontal: 'left', vertical: 'bottom', layout: 'horizontal' }) }),
  ...Object.fromEntries(
    SMOOTHINGS.filter((smoothing) => smoothing !== 'none').map((smoothing) => [
      `smooth-${smoothing}`,
      chart({ series: [series('s', 12, (i) => (i * 7) % 5)], smoothing, style: 'lines', size: { width: 200, height: 120 } }),
    ]),
  ),
};
