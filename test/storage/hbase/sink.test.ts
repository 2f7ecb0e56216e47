import { HBaseStorage } from '../../../src/storage/hbase';
import { PackedCells, type Row, type ScanOptions } from '../../../src/storage';
import { HBaseSink } from '../../support/hbase-sink/hbase-sink';

const [DATA, UIDS] = ['sink_tsdb', 'sink_tsdb-uid'];
const [T, ID, NAME] = ['t', 'id', 'name'].map((text) => Buffer.from(text));
const b = (text: string): Buffer => Buffer.from(text);

/** What the benchmarks measure against. */
describe('the HBase that stores nothing', () => {
  let sink: HBaseSink;
  let storage: HBaseStorage;
  beforeAll(async () => {
    sink = await HBaseSink.start();
    storage = HBaseStorage.withOptions({ zkQuorum: sink.quorum });
    await storage.open();
  });
  afterAll(async () => {
    await storage.close();
    await sink.stop();
  });

  async function keysOf(table: string, options: Partial<ScanOptions> = {}): Promise<string[]> {
    const keys: Row[] = [];
    for await (const rows of storage.scan(table, { start: b(''), stop: b(''), ...options })) keys.push(...rows);
    return keys.map((row) => row.key.toString());
  }

  it('takes points, counts them and has none', async () => {
    const rows = Array.from({ length: 700 }, (_, i) => ({ row: b(`row${i}`), cells: PackedCells.of(b('q'), b('v')).add(b('r'), b('w')) }));
    expect(await storage.put(DATA, T, rows)).toEqual([]);
    expect(await storage.append(DATA, T, rows.slice(0, 3))).toEqual([]);
    expect(await storage.delete(DATA, [{ row: b('row1'), family: T, qualifiers: [b('q')] }])).toEqual([]);
    expect(sink.discarded.get(DATA)).toBe(700 * 2 + 3 * 2 + 1);
    expect(await storage.get(DATA, { row: b('row1') })).toBeNull();
    expect(await storage.multiGet(DATA, [{ row: b('row1') }])).toEqual([null]);
    expect(await keysOf(DATA)).toEqual([]);
  });

  it('has every table', async () => {
    expect(await storage.tableExists('any')).toBe(true);
  });

  it('keeps names: counters, compare-and-set, puts, gets and scans', async () => {
    expect(await storage.increment(UIDS, Buffer.of(0), ID, b('metrics'), 5n)).toBe(5n);
    expect(await storage.increment(UIDS, Buffer.of(0), ID, b('metrics'), 1n)).toBe(6n);
    expect(await storage.compareAndSet(UIDS, Buffer.of(0, 0, 6), NAME, b('metrics'), null, b('sys.cpu'))).toBe(true);
    expect(await storage.compareAndSet(UIDS, Buffer.of(0, 0, 6), NAME, b('metrics'), null, b('other'))).toBe(false);
    expect(await storage.compareAndSet(UIDS, Buffer.of(0, 0, 6), NAME, b('metrics'), b('sys.cpu'), b('sys.mem'))).toBe(true);
    const names = ['c', 'a', 'b'].map((name) => ({ row: b(name), cells: PackedCells.of(b('tagk'), b(`uid of ${name}`)) }));
    expect(await storage.put(UIDS, ID, names)).toEqual([]);
    const found = await storage.multiGet(UIDS, [{ row: b('b'), family: ID, qualifiers: [b('tagk')] }, { row: b('nobody') }]);
    expect(found.map((row) => row?.value(0).toString())).toEqual(['uid of b', undefined]);
    const reverse = await storage.get(UIDS, { row: Buffer.of(0, 0, 6), family: NAME });
    expect(reverse?.value(0).toString()).toBe('sys.mem');
    expect(await keysOf(UIDS, { start: b('a'), stop: b('c') })).toEqual(['a', 'b']);
    expect(await keysOf(UIDS, { start: b('a'), batchRows: 1 })).toEqual(['a', 'b', 'c']);
    await storage.delete(UIDS, [{ row: b('b'), family: ID, qualifiers: [b('tagk')] }]);
    expect(await keysOf(UIDS, { start: b('a') })).toEqual(['a', 'c']);
  });
});
