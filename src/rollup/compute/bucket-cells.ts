import { buildRollupQualifier, DATA_FAMILY, DOUBLE_FLAGS, encodeDouble, setBaseTime, type KeyLayout } from '../../schema';
import type { RawCell } from '../../write';
import type { RollupConfig } from '../rollup-config';
import type { RollupInterval } from '../rollup-interval';
import type { ClosedBucket, Sums } from './open-buckets';

/** Flags of an integer of eight bytes. */
const LONG_FLAGS = 7;
const FUNCTIONS: readonly (keyof Sums & ('sum' | 'count' | 'min' | 'max'))[] = ['sum', 'count', 'min', 'max'];

/**
 * The cells of a series in an interval. Values are always as wide as they can be: a value that is computed again, because a point came late, goes into
 * the same column, whatever it is.
 */
export function cellsOf({ start, key, sums }: ClosedBucket, interval: RollupInterval, config: RollupConfig, layout: KeyLayout): RawCell[] {
  const baseTime = interval.start(start);
  const offset = interval.offset(start, baseTime);
  // The salt does not depend on the time.
  const row = Buffer.from(key);
  setBaseTime(layout, row, baseTime);
  const cells: RawCell[] = [];
  for (const name of FUNCTIONS) {
    const id = config.findId(name);
    if (id === null) continue;
    const isCount = name === 'count';
    const qualifier = buildRollupQualifier(id, offset, isCount ? LONG_FLAGS : DOUBLE_FLAGS, interval.intervals);
    const value = isCount ? wideInteger(sums.count) : encodeDouble(sums[name]).bytes;
    cells.push({ table: interval.table, family: DATA_FAMILY, row, qualifier, value });
  }
  return cells;
}

function wideInteger(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(BigInt(value));
  return bytes;
}
