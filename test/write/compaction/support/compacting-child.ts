/** A process that compacts rows until it is killed: `compacting-child.ts <path> <rows>`. Says `ready` by IPC when it begins. */
import { createLogger } from 'winston';
import { LayeredConfig } from '../../../../src/config';
import { readCompactionSettings } from '../../../../src/config/settings';
import { EmbeddedStorage } from '../../../../src/storage/embedded';
import { readDataModel } from '../../../../src/tables';
import { createCompaction } from '../../../../src/write/compaction';
import { TABLES } from '../../../support/temp-store';
import { BASE, keyOf } from './rows';

async function main(): Promise<void> {
  const [path, rows] = process.argv.slice(2);
  const storage = new EmbeddedStorage({ path, tables: TABLES });
  await storage.open();
  const config = new LayeredConfig();
  const [settings, model] = [readCompactionSettings(config), readDataModel(config)];
  const compaction = createCompaction({ settings, model, storage, logger: createLogger({ silent: true }), quietMs: 0 });
  for (let i = 0; i < Number(rows); i++) compaction.rowWritten(keyOf(i), BASE);
  process.send?.('ready');
  await compaction.flush(Infinity);
  process.send?.('done');
}

if (require.main === module) void main();
