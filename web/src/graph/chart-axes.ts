import uPlot from 'uplot';
import { parseNumberFormat, type NumberFormat } from '../../../src/chart/format';
import { shortNumber } from '../lib/numbers';
import { timePrinter } from '../lib/time-labels';
import type { Axis } from '../state/graph-state';
import { parseRange } from '../state/range';

const SECOND = 1000;
const DAY = 86_400_000;
/** What a logarithmic axis without any value shows. */
const EMPTY_LOG: uPlot.Range.MinMax = [1, 10];

export interface Look {
  readonly text: string;
  readonly grid: string;
  readonly font: string;
}

/** uPlot's numbers for a linear and a logarithmic scale, and for the sides of the plot. */
const LINEAR = 1;
const LOGARITHMIC = 3;
const RIGHT = 1;
const LEFT = 3;

/** The colours and the font of the page at this moment. */
export function lookOf(element: Element): Look {
  const style = getComputedStyle(element);
  return { text: style.getPropertyValue('--muted'), grid: style.getPropertyValue('--grid'), font: `12px ${style.fontFamily}` };
}

/**
 * The scale of a value axis: by its range as far as that says, by the values otherwise. `[10:0]` goes downwards.
 * @param areas are drawn from 0 on, which has to be in sight
 */
export function valueScale({ range, log }: Axis, areas: boolean): uPlot.Scale {
  const asked = parseRange(range);
  const ends = [asked?.min ?? null, asked?.max ?? null] as const;
  const downwards = ends[0] !== null && ends[1] !== null && ends[0] > ends[1];
  const [low, high] = downwards ? [ends[1], ends[0]] : ends;
  return {
    distr: log ? LOGARITHMIC : LINEAR,
    dir: downwards ? -1 : 1,
    range: (_u, least, most): uPlot.Range.MinMax => {
      const [min, max] = byValues(least !== null && areas && !log ? Math.min(0, least) : least, most, log);
      const from = low ?? min;
      const to = high ?? max;
      if (log && (from === null || from <= 0)) return [Math.min(min ?? 1, (to ?? 10) / 10), Math.max(to ?? 10, Number.MIN_VALUE)];
      return from !== null && to !== null && from >= to ? [from, from + 1] : [from, to];
    },
  };
}

function byValues(low: number | null, high: number | null, log: boolean): uPlot.Range.MinMax {
  if (low === null || high === null) return log ? EMPTY_LOG : [0, 1];
  return log ? uPlot.rangeLog(low, high, 10, false) : uPlot.rangeNum(low, high, 0.1, true);
}

const formats = new Map<string, NumberFormat>();

/** How numbers of an axis are printed: by its format, as `/q` does, or in a few characters where it has none that is one. */
function numberFormat({ format }: Axis): NumberFormat {
  let print = formats.get(format);
  if (print === undefined) formats.set(format, (print = (format === '' ? null : parseNumberFormat(format)) ?? shortNumber));
  return print;
}

export const axisNumber = (axis: Axis, value: number): string => numberFormat(axis)(value);

export function valueAxis(axis: Axis, scale: 'y' | 'y2', look: Look, grid: boolean): uPlot.Axis {
  return {
    scale,
    side: scale === 'y' ? LEFT : RIGHT,
    stroke: look.text,
    font: look.font,
    labelFont: look.font,
    labelSize: 20,
    ...(axis.label === '' ? {} : { label: axis.label }),
    grid: { show: grid, stroke: look.grid, width: 1 },
    ticks: { show: false },
    gap: 6,
    values: (_u, splits) => splits.map((value) => (value === null ? null : axisNumber(axis, value))),
    size: (u, values, axisIndex, cycle) => {
      const now = u.axes[axisIndex];
      if (cycle > 1) return typeof now.size === 'number' ? now.size : 50;
      const longest = Math.max(0, ...(values ?? []).map((value) => (value ?? '').length));
      return Math.max(34, 14 + longest * 7);
    },
  };
}

export function timeAxis(format: string, zone: string, look: Look): uPlot.Axis {
  return {
    stroke: look.text,
    font: look.font,
    grid: { show: true, stroke: look.grid, width: 1 },
    ticks: { show: true, stroke: look.grid, size: 5 },
    space: 70,
    values: (_u, splits, _axis, _space, step) => {
      const print = format === '' ? null : timePrinter(format, zone);
      return print === null ? timeLabels(splits, step, zone) : splits.map(print);
    },
  };
}

/** The time of each tick as exactly as the ticks are apart; where a new day begins, and at the first tick, the date below. */
function timeLabels(splits: readonly number[], step: number, zone: string): string[] {
  const { clock, date } = labelForms(step);
  const print = (form: string, ms: number): string => timePrinter(form, zone)?.(ms) ?? '';
  let before = '';
  return splits.map((ms) => {
    const label = print(clock, ms);
    const day = print(date, ms);
    const changed = day !== before;
    before = day;
    return changed && date !== '' ? `${label}\n${day}` : label;
  });
}

/** Forms of the ticks' times, and of what stands below those where it changes; empty: nothing. */
function labelForms(step: number): { clock: string; date: string } {
  if (step >= 28 * DAY) return { clock: '%b %Y', date: '' };
  if (step >= DAY) return { clock: '%a %d %b', date: '%Y' };
  return { clock: step < SECOND ? '%H:%M:%.3S' : step < 60 * SECOND ? '%H:%M:%S' : '%H:%M', date: '%d %b' };
}
