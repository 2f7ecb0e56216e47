/** A process of its own on an embedded store: `store-child.ts <path> <task> <argument> <packAfter>`. Talks to its parent by IPC. */
import { PackedCells, type RowPut } from '../../src/storage';
import { EmbeddedStorage } from '../../src/storage/embedded';
import { TABLES } from './temp-store';

const T = Buffer.from('t');
const ID = Buffer.from('id');
const Q = Buffer.from('q');
export const ROWS_PER_BATCH = 200;
export const CELLS_PER_ROW = 3;

/** A batch's rows: spread over the table, each with a few cells; the values say which batch it was. */
function batchRows(batch: number): RowPut[] {
  return Array.from({ length: ROWS_PER_BATCH }, (_, i) => {
    const row = Buffer.alloc(8);
    row.writeUInt32BE(Math.imul(i, 0x9e3779b1) >>> 0, 0);
    row.writeUInt32BE(batch, 4);
    const cells = new PackedCells();
    for (let c = 0; c < CELLS_PER_ROW; c++) cells.add(Buffer.of(c), Buffer.from(`batch ${batch}`));
    return { row, cells };
  });
}

function say(message: object): void {
  process.send?.(message);
}

async function main(): Promise<void> {
  const [path, task, argument, packAfter] = process.argv.slice(2);
  const storage = new EmbeddedStorage({ path, tables: TABLES, packAfter: Number(packAfter) });
  await storage.open();
  const rounds = Number(argument);
  switch (task) {
    case 'increment': {
      const got: string[] = [];
      for (let i = 0; i < rounds; i++) got.push(String(await storage.increment('tsdb-uid', Buffer.of(0), ID, Q, 1n)));
      say({ got });
      break;
    }
    case 'cas': {
      const won: number[] = [];
      for (let i = 0; i < rounds; i++)
        if (await storage.compareAndSet('tsdb-uid', Buffer.from(`name ${i}`), ID, Q, null, Buffer.from(String(process.pid)))) won.push(i);
      say({ won });
      break;
    }
    case 'batches':
      // Several under way at once, as the daemon has them; runs until it is killed.
      for (let next = rounds; ;) {
        const batches = Array.from({ length: 4 }, () => next++);
        await Promise.all(
          batches.map(async (batch) => {
            const failures = await storage.put('tsdb', T, batchRows(batch));
            if (failures.length === 0) say({ acknowledged: batch });
          }),
        );
      }
  }
  await storage.close();
  process.disconnect();
}

if (require.main === module) {
  main().catch((e: unknown) => {
    console.error(e);
    process.exit(1);
  });
}
