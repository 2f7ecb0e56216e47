/**
 * A process that compacts rows and stands still in the midst of it, to be killed: `compacting-child.ts <path> <rows> <calls>`. Tells by IPC of each
 * call of storage, and when it is `done`; after so many calls it stops.
 */
import { createLogger } from 'winston';
import { LayeredConfig } from '../../../../src/config';
import { readCompactionSettings } from '../../../../src/config/settings';
import { EmbeddedStorage } from '../../../../src/storage/embedded';
import { readDataModel } from '../../../../src/tables';
import { createCompaction } from '../../../../src/write/compaction';
import { TABLES } from '../../../support/temp-store';
import { BASE, keyOf } from './rows';

async function main(): Promise<void> {
  const [path, rows, most] = process.argv.slice(2);
  let calls = 0;
  const storage = new EmbeddedStorage({ path, tables: TABLES });
  await storage.open();
  const telling = new Proxy(storage, {
    get(target, property: keyof EmbeddedStorage) {
      if (property === 'put' || property === 'delete') {
        process.send?.(property);
        if (++calls >= Number(most)) process.kill(process.pid, 'SIGSTOP');
      }
      const value = target[property];
      return typeof value === 'function' ? (value as (...args: never[]) => unknown).bind(target) : value;
    },
  });
  const config = new LayeredConfig();
  const [settings, model] = [readCompactionSettings(config), readDataModel(config)];
  const compaction = createCompaction({ settings, model, storage: telling, logger: createLogger({ silent: true }), quietMs: 0 });
  for (let i = 0; i < Number(rows); i++) compaction.rowWritten(keyOf(i), BASE);
  await compaction.flush(Infinity);
  process.send?.('done');
}

if (require.main === module) void main();
