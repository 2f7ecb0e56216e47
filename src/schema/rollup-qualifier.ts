import { IllegalArgumentError } from './errors';
import { FLAG_BITS, FLAGS_MASK } from './qualifier';

/** Reserved in the aggregator byte for "compacted"; nothing sets it, readers mask it. */
const COMPACTED_BIT = 0x80;

/** Qualifier of a rolled-up point, taken apart. */
export interface RollupQualifier {
  /** Id of the aggregator, or its name where an old version wrote `sum:` and the like. */
  aggregator: number | string;
  /** Intervals from the base time. */
  offset: number;
  flags: number;
}

/**
 * Qualifier of a rolled-up point. Only 12 bits hold the offset: from 4096 on its high bits are lost, as in the original.
 * Mirrors RollupUtils.buildRollupQualifier.
 * @param offset intervals from the base time
 * @param intervals in a row
 * @throws IllegalArgumentError when the offset is outside the row
 */
export function buildRollupQualifier(aggregatorId: number, offset: number, flags: number, intervals: number): Buffer {
  if (offset >= intervals) throw new IllegalArgumentError(`Offset of ${offset} was greater than the configured intervals ${intervals}`);
  const low = ((offset << FLAG_BITS) | flags) & 0xffff;
  return Buffer.from([aggregatorId, low >>> 8, low]);
}

/** Takes a rollup qualifier apart, or null when it is none: `id u16`, or the old `name:` u16. */
export function parseRollupQualifier(qualifier: Buffer): RollupQualifier | null {
  const at = qualifier.length - 2;
  const low = at > 0 ? qualifier.readUInt16BE(at) : 0;
  const point = { offset: low >>> FLAG_BITS, flags: low & FLAGS_MASK };
  if (at === 1) return { aggregator: qualifier[0] & ~COMPACTED_BIT, ...point };
  if (at > 1 && qualifier[at - 1] === 0x3a) return { aggregator: qualifier.toString('latin1', 0, at - 1), ...point };
  return null;
}
