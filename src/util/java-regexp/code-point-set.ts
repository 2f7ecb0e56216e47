const END = 0x110000;

/** Both ends belong to it. */
type Range = readonly [from: number, to: number];

/**
 * An immutable set of Unicode code points, kept as an inversion list: membership changes at each of the ascending
 * `bounds`, so that [a, b) is in the set for bounds 2k and 2k + 1.
 */
export class CodePointSet {
  static readonly NONE = new CodePointSet([]);
  static readonly ALL = new CodePointSet([0, END]);

  constructor(readonly bounds: readonly number[]) {}

  static of(...codePoints: readonly number[]): CodePointSet {
    return CodePointSet.fromRanges(codePoints.map((c) => [c, c] as const));
  }

  /** @param ranges both ends included; in any order, and they may overlap */
  static ranges(...ranges: readonly Range[]): CodePointSet {
    return CodePointSet.fromRanges(ranges);
  }

  /** As `ranges`, for lists of any length. */
  static fromRanges(ranges: readonly Range[]): CodePointSet {
    const bounds: number[] = [];
    for (const [from, to] of [...ranges].sort((a, b) => a[0] - b[0])) {
      if (bounds.length > 0 && from <= bounds[bounds.length - 1]) bounds[bounds.length - 1] = Math.max(bounds[bounds.length - 1], to + 1);
      else bounds.push(from, to + 1);
    }
    return new CodePointSet(bounds);
  }

  /** In one go: joining them one by one would copy all that is there for each. */
  static union(sets: Iterable<CodePointSet>): CodePointSet {
    const distinct = [...new Set(sets)];
    if (distinct.length === 1) return distinct[0];
    return CodePointSet.fromRanges(
      distinct.flatMap(({ bounds }) => {
        const ranges: [number, number][] = [];
        for (let i = 0; i < bounds.length; i += 2) ranges.push([bounds[i], bounds[i + 1] - 1]);
        return ranges;
      }),
    );
  }

  has(codePoint: number): boolean {
    const { bounds } = this;
    let low = 0;
    let high = bounds.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (bounds[middle] <= codePoint) low = middle + 1;
      else high = middle;
    }
    return (low & 1) === 1;
  }

  union(other: CodePointSet): CodePointSet {
    return this.merge(other, 1);
  }

  intersect(other: CodePointSet): CodePointSet {
    return this.merge(other, 2);
  }

  complement(): CodePointSet {
    const { bounds } = this;
    const start = bounds[0] === 0 ? bounds.slice(1) : [0, ...bounds];
    return new CodePointSet(start[start.length - 1] === END ? start.slice(0, -1) : [...start, END]);
  }

  /** What lies in at least `needed` of the two sets. */
  private merge(other: CodePointSet, needed: 1 | 2): CodePointSet {
    const a = this.bounds;
    const b = other.bounds;
    const bounds: number[] = [];
    let i = 0;
    let j = 0;
    let inside = false;
    while (i < a.length || j < b.length) {
      const at = Math.min(a[i] ?? END + 1, b[j] ?? END + 1);
      if (a[i] === at) i++;
      if (b[j] === at) j++;
      if ((i & 1) + (j & 1) >= needed !== inside) {
        inside = !inside;
        bounds.push(at);
      }
    }
    return new CodePointSet(bounds);
  }
}
