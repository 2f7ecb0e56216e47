import { setTimeout as sleep } from 'node:timers/promises';
import { PackedCells, RetryableError } from '../../src/storage';
import { HBaseAdmin, HBaseStorage } from '../../src/storage/hbase';
import { describeWithHBase } from './support/needs';
import { OwnHBase } from './support/own-hbase';
import { TableLoad } from './support/table-load';

jest.setTimeout(180_000);

describeWithHBase('the HBase client when the server is lost', () => {
  const table = 'loss';
  let hbase: OwnHBase;
  let storage: HBaseStorage;

  beforeAll(async () => {
    hbase = await OwnHBase.start();
    storage = HBaseStorage.withOptions({ zkQuorum: hbase.quorum, rpcTimeoutMs: 1500, operationTimeoutMs: 120_000 });
    await storage.open();
    const admin = new HBaseAdmin(storage.cluster);
    await admin.createTable({ name: table, families: [{ name: 't', versions: 1 }], splitKeys: [Buffer.of(0x80)] });
    admin.close();
  });
  afterAll(async () => {
    await storage.close();
    await hbase.stop();
  });

  it('waits for a frozen server (SIGSTOP) and loses nothing', async () => {
    const load = new TableLoad(storage, table);
    await sleep(1000);
    hbase.freeze();
    const before = load.acknowledged.length;
    await sleep(4000); // less than HBase's own session with ZooKeeper, or it ends itself
    expect(load.acknowledged.length - before).toBeLessThanOrEqual(400); // answers that were on their way
    hbase.thaw();
    await sleep(3000);
    await load.stop();
    expect(load.acknowledged.length).toBeGreaterThan(before + 400);
    expect(load.errors).toEqual([]);
    expect(await load.missing()).toEqual([]);
  });

  it('loses nothing that was acknowledged when the server is killed (-9) and started again', async () => {
    const load = new TableLoad(storage, table);
    await sleep(1500);
    await hbase.kill();
    const before = load.acknowledged.length;
    await sleep(2000);
    await hbase.restart();
    const row = Buffer.from('after');
    await storage.increment(table, row, Buffer.from('t'), Buffer.from('n'), 5n);
    await load.stop();
    expect(before).toBeGreaterThan(0);
    expect(load.acknowledged.length).toBeGreaterThan(before);
    expect(load.errors).toEqual([]);
    expect(await load.missing()).toEqual([]);
  });

  it('says so when nobody is there, within its time', async () => {
    await hbase.kill();
    const late = HBaseStorage.withOptions({ zkQuorum: hbase.quorum, openTimeoutMs: 2500, zkSessionTimeoutMs: 1000 });
    const startedAt = Date.now();
    const failure = await late.open().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(RetryableError);
    expect((failure as Error).message).toContain(`Can't reach ZooKeeper at ${hbase.quorum}`);
    expect(Date.now() - startedAt).toBeLessThan(5000);
    const [{ error }] = await storage.put(
      table,
      Buffer.from('t'),
      [{ row: Buffer.of(1), cells: PackedCells.of(Buffer.of(1), Buffer.of(1)) }],
      {
        deadline: Date.now() + 1500,
      },
    );
    expect(error).toBeInstanceOf(RetryableError);
    await late.close();
    await hbase.restart();
    const again = HBaseStorage.withOptions({ zkQuorum: hbase.quorum });
    await again.open();
    expect(await again.tableExists(table)).toBe(true);
    await again.close();
  });
});
