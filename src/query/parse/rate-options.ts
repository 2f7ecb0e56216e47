import { defaultRateOptions, type RateOptions } from '../specification';
import { ClientError } from '../../util/errors';

const LONG = /^[+-]?[0-9]+$/;

function parseLong(text: string): bigint | null {
  if (!LONG.test(text)) return null;
  const n = BigInt(text);
  return BigInt.asIntN(64, n) === n ? n : null;
}

/**
 * `rate{counter,MAX,RESET}` of a query string, or plain `rate`. Mirrors QueryRpc.parseRateOptions.
 * @returns null when there are no braces
 * @throws ClientError 400
 */
export function parseRateOptions(spec: string): RateOptions | null {
  if (spec.length === 4) return null;
  const open = spec.indexOf('{');
  if (open < 0) return null;
  if (spec.length < 6) throw new ClientError(400, `Invalid rate options specification: ${spec}`);
  const parts = spec.slice(5, -1).split(',');
  if (parts.length > 3) {
    throw new ClientError(
      400,
      `Incorrect number of values in rate options specification, must be counter[,counter max value,reset value], recieved: ${parts.length} parts`,
    );
  }
  const options = defaultRateOptions();
  options.counter = parts[0].endsWith('counter');
  options.dropResets = parts[0] === 'dropcounter';
  if (parts.length >= 2 && parts[1] !== '') {
    const max = parseLong(parts[1]);
    if (max === null) throw new ClientError(400, `Max value of counter was not a number, received '${parts[1]}'`);
    options.counterMax = max;
  }
  if (parts.length >= 3 && parts[2] !== '') {
    const reset = parseLong(parts[2]);
    if (reset === null) throw new ClientError(400, `Reset value of counter was not a number, received '${parts[2]}'`);
    options.resetValue = reset;
  }
  return options;
}
