import { IllegalArgumentError } from '../../util/errors';
import { parseDuration } from '../../util/date-time';
import { findAggregator } from '../aggregate/registry';
import type { DownsampleSpec, FillPolicy } from '../specification';

const FILL_POLICIES: ReadonlySet<string> = new Set<FillPolicy>(['none', 'zero', 'nan', 'null', 'scalar']);

/**
 * Parses a downsampling specifier, `interval-function[-fill]`. The time zone is UTC and the calendar follows the suffix `c`; a query's own
 * `timezone` and `useCalendar` are laid over the result. Mirrors DownsamplingSpecification.
 * @throws IllegalArgumentError in the original's words
 */
export function parseDownsample(text: string): DownsampleSpec {
  const parts = text.split('-');
  while (parts.length > 0 && parts[parts.length - 1] === '') parts.pop();
  if (parts.length < 2) {
    throw new IllegalArgumentError(`Invalid downsampling specifier '${text}': must provide at least interval and function`);
  }
  if (parts.length > 3) {
    throw new IllegalArgumentError(
      `Invalid downsampling specifier '${text}': must consist of interval, function, and optional fill policy`,
    );
  }
  const interval = parseInterval(parts[0]);
  const aggregator = findAggregator(parts[1]);
  if (aggregator === undefined) throw new IllegalArgumentError(`No such downsampling function: ${parts[1]}`);
  if (aggregator.name === 'none') throw new IllegalArgumentError('cannot use the NONE aggregator for downsampling');
  const fill = parts.length === 3 ? parts[2].toLowerCase() : 'none';
  if (!FILL_POLICIES.has(fill)) throw new IllegalArgumentError(`Unrecognized fill policy: ${parts[2]}`);
  return { aggregator, fill: fill as FillPolicy, timeZone: 'UTC', ...interval };
}

function parseInterval(text: string): Pick<DownsampleSpec, 'kind' | 'intervalMs' | 'interval' | 'calendar'> {
  if (text === '') throw new IllegalArgumentError('String index out of range: -1');
  if (text.includes('all')) return { kind: 'all', intervalMs: 0, interval: text, calendar: false };
  const calendar = text.endsWith('c');
  const interval = calendar ? text.slice(0, -1) : text;
  return { kind: 'interval', intervalMs: parseDuration(interval), interval, calendar };
}
