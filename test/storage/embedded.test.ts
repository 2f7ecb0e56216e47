import { openTempStore } from '../support/temp-store';
import { describeStorageContract } from './contract';

describeStorageContract('embedded', async () => {
  const { storage, close } = await openTempStore();
  return { storage, close, dataTable: 'tsdb', uidTable: 'tsdb-uid' };
});
