/** What is known of one series in one interval. */
export class Sums {
  count = 0;
  sum = 0;
  min = Infinity;
  max = -Infinity;

  add(value: number): void {
    this.count++;
    this.sum += value;
    if (value < this.min) this.min = value;
    if (value > this.max) this.max = value;
  }
}

/** A series in an interval that is over. */
export interface ClosedBucket {
  /** Start of the interval, seconds. */
  readonly start: number;
  /** Key of one of the rows that the points were in. */
  readonly key: Buffer;
  readonly sums: Sums;
}

/** The intervals of one length that points may still come for, by series: rows have to come in the order of their times. */
export class OpenBuckets {
  /** By start, then by series. */
  private readonly buckets = new Map<number, Map<string, { key: Buffer; sums: Sums }>>();

  /**
   * @param seconds length of an interval
   * @param since start of the first interval that is wanted
   * @param until end of the last one
   */
  constructor(
    private readonly seconds: number,
    private readonly since: number,
    private readonly until: number,
  ) {}

  /** @param time seconds @param series what tells it from others */
  add(series: string, key: Buffer, time: number, value: number): void {
    if (time < this.since || time >= this.until) return;
    const start = time - (time % this.seconds);
    let members = this.buckets.get(start);
    if (members === undefined) this.buckets.set(start, (members = new Map()));
    let member = members.get(series);
    if (member === undefined) members.set(series, (member = { key: Buffer.from(key), sums: new Sums() }));
    member.sums.add(value);
  }

  /** Takes out what no point from `time` on belongs to. */
  *closeBefore(time: number): Generator<ClosedBucket> {
    for (const [start, members] of this.buckets) {
      if (start + this.seconds > time) continue;
      this.buckets.delete(start);
      for (const member of members.values()) yield { start, ...member };
    }
  }
}
