/**
 * The rows of an index in the order of their keys: sorted lists of row numbers, each more than twice as long as the next. New rows are
 * sorted some thousand at a time, and lists of like lengths become one.
 */
/** Rows by number, and how their keys order. */
export interface Rows {
  readonly rowCount: number;
  compare(a: number, b: number): number;
  compareTo(row: number, key: Uint8Array, at: number, length: number): number;
}

/** Rows that are sorted at once: a few milliseconds. */
const SORT_AT = 4096;

export class RowOrder {
  private readonly lists: Int32Array[] = [];
  /** Rows with lower numbers are in the lists. */
  private sorted = 0;

  constructor(private readonly rows: Rows) {}

  /** A row was noted. */
  added(): void {
    if (this.rows.rowCount - this.sorted >= SORT_AT) this.settle();
  }

  /** Positions in each list at the first row that is not below the key. Rows that come later do not change them. */
  cursor(key: Uint8Array, at: number, length: number): RowCursor {
    this.settle();
    const from = this.lists.map((list) => this.lowerBound(list, key, at, length));
    return new RowCursor(this.rows, [...this.lists], from);
  }

  private settle(): void {
    const { rowCount } = this.rows;
    if (this.sorted === rowCount) return;
    const fresh = new Int32Array(rowCount - this.sorted);
    let inOrder = true;
    for (let i = 0; i < fresh.length; i++) {
      fresh[i] = this.sorted + i;
      inOrder &&= i === 0 || this.rows.compare(fresh[i - 1], fresh[i]) < 0;
    }
    if (!inOrder) fresh.sort((a, b) => this.rows.compare(a, b));
    this.sorted = rowCount;
    let last: Int32Array = fresh;
    for (let before = this.lists.at(-1); before !== undefined && before.length <= 2 * last.length; before = this.lists.at(-1)) {
      this.lists.pop();
      last = this.merged(before, last);
    }
    this.lists.push(last);
  }

  private merged(a: Int32Array, b: Int32Array): Int32Array {
    const out = new Int32Array(a.length + b.length);
    if (this.rows.compare(a[a.length - 1], b[0]) < 0) {
      out.set(a);
      out.set(b, a.length);
      return out;
    }
    for (let i = 0, j = 0, k = 0; k < out.length; k++)
      out[k] = j === b.length || (i < a.length && this.rows.compare(a[i], b[j]) < 0) ? a[i++] : b[j++];
    return out;
  }

  private lowerBound(list: Int32Array, key: Uint8Array, at: number, length: number): number {
    let low = 0;
    let high = list.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.rows.compareTo(list[middle], key, at, length) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** Rows in order, from some key on. */
export class RowCursor {
  /** Number of the row it stands on; negative: there are no more. */
  row = -1;
  private list = 0;

  constructor(
    private readonly rows: Rows,
    private readonly lists: readonly Int32Array[],
    private readonly at: number[],
  ) {
    this.choose();
  }

  next(): void {
    this.at[this.list]++;
    this.choose();
  }

  private choose(): void {
    this.row = -1;
    for (let i = 0; i < this.lists.length; i++) {
      const list = this.lists[i];
      if (this.at[i] >= list.length) continue;
      const row = list[this.at[i]];
      if (this.row < 0 || this.rows.compare(row, this.row) < 0) {
        this.row = row;
        this.list = i;
      }
    }
  }
}
