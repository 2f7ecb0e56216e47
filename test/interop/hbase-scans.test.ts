import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { PackedCells, type Row, type RowFilter, type RowPut, type ScanOptions } from '../../src/storage';
import { HBaseAdmin, HBaseStorage, type HBaseOptions } from '../../src/storage/hbase';
import { compileRowFilter } from '../../src/storage/row-filter';
import { until } from '../support/until';
import { describeWithHBase } from './support/needs';

const T = Buffer.from('t');
const EVERYTHING = { start: Buffer.alloc(0), stop: Buffer.alloc(0) };
const METRIC = Buffer.of(0, 0, 9);
/** The filters know what keys begin with, and when rows may begin. */
const ROWS_OF_METRIC = { start: Buffer.concat([METRIC, Buffer.alloc(4)]), stop: Buffer.of(0, 0, 10) };
const uid = (n: number): Buffer => Buffer.of(0, n >> 8, n);

describeWithHBase('HBase scans', (zkQuorum) => {
  const table = `scans_${randomBytes(4).toString('hex')}`;
  const opened: HBaseStorage[] = [];
  let admin: HBaseAdmin;
  const keys: Buffer[] = [];

  async function open(options: Partial<HBaseOptions> = {}): Promise<HBaseStorage> {
    const storage = HBaseStorage.withOptions({ zkQuorum, ...options });
    await storage.open();
    opened.push(storage);
    return storage;
  }
  async function scan(storage: HBaseStorage, options: ScanOptions): Promise<Row[]> {
    const rows: Row[] = [];
    for await (const batch of storage.scan(table, options)) rows.push(...batch);
    return rows;
  }
  const hex = (rows: readonly (Row | Buffer)[]): string[] => rows.map((row) => (Buffer.isBuffer(row) ? row : row.key).toString('hex'));

  beforeAll(async () => {
    const storage = await open();
    admin = new HBaseAdmin(storage.cluster);
    const splitKeys = [Buffer.concat([METRIC, Buffer.of(0, 0, 0, 1, 0, 0, 1)]), Buffer.of(0, 0, 10)];
    await admin.createTable({ name: table, families: [{ name: 't', versions: 1 }], splitKeys });
    const puts: RowPut[] = [];
    for (let hour = 0; hour < 3; hour++)
      for (let host = 1; host <= 60; host++)
        for (const dc of [null, 1, 2, 0x5c45]) {
          const tags = [uid(1), uid(host), ...(dc === null ? [] : [uid(2), uid(dc)])];
          const row = Buffer.concat([METRIC, Buffer.of(0, 0, 0, hour), ...tags]);
          const cells = new PackedCells();
          for (let i = 0; i < 40; i++) cells.add(Buffer.of(i, 0x0b), Buffer.alloc(4, i));
          puts.push({ row, cells });
          keys.push(row);
        }
    keys.sort(Buffer.compare);
    expect(await storage.put(table, T, puts)).toEqual([]);
  });
  afterAll(async () => {
    await admin.disableTable(table);
    await admin.deleteTable(table);
    admin.close();
    await Promise.all(opened.map((storage) => storage.close()));
  });

  it.each([
    [100, 100],
    [777, 1000],
    [5000, 1000],
  ])('puts rows together that come in parts of %i bytes', async (scanResultBytes, limit) => {
    const storage = await open({ scanResultBytes });
    const rows = await scan(storage, { ...EVERYTHING, limit });
    expect(hex(rows)).toEqual(hex(keys.slice(0, limit)));
    for (const row of rows) {
      expect(row.size).toBe(40);
      for (let i = 0; i < 40; i++) expect([row.qualifier(i)[0], row.value(i).equals(Buffer.alloc(4, i))]).toEqual([i, true]);
    }
    expect(storage.stats()['hbase.rpcs type=scan']).toBeGreaterThan(20);
  });

  it('keeps to a limit across regions and in parts', async () => {
    const storage = await open({ scanResultBytes: 500 });
    for (const limit of [1, 7, 241, keys.length, keys.length + 5])
      expect(hex(await scan(storage, { ...EVERYTHING, limit }))).toEqual(hex(keys.slice(0, limit)));
  });

  it('goes on where the server stops for lack of time', async () => {
    const storage = await open({ rpcTimeoutMs: 20, maxAttempts: 1000 });
    expect(hex(await scan(storage, { ...EVERYTHING, filter: { kind: 'keyRegexp', pattern: '(?s).*\\x5c\\x45$' } })).length).toBe(180);
  });

  it('filters as the embedded store does, fuzzy rows and long value lists included', async () => {
    const storage = await open();
    const tagvs = fc.option(fc.uniqueArray(fc.constantFrom(1, 2, 3, 30, 60, 0x5c45), { maxLength: 5 }), { nil: null });
    const filters = fc.record({
      hosts: tagvs,
      dcs: fc.option(tagvs, { nil: undefined }),
      explicit: fc.boolean(),
      long: fc.boolean(),
      // The second is wrong: rows of other times are found all the same.
      rowTimes: fc.constantFrom(undefined, [0, 2], [0, 1, 2]),
    });
    await fc.assert(
      fc.asyncProperty(filters, async ({ hosts, dcs, explicit, long, rowTimes }) => {
        const more = long ? Array.from({ length: 4500 }, (_, i) => uid(1000 + i)) : [];
        const tags = [{ tagk: uid(1), tagvs: hosts && [...hosts.map(uid), ...more] }];
        if (dcs !== undefined) tags.push({ tagk: uid(2), tagvs: dcs && dcs.map(uid) });
        const filter: RowFilter = { kind: 'tags', prefixLength: 7, tagkWidth: 3, tagvWidth: 3, tags, explicit, rowTimes };
        const passes = compileRowFilter(filter);
        expect(hex(await scan(storage, { ...ROWS_OF_METRIC, filter }))).toEqual(hex(keys.filter((key) => passes(key, 0, key.length))));
        expect((await scan(storage, { ...ROWS_OF_METRIC, filter, limit: 3, firstCellOnly: true })).every((row) => row.size === 1)).toBe(
          true,
        );
      }),
      { numRuns: 40 },
    );
  });

  it('finds series by their tags, with and without knowing when rows begin', async () => {
    const storage = await open();
    const parts = [...new Set(keys.map((key) => key.toString('latin1', 7)))].map((part) => Buffer.from(part, 'latin1'));
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(fc.subarray(parts), fc.subarray(parts, { minLength: 1, maxLength: 2 })),
        fc.constantFrom<number[] | undefined>(undefined, [0], [0, 2], [0, 1, 2]),
        fc.boolean(),
        async (tagParts, rowTimes, onlyRowTimes) => {
          const filter: RowFilter = { kind: 'tsuids', prefixLength: 7, tagParts, rowTimes, onlyRowTimes };
          const passes = compileRowFilter(filter);
          const found = await scan(storage, { ...ROWS_OF_METRIC, filter });
          const wanted = keys.filter((key) => passes(key, 0, key.length));
          const isThen = (key: Buffer): boolean => !onlyRowTimes || rowTimes === undefined || rowTimes.includes(key.readUInt32BE(3));
          expect(hex(found)).toEqual(hex(wanted.filter(isThen)));
        },
      ),
      { numRuns: 40 },
    );
  });

  it('has no call under way after its reader has stopped', async () => {
    const storage = await open({ scanResultBytes: 500 });
    for (let i = 0; i < 50; i++) for await (const rows of storage.scan(table, EVERYTHING)) if (rows.length > 0) break;
    await until(() => storage.stats()['hbase.rpcs_in_flight'] === 0);
    expect(hex(await scan(storage, EVERYTHING))).toEqual(hex(keys));
  });
});
