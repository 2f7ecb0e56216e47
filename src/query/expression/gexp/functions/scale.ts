import { ClientError } from '../../../../util/errors';
import { integerAt, isIntegerAt, type Series } from '../../../series/series';
import { isTurnOver } from '../../series';
import { eachSeries, withPoints, type GexpFunction } from '../series';

const MAX_LONG = 2n ** 63n - 1n;
const MIN_LONG = -(2n ** 63n);

/** A factor as Java's casts make it of a double: whole numbers also as a long, the nearest there is. */
interface Factor {
  readonly double: number;
  /** Null when it isn't whole. */
  readonly long: bigint | null;
}

function parseFactor(parameters: readonly string[]): Factor {
  const text = parameters.at(0);
  if (text === undefined) throw new ClientError(400, 'Missing scaling factor');
  // The original names its own variable, which is 0 until the text is read.
  if (!/^[-0-9.]+$/.test(text)) throw new ClientError(400, 'Unparseable scale factor value: 0.0');
  if (!/^-?([0-9]+\.?[0-9]*|\.[0-9]+)$/.test(text)) throw new ClientError(400, 'Invalid parameter, must be an integer or floating point');
  const double = Number(text);
  if (!Number.isInteger(double)) return { double, long: null };
  const whole = BigInt(double);
  return { double, long: whole > MAX_LONG ? MAX_LONG : whole < MIN_LONG ? MIN_LONG : whole };
}

/** Integers stay integers when the factor is whole, in 64 bits that wrap. */
function* scalePoints(points: Series, { double, long }: Factor): Generator<null, Series> {
  const { size } = points;
  const values = new Float64Array(size);
  let integers: BigInt64Array | null = null;
  for (let i = 0; i < size; i++) {
    if (isTurnOver(i)) yield null;
    const product = points.values[i] * double;
    if (long === null || !isIntegerAt(points, i)) {
      values[i] = product;
    } else if (points.integers === null && Number.isSafeInteger(product) && Number.isSafeInteger(double)) {
      values[i] = product + 0;
      if (integers !== null) integers[i] = BigInt(product);
    } else {
      integers ??= exactIntegers(points, values, i);
      integers[i] = BigInt.asIntN(64, integerAt(points, i) * long);
      values[i] = Number(integers[i]);
    }
  }
  if (long === null) return { ...points, values, isInteger: null, allIntegers: false, integers: null };
  return { ...points, values, integers };
}

/** The products so far, those of integers, as exact integers. */
function exactIntegers(points: Series, values: Float64Array, upTo: number): BigInt64Array {
  const integers = new BigInt64Array(points.size);
  for (let i = 0; i < upTo; i++) if (isIntegerAt(points, i)) integers[i] = BigInt(values[i]);
  return integers;
}

/** `scale(series, factor)`. Mirrors Scale. */
export const scale: GexpFunction = (parameters) => {
  const factor = parseFactor(parameters);
  return eachSeries((series, scope) => withPoints(series, (points) => scalePoints(points, factor), scope));
};
