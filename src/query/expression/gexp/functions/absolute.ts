import { isIntegerAt, type Series } from '../../../series/series';
import { isTurnOver } from '../../series';
import { eachSeries, withPoints, type GexpFunction } from '../series';

/** Absolute values; the smallest long, which has none, stays what it is. */
export function* absolutePoints(points: Series): Generator<null, Series> {
  const { size } = points;
  const values = new Float64Array(size);
  for (let i = 0; i < size; i++) {
    values[i] = Math.abs(points.values[i]);
    if (isTurnOver(i)) yield null;
  }
  if (points.integers === null) return { ...points, values };
  const integers = points.integers.slice(0, size);
  for (let i = 0; i < size; i++) {
    if (isTurnOver(i)) yield null;
    if (!isIntegerAt(points, i) || integers[i] >= 0n) continue;
    integers[i] = BigInt.asIntN(64, -integers[i]);
    values[i] = Number(integers[i]);
  }
  return { ...points, values, integers };
}

/** `absolute(series)`. Mirrors Absolute. */
export const absolute: GexpFunction = () => eachSeries((series, scope) => withPoints(series, absolutePoints, scope));
