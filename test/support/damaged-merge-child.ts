/**
 * A process of its own whose store is damaged while it is open: `damaged-merge-child.ts <path> <rows> <qualifier>`. It says that the store is open,
 * waits for a word of its parent, writes so many rows, and says with what their merging was refused.
 *
 * Like the daemon it goes on after a rejection that nobody waits for: when a commit fails, LMDB's binding now and then rejects a promise that it
 * has given to nobody.
 */
import { once } from 'node:events';
import { DamagedStoreError, PackedCells } from '../../src/storage';
import { EmbeddedStorage } from '../../src/storage/embedded';
import { SILENT_LOG } from '../../src/util/log';
import { TABLES } from './temp-store';
import { until } from './until';

const T = Buffer.from('t');

/** What the child tells of the refusal. */
export interface Refusal {
  text: string;
  isDamage: boolean;
  /** First line of the log. */
  logged: string;
}

async function main(): Promise<void> {
  const [path, count, qualifier] = process.argv.slice(2);
  const lines: string[] = [];
  const note = (line: string): void => void lines.push(line);
  const store = new EmbeddedStorage({ path, tables: TABLES, packAfter: Number(count), log: { ...SILENT_LOG, error: note, warn: note } });
  await store.open();
  const goOn = once(process, 'message');
  process.send?.('open');
  await goOn;
  const rows = Array.from({ length: Number(count) }, (_, r) => ({
    row: Buffer.from(`row ${String(r).padStart(4, '0')}`),
    cells: PackedCells.of(Buffer.of(Number(qualifier)), Buffer.from('new')),
  }));
  // The first is acknowledged by the log; what is wrong shows when it is merged.
  const failures = await store.put('tsdb', T, rows);
  if (failures.length > 0) throw new Error(`${failures.length} rows were refused before they were merged`);
  let refusal: unknown = null;
  await until(async () => {
    refusal = await store.put('tsdb', T, rows.slice(0, 1)).then(
      (refused) => refused[0]?.error ?? null,
      (e: unknown) => e,
    );
    return refusal !== null;
  });
  process.send?.({ text: String(refusal), isDamage: refusal instanceof DamagedStoreError, logged: lines[0] } satisfies Refusal);
  await store.close();
  process.disconnect();
}

process.on('unhandledRejection', () => undefined);
void main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
