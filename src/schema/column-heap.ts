import type { PointColumn } from './row-columns';

/** Earlier points first; of points at one time the one from the newer cell. */
function compare(a: PointColumn, b: PointColumn): number {
  return a.offsetMs - b.offsetMs || b.timestamp - a.timestamp;
}

/**
 * Binary heap of columns by the point each stands at. What comes first among equals (same offset, same cell timestamp)
 * decides which duplicate survives, so the steps are those of java.util.PriorityQueue exactly: every TSD on a cluster must
 * make the same cell of the same cells.
 */
export class ColumnHeap {
  private readonly items: PointColumn[] = [];

  get size(): number {
    return this.items.length;
  }

  peek(): PointColumn | undefined {
    return this.items[0];
  }

  push(column: PointColumn): void {
    const items = this.items;
    let at = items.length;
    items.push(column);
    while (at > 0) {
      const parent = (at - 1) >>> 1;
      if (compare(column, items[parent]) >= 0) break;
      items[at] = items[parent];
      at = parent;
    }
    items[at] = column;
  }

  pop(): PointColumn | undefined {
    const items = this.items;
    const top = items[0];
    const last = items.pop();
    if (last === undefined || items.length === 0) return top;
    const half = items.length >>> 1;
    let at = 0;
    while (at < half) {
      let child = 2 * at + 1;
      if (child + 1 < items.length && compare(items[child], items[child + 1]) > 0) child++;
      if (compare(last, items[child]) <= 0) break;
      items[at] = items[child];
      at = child;
    }
    items[at] = last;
    return top;
  }
}
