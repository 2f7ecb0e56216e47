import { ActiveRow } from './active-row';

const FIRST_BUCKETS = 1024;
const MAX_SPARES = 50_000;

/** The rows that have something to write, by their keys: a chained hash table over row objects that are used again. */
export class ActiveRows {
  private buckets: (ActiveRow | null)[] = new Array<ActiveRow | null>(FIRST_BUCKETS).fill(null);
  private readonly spares: ActiveRow[] = [];
  size = 0;

  /** The row of a key that stands in the first `length` bytes of `key`; null: not here. */
  find(key: Uint8Array, length: number, hash: number): ActiveRow | null {
    let row = this.buckets[hash & (this.buckets.length - 1)];
    while (row !== null) {
      if (row.hash === hash && sameKey(row.key, key, length)) return row;
      row = row.next;
    }
    return null;
  }

  /** Adds a row that `find` did not find; the key is copied. */
  insert(key: Buffer, length: number, hash: number): ActiveRow {
    if (this.size >= this.buckets.length) this.grow();
    let row = this.spares.pop();
    if (row === undefined) {
      row = new ActiveRow(Buffer.allocUnsafe(length), hash);
    } else {
      if (row.key.length !== length) row.key = Buffer.allocUnsafe(length);
      row.hash = hash;
    }
    const own = row.key;
    for (let i = 0; i < length; i++) own[i] = key[i];
    const bucket = hash & (this.buckets.length - 1);
    row.next = this.buckets[bucket];
    this.buckets[bucket] = row;
    this.size++;
    return row;
  }

  /** Takes a row out that has nothing to write any more. @param reuse storage has let go of its key */
  remove(row: ActiveRow, reuse: boolean): void {
    const bucket = row.hash & (this.buckets.length - 1);
    let at = this.buckets[bucket];
    if (at === row) {
      this.buckets[bucket] = row.next;
    } else {
      while (at !== null && at.next !== row) at = at.next;
      if (at === null) return;
      at.next = row.next;
    }
    this.size--;
    row.next = null;
    row.attempts = 0;
    if (reuse && this.spares.length < MAX_SPARES) this.spares.push(row);
  }

  forEach(visit: (row: ActiveRow) => void): void {
    for (let row of this.buckets) for (; row !== null; row = row.next) visit(row);
  }

  private grow(): void {
    const old = this.buckets;
    const mask = 2 * old.length - 1;
    this.buckets = new Array<ActiveRow | null>(2 * old.length).fill(null);
    for (let row of old)
      while (row !== null) {
        const next: ActiveRow | null = row.next;
        row.next = this.buckets[row.hash & mask];
        this.buckets[row.hash & mask] = row;
        row = next;
      }
  }
}

function sameKey(a: Uint8Array, b: Uint8Array, length: number): boolean {
  if (a.length !== length) return false;
  // From the end: the tags differ more often than the metric in front.
  for (let i = length - 1; i >= 0; i--) if (a[i] !== b[i]) return false;
  return true;
}
