import { PackArena } from './pack-arena';
import type { Series } from './series';

/**
 * So many points of a query stay in the arrays that they were computed in: most queries have fewer. So do series that have as many by themselves:
 * malloc maps arrays of a megabyte, and to copy a few hundred would hold everybody up, and take twice the memory.
 */
const PLAIN_POINTS = 131_072;

/**
 * Computed points that are held until an answer is written. Thousands of arrays of some ten kilobytes leave holes in malloc's heap, which stay with
 * the process; those of a large answer are moved to slabs, which go back to the system as a whole.
 */
export class KeptSeries {
  private readonly arena = new PackArena();
  private points = 0;

  /** @returns the same points, to be used in their place */
  keep(series: Series): Series {
    const { size, timestamps, values, isInteger, allIntegers, integers } = series;
    if (size >= PLAIN_POINTS) return series;
    this.points += size;
    if (this.points <= PLAIN_POINTS) return series;
    const { arena } = this;
    return {
      size,
      timestamps: arena.copyOfDoubles(timestamps.subarray(0, size)),
      values: arena.copyOfDoubles(values.subarray(0, size)),
      isInteger: isInteger && arena.copyOfBytes(isInteger.subarray(0, size)),
      allIntegers,
      integers: integers && arena.copyOfBigInts(integers.subarray(0, size)),
    };
  }
}
