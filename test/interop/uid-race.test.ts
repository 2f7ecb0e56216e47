import { randomBytes } from 'node:crypto';
import { HBaseAdmin, HBaseStorage } from '../../src/storage/hbase';
import { race } from '../uid/support/race';
import { describeWithHBase } from './support/needs';

const PROCESSES = Number(process.env.UID_RACE_PROCESSES ?? 16);
const NAMES = Number(process.env.UID_RACE_NAMES ?? 1000);
jest.setTimeout(600_000);

describeWithHBase('UIDs on HBase', (zkQuorum) => {
  const table = `race_${randomBytes(4).toString('hex')}-uid`;
  let storage: HBaseStorage;
  let admin: HBaseAdmin;

  beforeAll(async () => {
    storage = HBaseStorage.withOptions({ zkQuorum });
    await storage.open();
    admin = new HBaseAdmin(storage.cluster);
    await admin.createTable({ name: table, families: [{ name: 'id' }, { name: 'name' }] });
  });
  afterAll(async () => {
    await admin.disableTable(table);
    await admin.deleteTable(table);
    admin.close();
    await storage.close();
  });

  it(`are one for each of ${NAMES} names, whichever of ${PROCESSES} processes is first`, async () => {
    const settings = {
      'tsd.storage.engine': 'hbase',
      'tsd.storage.hbase.zk_quorum': zkQuorum,
      'tsd.storage.hbase.uid_table': table,
      'tsd.core.auto_create_metrics': 'true',
    };
    const { ids, taken, leaked } = await race(storage, settings, PROCESSES, NAMES, table);
    for (const answers of ids) expect(answers).toEqual(ids[0]);
    expect(new Set(ids[0]).size).toBe(NAMES);
    expect(taken).toBe(NAMES + leaked);
    expect(leaked).toBeLessThanOrEqual((PROCESSES - 1) * NAMES);
  });
});
