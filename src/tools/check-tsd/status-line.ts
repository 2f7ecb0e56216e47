import type { CheckRules, Verdict } from './verdict';

/**
 * The line that a monitoring system reads: the state, what was found, and behind `|` the performance data.
 * @param name metric and tags of the query
 * @param label of the performance data
 */
export function statusLine(name: string, label: string, verdict: Verdict, rules: CheckRules): string {
  const warning = float(rules.warning);
  const critical = float(rules.critical);
  const performance = `${label}=${verdict.points};${warning};${critical};0;${critical}`;
  // A bar ends the text for whoever reads the line, and separates the values of a tag.
  const shown = name.replaceAll('|', ':');
  if (verdict.state === 'ok') return `OK: ${shown}: ${verdict.points} values OK, last=${value(verdict.last ?? '')} | ${performance}`;
  const { worst, bad, points } = verdict;
  const threshold = verdict.state === 'critical' ? critical : warning;
  const share = `${bad}/${points} bad values (${((100 * bad) / points).toFixed(1)}%)`;
  const seen = worst === null ? '' : ` worst: ${value(worst.text)} @ ${localTime(worst.timestamp)}`;
  return `${verdict.state.toUpperCase()}: ${shown} ${rules.comparison} ${threshold}: ${share}${seen} | ${performance}`;
}

/** A value as it came when it is an integer, else as {@link float}. */
function value(text: string): string {
  return text.includes('.') ? float(Number(text)) : text;
}

/** A number as Python prints a float: what has read these lines so far expects it. */
function float(number: number): string {
  const text = String(number);
  if (!Number.isFinite(number)) return text === 'NaN' ? 'nan' : text.replace('Infinity', 'inf');
  const size = Math.abs(number);
  if (size !== 0 && (size >= 1e16 || size < 1e-4)) return number.toExponential().replace(/e([+-])(\d)$/, 'e$10$2');
  return Number.isInteger(number) ? `${text}.0` : text;
}

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** A time in the local zone as C's asctime has it. @param seconds Unix time */
function localTime(seconds: number): string {
  const date = new Date(1000 * seconds);
  const clock = [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) => String(part).padStart(2, '0')).join(':');
  return `${DAYS[date.getDay()]} ${MONTHS[date.getMonth()]} ${String(date.getDate()).padStart(2)} ${clock} ${date.getFullYear()}`;
}
