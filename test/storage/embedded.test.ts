import { openTempStore, TABLES } from '../support/temp-store';
import { describeStorageContract } from './contract';

describeStorageContract('embedded', async () => {
  const { storage, close } = await openTempStore();
  return { storage, close, dataTable: 'tsdb', uidTable: 'tsdb-uid' };
});

// The same with every table packed, after a few cells each: most cells are in runs, some stand singly before, between and over them.
describeStorageContract('embedded, always packing', async () => {
  const { storage, close } = await openTempStore({ packAfter: 7, tables: TABLES.map((t) => ({ ...t, packed: true })) });
  return { storage, close, dataTable: 'tsdb', uidTable: 'tsdb-uid' };
});
