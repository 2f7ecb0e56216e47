/**
 * A process that, for each directory its parent sends, opens the embedded store there, tries to win names by compare-and-set against
 * the others, closes the store, and answers with what it won: `race-open-child.ts <names>`.
 */
import { EmbeddedStorage } from '../../src/storage/embedded';
import { TABLES } from './temp-store';

const ID = Buffer.from('id');
const Q = Buffer.from('q');

export interface RoundAnswer {
  won: number[];
  error: string | null;
}

async function round(path: string, names: number): Promise<number[]> {
  const storage = new EmbeddedStorage({ path, tables: TABLES });
  await storage.open();
  const won: number[] = [];
  for (let i = 0; i < names; i++)
    if (await storage.compareAndSet('tsdb-uid', Buffer.from(`name ${i}`), ID, Q, null, Buffer.from(String(process.pid)))) won.push(i);
  await storage.close();
  return won;
}

if (require.main === module)
  process.on('message', (path: string) => {
    round(path, Number(process.argv[2])).then(
      (won) => process.send?.({ won, error: null }),
      (e: unknown) => process.send?.({ won: [], error: String(e) }),
    );
  });
