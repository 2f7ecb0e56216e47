import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { PackedCells, TimeoutError } from '../../src/storage';
import { HBaseAdmin, HBaseStorage } from '../../src/storage/hbase';
import { until } from '../support/until';
import { describeWithHBase } from './support/needs';
import { TableLoad } from './support/table-load';
import { TcpProxy } from './support/tcp-proxy';

const T = Buffer.from('t');
const Q = Buffer.from('q');
const EVERYTHING = { start: Buffer.alloc(0), stop: Buffer.alloc(0) };

describeWithHBase('the HBase client in trouble', (zkQuorum) => {
  const table = `faults_${randomBytes(4).toString('hex')}`;
  let direct: HBaseStorage;
  let admin: HBaseAdmin;
  let proxy: TcpProxy;
  let storage: HBaseStorage;

  beforeAll(async () => {
    direct = HBaseStorage.withOptions({ zkQuorum });
    await direct.open();
    admin = new HBaseAdmin(direct.cluster);
    await admin.createTable({
      name: table,
      families: [{ name: 't', versions: 1 }],
      splitKeys: [Buffer.of(0x40), Buffer.of(0x80), Buffer.of(0xc0)],
    });
    const [{ server }] = await admin.regions(table);
    proxy = await TcpProxy.to(server);
    // Connections are cut as often in a row as a call is tried otherwise.
    storage = HBaseStorage.withOptions({ zkQuorum, route: () => proxy.address, rpcTimeoutMs: 2000, maxAttempts: 100 });
    await storage.open();
  });
  afterAll(async () => {
    await storage.close();
    await proxy.close();
    await admin.disableTable(table);
    await admin.deleteTable(table);
    admin.close();
    await direct.close();
  });

  async function countRows(): Promise<number> {
    let rows = 0;
    for await (const batch of storage.scan(table, EVERYTHING)) rows += batch.length;
    return rows;
  }

  it('loses nothing when regions split and are reopened under load', async () => {
    const load = new TableLoad(storage, table);
    for (const at of [0x20, 0xe0]) {
      await sleep(300);
      await admin.splitRegion(table, Buffer.of(at));
    }
    const region = await admin.unassignRegion(table, Buffer.of(0x21));
    await until(() => Number(storage.stats()['hbase.nsre']) > 0, 'some calls miss the region');
    await admin.assignRegion(region);
    await until(() => load.acknowledged.length > 1000, 'the load goes on', 40_000);
    await load.stop();
    expect(load.errors).toEqual([]);
    expect((await admin.regions(table)).length).toBe(6);
    expect(await load.missing()).toEqual([]);
  });

  it('reads everything while regions split', async () => {
    const before = await countRows();
    const counting = (async () => {
      const counts: number[] = [];
      for (let i = 0; i < 8; i++) counts.push(await countRows());
      return counts;
    })();
    await admin.splitRegion(table, Buffer.of(0x60));
    await admin.splitRegion(table, Buffer.of(0xa0));
    expect(new Set(await counting)).toEqual(new Set([before]));
  });

  it('loses and repeats nothing when connections are cut in the middle of an answer', async () => {
    const before = await countRows();
    for (const bytes of [1, 3, 5, 30, 1000, 70_000, 300_001]) {
      proxy.cutBehind(bytes);
      expect(await countRows()).toBe(before);
    }
    const load = new TableLoad(storage, table);
    for (let i = 0; i < 10; i++) {
      const { cuts } = proxy;
      proxy.cutBehind(1 + i * 7);
      await until(() => proxy.cuts > cuts, 'an answer is cut');
    }
    const { length } = load.acknowledged;
    await until(() => load.acknowledged.length > length, 'the load goes on');
    await load.stop();
    expect(load.errors).toEqual([]);
    expect(await load.missing()).toEqual([]);
  });

  it('increments and appends once, and knows its own compare-and-set, whenever the answer is lost', async () => {
    const row = Buffer.from('counter');
    const rounds = 12;
    const cutsBefore = proxy.cuts;
    for (let i = 1; i <= rounds; i++) {
      // A few bytes into the answer: the server has done it, and we do not know.
      proxy.cutBehind(1 + (i % 4));
      expect(await storage.increment(table, row, T, Q, 1n)).toBe(BigInt(i));
      proxy.cutBehind(2);
      expect(await storage.append(table, T, [{ row, cells: PackedCells.of(Buffer.from('log'), Buffer.of(i)) }])).toEqual([]);
      proxy.cutBehind(3);
      expect(await storage.compareAndSet(table, Buffer.from(`cas${i}`), T, Q, null, Buffer.from('mine'))).toBe(true);
      proxy.cutBehind(3);
      expect(await storage.compareAndSet(table, Buffer.from(`cas${i}`), T, Q, null, Buffer.from('other'))).toBe(false);
    }
    expect(proxy.cuts - cutsBefore).toBeGreaterThanOrEqual(4 * rounds - 1);
    const cells = await direct.get(table, { row });
    expect(cells?.get(T, Q)?.readBigInt64BE()).toBe(BigInt(rounds));
    expect(cells?.get(T, Buffer.from('log'))).toEqual(Buffer.from(Array.from({ length: rounds }, (_, i) => i + 1)));
  });

  it('ends calls to a frozen server at their deadline, naming it, and goes on when it thaws', async () => {
    const row = Buffer.from('counter');
    proxy.freeze();
    const startedAt = Date.now();
    const failure = await storage.get(table, { row }, { deadline: startedAt + 1500 }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(TimeoutError);
    expect((failure as Error).message).toMatch(new RegExp(`get on ${table} failed \\(row 636f756e746572, server .*:\\d+, .* ms\\)`));
    const [{ error }] = await storage.put(table, T, [{ row, cells: PackedCells.of(Q, Q) }], { deadline: Date.now() + 500 });
    expect(error).toBeInstanceOf(TimeoutError);
    const waiting = storage.get(table, { row });
    setTimeout(() => proxy.thaw(), 3000);
    expect((await waiting)?.size).toBeGreaterThan(0);
  });

  it('gives up a scan at once when it is cancelled', async () => {
    const controller = new AbortController();
    proxy.freeze();
    setTimeout(() => controller.abort(), 200);
    const scan = (async () => {
      for await (const rows of storage.scan(table, { ...EVERYTHING, signal: controller.signal })) void rows;
    })();
    // While the server is still frozen, and long before a deadline.
    await expect(scan).rejects.toBeInstanceOf(TimeoutError);
    proxy.thaw();
  });
});
