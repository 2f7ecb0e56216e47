/** A process that creates names together with others: `race-child.ts <settings as JSON> <names> <seed>`; starts at its parent's word. */
import { once } from 'node:events';
import { LayeredConfig } from '../../../src/config';
import { createStore } from '../../../src/app';
import { uidsOn } from '../../support/parts';

export const raceName = (i: number): string => `race.name.${i}`;

async function main(): Promise<void> {
  const [settings, count, seed] = process.argv.slice(2);
  const config = new LayeredConfig(Object.entries(JSON.parse(settings) as Record<string, string>));
  const { storage } = createStore(config);
  await storage.open();
  const uids = uidsOn(storage, config);
  await uids.open();
  process.send?.('ready');
  await once(process, 'message');
  const ids = new Array<string>(Number(count));
  // Everyone goes through all names from a place of their own, some at a time, so that each name is contended for.
  const order = ids.length === 0 ? [] : Array.from(ids.keys(), (i) => (i + Number(seed)) % ids.length);
  const worker = async (): Promise<void> => {
    for (let i = order.pop(); i !== undefined; i = order.pop()) ids[i] = (await uids.getOrCreateId('metrics', raceName(i))).toString('hex');
  };
  await Promise.all(Array.from({ length: 20 }, worker));
  // Until the parent has read all of it: nothing else would keep the process that long.
  const released = once(process, 'disconnect');
  process.send?.(ids);
  await uids.close();
  await storage.close();
  await released;
}

if (require.main === module) {
  main().catch((e: unknown) => {
    console.error(e);
    process.exit(1);
  });
}
