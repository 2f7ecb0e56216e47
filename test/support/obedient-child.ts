/** A process of its own on an embedded store, `obedient-child.ts <path> <packAfter>`, that does what its parent says. */
import { EmbeddedStorage } from '../../src/storage/embedded';
import { messageOf } from '../../src/util/message-of';
import { perform, readContents, type StoreChange } from './store-changes';
import { TABLES } from './temp-store';

export type Order = { change: StoreChange; expected: string | undefined } | 'read' | 'reopen';

async function main(): Promise<void> {
  const [path, packAfter] = process.argv.slice(2);
  const open = async (): Promise<EmbeddedStorage> => {
    const storage = new EmbeddedStorage({ path, tables: TABLES, packAfter: Number(packAfter) });
    await storage.open();
    return storage;
  };
  let storage = await open();
  const obey = async (order: Order): Promise<unknown> => {
    if (order === 'read') return readContents(storage);
    if (order !== 'reopen') return perform(storage, order.change, order.expected);
    await storage.close();
    storage = await open();
    return true;
  };
  process.on('message', (order: Order) => {
    obey(order).then(
      (answer) => process.send?.({ answer }),
      (e: unknown) => process.send?.({ error: messageOf(e) }),
    );
  });
  process.on('disconnect', () => void storage.close().then(() => process.exit(0)));
  process.send?.({ answer: 'ready' });
}

void main();
