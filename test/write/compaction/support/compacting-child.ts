/** A process that compacts rows until it is killed: `compacting-child.ts <path> <rows>`. Says `ready` by IPC when it begins. */
import { createLogger } from 'winston';
import { LayeredConfig } from '../../../../src/config';
import { EmbeddedStorage } from '../../../../src/storage/embedded';
import { createCompaction } from '../../../../src/write/compaction';
import { TABLES } from '../../../support/temp-store';
import { BASE, keyOf } from './rows';

async function main(): Promise<void> {
  const [path, rows] = process.argv.slice(2);
  const storage = new EmbeddedStorage({ path, tables: TABLES });
  await storage.open();
  const widths = { metrics: 3, tagk: 3, tagv: 3 };
  const compaction = createCompaction(new LayeredConfig(), storage, widths, createLogger({ silent: true }), { quietMs: 0 });
  for (let i = 0; i < Number(rows); i++) compaction.rowWritten(keyOf(i), BASE);
  process.send?.('ready');
  await compaction.flush(Infinity);
  process.send?.('done');
}

if (require.main === module) void main();
