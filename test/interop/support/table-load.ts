import { setImmediate as turn } from 'node:timers/promises';
import { PackedCells, type RowPut, type Storage } from '../../../src/storage';

const FAMILY = Buffer.from('t');
const CELLS = 3;

/** Row n of the load: spread over the key space, so that every region gets its share. */
function rowOf(n: number): Buffer {
  const row = Buffer.alloc(9);
  row[0] = (n * 37) % 256;
  row.writeUInt32BE(n, 1);
  row.writeUInt32BE(0xcafe, 5);
  return row;
}

function putOf(n: number): RowPut {
  const cells = new PackedCells();
  for (let i = 0; i < CELLS; i++) cells.add(Buffer.of(0, i), Buffer.from(`${n}.${i}`));
  return { row: rowOf(n), cells };
}

/** Those that have not been stopped: no load outlives its test, however that ends. */
const running = new Set<TableLoad>();
afterEach(() => {
  for (const load of running) load.abandon();
});

/** Writes numbered rows in batches until it is stopped, and knows which were acknowledged. */
export class TableLoad {
  readonly acknowledged: number[] = [];
  readonly errors: Error[] = [];
  slowestMs = 0;
  private next = 0;
  private running = true;
  private readonly workers: Promise<void>[];

  constructor(
    private readonly storage: Storage,
    private readonly table: string,
    { workers = 4, batch = 100 } = {},
  ) {
    running.add(this);
    this.workers = Array.from({ length: workers }, () => this.work(batch));
  }

  private async work(batch: number): Promise<void> {
    while (this.running) {
      const numbers = Array.from({ length: batch }, () => this.next++);
      const startedAt = Date.now();
      const failures = await this.storage.put(this.table, FAMILY, numbers.map(putOf));
      this.slowestMs = Math.max(this.slowestMs, Date.now() - startedAt);
      const failed = new Set(failures.map(({ index }) => index));
      this.errors.push(...failures.map(({ error }) => error));
      numbers.forEach((n, i) => !failed.has(i) && this.acknowledged.push(n));
      // Storage that is closed answers at once.
      await turn();
    }
  }

  /** Ends it, whatever becomes of what was sent. */
  abandon(): void {
    this.running = false;
    running.delete(this);
  }

  async stop(): Promise<void> {
    this.abandon();
    await Promise.all(this.workers);
  }

  /** Numbers of acknowledged rows that a scan does not find whole. */
  async missing(): Promise<number[]> {
    const found = new Map<string, number>();
    for await (const rows of this.storage.scan(this.table, { start: Buffer.alloc(0), stop: Buffer.alloc(0) }))
      for (const row of rows) found.set(row.key.toString('hex'), row.size);
    return this.acknowledged.filter((n) => found.get(rowOf(n).toString('hex')) !== CELLS);
  }
}
