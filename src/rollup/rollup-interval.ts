import { IllegalArgumentError } from '../util/errors';
import { parseDuration } from '../util/date-time';

const HOUR = 3600;
const DAY = 86_400;
/** Fewer intervals in a row, or as many or more, are refused. */
const LEAST_INTERVALS = 12;
const TOO_MANY_INTERVALS = 7774;

/** One interval as the configuration has it. */
export interface IntervalDraft {
  table: string | null;
  preAggregationTable: string | null;
  interval: string | null;
  rowSpan: string | null;
  defaultInterval: boolean;
  delaySla: string | null;
}

/** How much time a row holds. */
type SpanUnit = 'h' | 'd' | 'n' | 'y';

/** Seconds of a row, with a month and a year as long as the longest. */
const SPAN_SECONDS: Readonly<Record<SpanUnit, number>> = { h: HOUR, d: DAY, n: 32 * DAY, y: 366 * DAY };

/**
 * One length of time over which points are rolled up: where its cells are kept and how they are laid out. The methods are those of the row
 * spans of queries. Mirrors RollupInterval and RollupUtils.getRollupBasetime.
 */
export class RollupInterval {
  readonly table: string;
  readonly preAggregateTable: string;
  /** As clients name it: `10m`. */
  readonly name: string;
  readonly seconds: number;
  /** In a row. */
  readonly intervals: number;
  /** It stands for the raw data: queries that come down to it read those. */
  readonly isDefault: boolean;
  /** Seconds after which its values are there; 0: nobody says. */
  readonly delay: number;
  private readonly unit: SpanUnit;
  /** Of a row of hours. */
  private readonly hours: number;

  /** @throws IllegalArgumentError in the original's words */
  constructor(private readonly draft: IntervalDraft) {
    if (!draft.table) throw new IllegalArgumentError('The rollup table cannot be null or empty');
    if (!draft.preAggregationTable) throw new IllegalArgumentError('The pre-aggregate rollup table cannot be null or empty');
    this.table = draft.table;
    this.preAggregateTable = draft.preAggregationTable;
    this.name = draft.interval ?? '';
    this.isDefault = draft.defaultInterval;
    const [count, unit] = parseSpan(draft.rowSpan ?? '');
    this.unit = unit;
    this.hours = count;
    this.seconds = Math.floor(parseDuration(this.name) / 1000);
    if (this.seconds === 0) throw new IllegalArgumentError('Milliseconds are not supported');
    const rowSeconds = SPAN_SECONDS[unit] * count;
    if (this.seconds >= rowSeconds) {
      throw new IllegalArgumentError(`Interval [${this.seconds}] is too large for the span [${unit}]`);
    }
    this.intervals = Math.floor(rowSeconds / this.seconds);
    if (this.intervals >= TOO_MANY_INTERVALS) {
      throw new IllegalArgumentError(
        `Too many intervals [${this.intervals}] in the span. Must be smaller than [${TOO_MANY_INTERVALS}] to fit in 14 bits`,
      );
    }
    if (this.intervals < LEAST_INTERVALS) {
      throw new IllegalArgumentError(`Not enough intervals [${this.intervals}] for the span. Must be at least [${LEAST_INTERVALS}]`);
    }
    this.delay = draft.delaySla ? parseDelay(draft.delaySla) : 0;
  }

  /** Whether rows hold as much time, in intervals of the same length: then their cells mean the same. */
  hasRowsOf(other: RollupInterval): boolean {
    return this.seconds === other.seconds && this.unit === other.unit && this.hours === other.hours;
  }

  /** Base time of the row that holds a time. Both in seconds. */
  start(time: number): number {
    if (this.unit === 'h') return time - (time % (this.hours * HOUR));
    if (this.unit === 'd') return time - (time % DAY);
    const date = new Date(time * 1000);
    return Date.UTC(date.getUTCFullYear(), this.unit === 'n' ? date.getUTCMonth() : 0, 1) / 1000;
  }

  /** Base time of the row after the one that has this base time. */
  next(baseTime: number): number {
    if (this.unit === 'h') return baseTime + this.hours * HOUR;
    if (this.unit === 'd') return baseTime + DAY;
    const date = new Date(baseTime * 1000);
    const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
    return (this.unit === 'n' ? Date.UTC(year, month + 1, 1) : Date.UTC(year + 1, 0, 1)) / 1000;
  }

  /** Intervals from the row's base time to a time, in seconds. */
  offset(time: number, baseTime: number): number {
    return Math.floor((time - baseTime) / this.seconds);
  }

  /** As the original prints it. */
  toString(): string {
    const { draft, name } = this;
    const fields = [
      `table=${this.table}`,
      `preAggTable=${this.preAggregateTable}`,
      `rowSpan=${draft.rowSpan}`,
      `isDefaultInterval=${this.isDefault}`,
      `interval=${name}`,
      `units=${this.unit}`,
      `unit_multipier=${this.hours}`,
      `intervals=${this.intervals}`,
      `interval=${this.seconds}`,
      `interval_units=${name[name.length - 1]}`,
      `delay_sla=${draft.delaySla ?? ''}`,
    ];
    return fields.join(', ');
  }
}

/** @returns the number and the unit of a row's span @throws IllegalArgumentError */
function parseSpan(text: string): [number, SpanUnit] {
  if (text === '') throw new IllegalArgumentError('Duration cannot be null or empty');
  const digits = /^[0-9]*/.exec(text)?.[0].length ?? 0;
  const unit = text.slice(digits).toLowerCase();
  if (unit === 'ms') throw new IllegalArgumentError('Milliseconds are not supported');
  if (unit.length > 1) throw new IllegalArgumentError(`Invalid units in the duration: ${text}`);
  parseDuration(text);
  const count = Number(text.slice(0, digits));
  if (!Object.hasOwn(SPAN_SECONDS, unit)) throw new IllegalArgumentError(`Unrecogznied span '${unit}'`);
  if (count > 1 && unit !== 'h') throw new IllegalArgumentError("Multipliers are only usable with the 'h' unit");
  if (count > 1 && count % 2 !== 0) throw new IllegalArgumentError('The multiplier must be 1 or an even value');
  return [count, unit as SpanUnit];
}

/** @returns seconds @throws IllegalArgumentError */
function parseDelay(text: string): number {
  if (/ms$/i.test(text)) throw new IllegalArgumentError('Milliseconds are not supported as the maximum delay');
  return Math.floor(parseDuration(text) / 1000);
}
