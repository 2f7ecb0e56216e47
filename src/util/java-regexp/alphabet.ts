import type { CodePointSet } from './code-point-set';

const DIRECT = 256;

/**
 * Numbers the stretches of code points that no set of a program tells apart, so that an automaton needs one transition
 * a stretch instead of one a character.
 */
export class Alphabet {
  private readonly starts: Int32Array;
  private readonly direct = new Int32Array(DIRECT);

  constructor(sets: readonly CodePointSet[]) {
    const starts = new Set([0]);
    for (const set of sets) for (const bound of set.bounds) starts.add(bound);
    this.starts = Int32Array.from(starts).sort();
    for (let c = 0; c < DIRECT; c++) this.direct[c] = this.search(c);
  }

  /** The stretch of a code point. */
  stretchOf(codePoint: number): number {
    return codePoint < DIRECT ? this.direct[codePoint] : this.search(codePoint);
  }

  /** A code point of a stretch. */
  sample(stretch: number): number {
    return this.starts[stretch];
  }

  private search(codePoint: number): number {
    let low = 0;
    let high = this.starts.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.starts[middle] <= codePoint) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}
