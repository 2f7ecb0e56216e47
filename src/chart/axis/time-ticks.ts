/** The clocks of a zone. */
export interface Clocks {
  /** Local time minus UTC at an instant, in milliseconds. */
  offset(utcMs: number): number;
  /** The instant at which clocks show a local time, given as if it were UTC. */
  toUtc(localMs: number): number;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** From here on steps are days of the calendar. */
const STEPS = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500],
  ...[1, 2, 5, 10, 15, 30].map((n) => n * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((n) => n * MINUTE),
  ...[1, 2, 3, 6, 12].map((n) => n * HOUR),
  ...[1, 2, 7].map((n) => n * DAY),
];
const MONTH_STEPS = [1, 2, 3, 6];
const MONTH = 30.4375 * DAY;
const YEAR = 365.25 * DAY;
/** Whatever is asked for. */
const MAX_TICKS = 200;
/** A Monday: weeks are counted from here. */
const MONDAY = Date.UTC(1970, 0, 5);

/**
 * Where labels stand on an axis of time: on whole seconds, minutes, hours, days, weeks, months or years of the zone's clocks, ascending, at most about
 * so many. All in milliseconds since the epoch.
 */
export function timeTicks(from: number, to: number, clocks: Clocks, wanted: number): number[] {
  const least = (to - from) / Math.max(wanted, 1);
  const step = STEPS.find((one) => one >= least);
  if (step !== undefined)
    return step >= DAY || step > HOUR ? byCalendar(from, to, clocks, daysOrHours(step)) : regular(from, to, clocks, step);
  const months = MONTH_STEPS.find((n) => n * MONTH >= least);
  return byCalendar(from, to, clocks, months !== undefined ? monthsFrom(months) : monthsFrom(12 * yearsFor(least / YEAR)));
}

/** Local times from one to the next, beginning at or before `local`. */
type Walk = (local: number) => { readonly first: number; next(local: number): number };

/** Steps that every offset of a zone is a multiple of, or that are too short to care. */
function regular(from: number, to: number, clocks: Clocks, step: number): number[] {
  const offset = clocks.offset(from);
  const ticks: number[] = [];
  for (let tick = Math.ceil((from + offset) / step) * step - offset; tick <= to && ticks.length < MAX_TICKS; tick += step) ticks.push(tick);
  return ticks;
}

function byCalendar(from: number, to: number, clocks: Clocks, walk: Walk): number[] {
  const { first, next } = walk(from + clocks.offset(from));
  const ticks: number[] = [];
  for (let local = first, n = 0; n < 2 * MAX_TICKS; local = next(local), n++) {
    const tick = clocks.toUtc(local);
    if (tick > to) break;
    if (tick >= from && (ticks.length === 0 || tick > ticks[ticks.length - 1])) ticks.push(tick);
  }
  return ticks;
}

const daysOrHours = (step: number): Walk => {
  const start = step === 7 * DAY ? MONDAY : 0;
  return (local) => ({ first: start + Math.floor((local - start) / step) * step, next: (at) => at + step });
};

const monthsFrom = (months: number): Walk => {
  const at = (index: number): number => {
    // the constructor of dates takes years below 100 for those of the last century
    const date = new Date(0);
    date.setUTCFullYear(Math.floor(index / 12), index % 12, 1);
    return date.getTime();
  };
  const indexOf = (local: number): number => new Date(local).getUTCFullYear() * 12 + new Date(local).getUTCMonth();
  return (local) => ({ first: at(Math.floor(indexOf(local) / months) * months), next: (then) => at(indexOf(then) + months) });
};

/** 1, 2 or 5 times a power of ten. */
function yearsFor(least: number): number {
  const power = 10 ** Math.max(0, Math.floor(Math.log10(least)));
  return Math.max(1, ([1, 2, 5, 10].find((n) => n * power >= least) ?? 10) * power);
}
