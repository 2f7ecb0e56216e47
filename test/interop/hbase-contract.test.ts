import { randomBytes } from 'node:crypto';
import { HBaseAdmin, HBaseStorage } from '../../src/storage/hbase';
import { describeStorageContract } from '../storage/contract';
import { describeWithHBase } from './support/needs';

describeWithHBase('the storage contract', (zkQuorum) => {
  const prefix = `contract_${randomBytes(4).toString('hex')}_`;
  const tables = [
    {
      name: `${prefix}tsdb`,
      families: [{ name: 't', versions: 1 }],
      splitKeys: [Buffer.of(0x40), Buffer.of(0x80, 0, 0), Buffer.of(0xc0, 0xff)],
    },
    { name: `${prefix}tsdb-uid`, families: [{ name: 'id' }, { name: 'name' }] },
  ];

  describeStorageContract('hbase', async () => {
    const storage = HBaseStorage.withOptions({ zkQuorum });
    await storage.open();
    const admin = new HBaseAdmin(storage.cluster);
    for (const table of tables) await admin.createTable(table);
    const close = async (): Promise<void> => {
      for (const { name } of tables) {
        await admin.disableTable(name);
        await admin.deleteTable(name);
      }
      admin.close();
      await storage.close();
    };
    return { storage, close, dataTable: tables[0].name, uidTable: tables[1].name };
  });
});
