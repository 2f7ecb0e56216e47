import { parseTimeFormat } from '../../../src/chart/format';
import { zoneOffset } from './times';

/** Prints times by a form of strftime's conversions, such as `%H:%M`, as `/q` does; null when it is not one. */
export function timePrinter(form: string, zone: string): ((ms: number) => string) | null {
  const print = parseTimeFormat(form);
  return print && ((ms) => print(ms, zoneOffset(ms, zone)));
}
