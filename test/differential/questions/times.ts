import { DAYS, HOUR, HOURS, type DataSet } from '../dataset';
import type { Random } from '../random';

const two = (n: number): string => String(n).padStart(2, '0');

/** An instant of whole milliseconds in one of the ways in which a query may say it. @param zone names none but UTC */
function timeText(random: Random, ms: number): string {
  const seconds = Math.floor(ms / 1000);
  if (ms % 1000 !== 0) return random.chance(0.5) ? String(ms) : `${seconds}.${String(ms % 1000).padStart(3, '0')}`;
  if (ms < 2 ** 32) return String(seconds);
  return random.oneOf([5, () => String(seconds)], [3, () => String(ms)], [1, () => calendarText(ms)]);
}

function calendarText(ms: number): string {
  const date = new Date(ms);
  const day = `${date.getUTCFullYear()}/${two(date.getUTCMonth() + 1)}/${two(date.getUTCDate())}`;
  return `${day}-${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())}`;
}

/** Somewhere in a stretch of time, often just beside a border. */
function instant(random: Random, base: number, length: number): number {
  return random.oneOf(
    [4, () => (base + random.int(-1, Math.ceil(length / HOUR)) * HOUR) * 1000],
    [3, () => (base + random.int(0, Math.ceil(length / HOUR)) * HOUR) * 1000 + random.pick([-1000, -1, 1, 999, 1000])],
    [3, () => (base + random.int(0, length)) * 1000],
    [1, () => (base + random.int(0, length)) * 1000 + random.int(1, 999)],
  );
}

export interface Window {
  readonly start: string;
  readonly end: string;
}

/** A stretch of time that holds some of the points of a metric. */
export function randomWindow(random: Random, data: DataSet, metric: string): Window {
  const length = metric === 'days' ? DAYS * 86_400 : HOURS * HOUR;
  const all = random.chance(0.35);
  const a = all ? (data.base - HOUR) * 1000 : instant(random, data.base, length);
  const b = all ? (data.base + length + HOUR) * 1000 : instant(random, data.base, length);
  const [start, end] = a < b ? [a, b] : a > b ? [b, a] : [a, a + 60_000];
  return { start: timeText(random, start), end: timeText(random, end) };
}
