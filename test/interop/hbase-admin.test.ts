import { randomBytes } from 'node:crypto';
import { DoNotRetryError, PackedCells, TableDisabledError } from '../../src/storage';
import { HBaseAdmin, HBaseStorage } from '../../src/storage/hbase';
import { until } from '../support/until';
import { describeWithHBase } from './support/needs';

const T = Buffer.from('t');
const Q = Buffer.from('q');

describeWithHBase('HBase tables and regions', (zkQuorum) => {
  const table = `admin_${randomBytes(4).toString('hex')}`;
  let storage: HBaseStorage;
  let admin: HBaseAdmin;

  beforeAll(async () => {
    storage = HBaseStorage.withOptions({ zkQuorum });
    await storage.open();
    admin = new HBaseAdmin(storage.cluster);
  });
  afterAll(async () => {
    if ((await admin.tableState(table)) === 'ENABLED') await admin.disableTable(table);
    if ((await admin.tableState(table)) !== null) await admin.deleteTable(table);
    admin.close();
    await storage.close();
  });

  it('creates a table with attributes and regions, once', async () => {
    expect(await storage.tableExists(table)).toBe(false);
    const family = { name: 't', versions: 1, ttlSeconds: 86400, compression: 'NONE', bloomFilter: 'ROW', dataBlockEncoding: 'DIFF' };
    const description = { name: table, families: [family], splitKeys: [Buffer.of(1), Buffer.of(2, 0xff)] };
    await admin.createTable(description);
    expect(await storage.tableExists(table)).toBe(true);
    expect(await admin.listTables()).toContain(table);
    const { families } = await admin.describeTable(table);
    expect(families).toHaveLength(1);
    expect(families[0].name).toBe('t');
    expect(families[0].attributes).toMatchObject({
      VERSIONS: '1',
      TTL: '86400',
      COMPRESSION: 'NONE',
      BLOOMFILTER: 'ROW',
      DATA_BLOCK_ENCODING: 'DIFF',
    });
    expect((await admin.regions(table)).map((region) => region.startKey.toString('hex'))).toEqual(['', '01', '02ff']);
    await expect(admin.createTable(description)).rejects.toThrow(/TableExistsException/);
    await expect(admin.createTable({ name: `${table}x`, families: [{ name: 't', compression: 'NOSUCH' }] })).rejects.toBeInstanceOf(
      DoNotRetryError,
    );
    await expect(admin.describeTable('no-such-table')).rejects.toBeInstanceOf(DoNotRetryError);
  });

  it('splits a region under the reader', async () => {
    const rows = Array.from({ length: 200 }, (_, i) => ({ row: Buffer.of(1, i), cells: PackedCells.of(Q, Buffer.of(i)) }));
    expect(await storage.put(table, T, rows)).toEqual([]);
    await admin.splitRegion(table, Buffer.of(1, 100));
    expect((await admin.regions(table)).map((region) => region.startKey.toString('hex'))).toEqual(['', '01', '0164', '02ff']);
    expect(await storage.put(table, T, rows)).toEqual([]);
    const found = await storage.multiGet(
      table,
      rows.map(({ row }) => ({ row })),
    );
    expect(found.map((row) => row?.value(0)[0])).toEqual(rows.map((_, i) => i));
  });

  it('says that a table is disabled, and goes on when it is not', async () => {
    await admin.disableTable(table);
    expect(await admin.tableState(table)).toBe('DISABLED');
    const [{ error }] = await storage.put(table, T, [{ row: Buffer.of(1), cells: PackedCells.of(Q, Q) }]);
    expect(error).toBeInstanceOf(TableDisabledError);
    expect(error.message).toContain('disabled');
    await expect(storage.get(table, { row: Buffer.of(1, 7) })).rejects.toThrow(/disabled/);
    await admin.enableTable(table);
    expect((await storage.get(table, { row: Buffer.of(1, 7) }))?.value(0)).toEqual(Buffer.of(7));
  });

  it('finds a region again that was taken off its server and came back', async () => {
    await storage.get(table, { row: Buffer.of(1, 7) });
    const region = await admin.unassignRegion(table, Buffer.of(1, 7));
    const missed = Number(storage.stats()['hbase.nsre']);
    const reading = storage.get(table, { row: Buffer.of(1, 7) });
    await until(() => Number(storage.stats()['hbase.nsre']) > missed);
    await admin.assignRegion(region);
    expect((await reading)?.value(0)).toEqual(Buffer.of(7));
  });
});
