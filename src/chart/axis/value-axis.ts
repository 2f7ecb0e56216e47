import type { ValueAxis } from '../description';
import { parseNumberFormat, plainNumberFormat } from '../format';

/** Where labels stand on an axis of values, and what they say. */
export interface ValueTicks {
  readonly from: number;
  readonly to: number;
  readonly ticks: readonly { readonly value: number; readonly label: string }[];
}

/** The least and the greatest of what an axis shows. Neither when there is nothing. */
export interface Extent {
  readonly min: number;
  readonly max: number;
}

/** What an axis shows when there is nothing on it. */
const NOTHING: Extent = { min: 0, max: 10 };
const STEPS = [1, 2, 5, 10];
/** Numbers on a logarithmic axis within a decade, when there are few decades. */
const WITHIN_DECADE = [1, 2, 5];
/** An axis between neighbouring numbers has no room for steps. */
const MAX_TICKS = 100;

/**
 * The range of an axis and its labels: what is asked for, and where nothing is asked for, what the values need, rounded to whole steps.
 * @param extent null: nothing to be shown
 * @param wanted about how many labels
 */
export function valueTicks(axis: ValueAxis, extent: Extent | null, wanted: number): ValueTicks {
  return axis.log ? logTicks(axis, extent, wanted) : linearTicks(axis, extent, wanted);
}

/** A number of the form 1, 2 or 5 times a power of ten that cuts a span into no more than about so many pieces. */
function stepFor(span: number, wanted: number): number {
  const raw = span / Math.max(wanted, 1);
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = (STEPS.find((one) => one * power >= raw * (1 - 1e-9)) ?? 10) * power;
  return step > 0 && Number.isFinite(step) ? step : span;
}

function linearTicks(axis: ValueAxis, extent: Extent | null, wanted: number): ValueTicks {
  const [low, high] = linearRange(axis, extent ?? NOTHING);
  const nice = stepFor(high - low, wanted);
  const from = axis.min === null ? floorTo(low, nice) : clamp(axis.min);
  const to = axis.max === null ? ceilTo(high, nice) : clamp(axis.max);
  const bottom = Math.min(from, to);
  const top = Math.max(from, to);
  const first = Math.ceil(bottom / nice - 1e-9);
  const last = Math.floor(top / nice + 1e-9);
  const values: number[] = [];
  for (let index = first; index <= last && values.length < MAX_TICKS; index++) {
    const value = rounded(index * nice, nice);
    // steps may be smaller than what tells two numbers apart
    if (values.length === 0 || value > values[values.length - 1]) values.push(value);
    else break;
  }
  const print =
    (axis.format === null ? null : parseNumberFormat(axis.format)) ?? plainNumberFormat(nice, Math.max(Math.abs(bottom), Math.abs(top)));
  return { from, to, ticks: values.map((value) => ({ value, label: print(value) })) };
}

/** The range before rounding; never empty. */
function linearRange(axis: ValueAxis, extent: Extent): [low: number, high: number] {
  let low = clamp(axis.min ?? extent.min);
  let high = clamp(axis.max ?? extent.max);
  if (axis.min !== null && axis.max !== null) return low < high ? [low, high] : [high, low];
  // the end that is asked for may be beyond all values
  if (high - low <= Math.max(Math.abs(low), Math.abs(high)) * CLOSE) {
    if (axis.min === null) low = high - widthAround(high);
    if (axis.max === null) high = Math.max(high, low) + widthAround(Math.max(high, low));
  }
  return [low, high];
}

/** Numbers with about as many digits in common cannot be told apart by labels. */
const CLOSE = 1e-12;
/** Axes go no farther, and what is nearer to zero is zero. */
const FARTHEST = 1e300;

const widthAround = (value: number): number => (value === 0 ? 1 : Math.abs(value) * 0.1);
const clamp = (value: number): number => (Math.abs(value) < 1 / FARTHEST ? 0 : Math.min(Math.max(value, -FARTHEST), FARTHEST));

/** As many as numbers can be printed with. */
const MAX_DIGITS = 100;

/** Sums of steps gather errors in the last digits. */
function rounded(value: number, step: number): number {
  const digits = Math.max(0, 1 - Math.floor(Math.log10(step)));
  return Math.abs(value) < 1e21 && digits <= MAX_DIGITS ? Number(value.toFixed(digits)) : value;
}

const floorTo = (value: number, step: number): number => rounded(Math.floor(value / step + 1e-9) * step, step);
const ceilTo = (value: number, step: number): number => rounded(Math.ceil(value / step - 1e-9) * step, step);

/** An end of a logarithmic axis; null: none that it could have. */
const positive = (value: number | null): number | null => (value !== null && clamp(value) > 0 ? clamp(value) : null);

function logTicks(axis: ValueAxis, extent: Extent | null, wanted: number): ValueTicks {
  const { min, max } = extent ?? NOTHING;
  const lowest = positive(axis.min);
  const highest = positive(axis.max);
  let from = lowest ?? decade(min > 0 ? min : Math.min(1, max > 0 ? max : 1), Math.floor);
  let to = highest ?? decade(max > 0 ? max : 10, Math.ceil);
  const oneIsFree = lowest === null || highest === null;
  if (to / from < 1 + CLOSE && (oneIsFree || to / from > 1 - CLOSE)) {
    if (highest === null) to = from * 10;
    else from = to / 10;
  }
  const bottom = Math.min(from, to);
  const top = Math.max(from, to);
  const decades = Math.log10(top) - Math.log10(bottom);
  const values = decades * 3 <= wanted * 1.5 ? inDecades(bottom, top) : wholeDecades(bottom, top, Math.ceil(decades / Math.max(wanted, 1)));
  const print = axis.format === null ? null : parseNumberFormat(axis.format);
  return {
    from,
    to,
    ticks: values.map((value) => ({ value, label: print?.(value) ?? plainNumberFormat(Math.min(value, 1), value)(value) })),
  };
}

const decade = (value: number, round: (power: number) => number): number => {
  const power = 10 ** round(Math.log10(value) + (round === Math.floor ? 1e-9 : -1e-9));
  return Math.min(Math.max(power, 1 / FARTHEST), FARTHEST);
};

function wholeDecades(bottom: number, top: number, every: number): number[] {
  const values: number[] = [];
  for (let power = Math.ceil(Math.log10(bottom) - 1e-9); power <= Math.log10(top) + 1e-9 && values.length < MAX_TICKS; power += every) {
    values.push(Number(`1e${power}`));
  }
  return values;
}

function inDecades(bottom: number, top: number): number[] {
  const values: number[] = [];
  for (let power = Math.floor(Math.log10(bottom)); power <= Math.log10(top) && values.length < MAX_TICKS; power++) {
    for (const digit of WITHIN_DECADE) {
      const value = Number(`${digit}e${power}`);
      if (value >= bottom * (1 - 1e-9) && value <= top * (1 + 1e-9)) values.push(value);
    }
  }
  return values.length > 1 ? values : [bottom, top];
}
