import { createStore } from '../../../src/app/store';
import { loadConfig } from '../../../src/config';
import { HBaseAdmin, HBaseStorage } from '../../../src/storage/hbase';
import { describeTables } from '../../../src/tools/table-schema';

/** Configuration keys of the four tables, each name with the prefix in front. */
export function tableNames(prefix: string): Record<string, string> {
  return {
    'tsd.storage.hbase.data_table': `${prefix}tsdb`,
    'tsd.storage.hbase.uid_table': `${prefix}tsdb-uid`,
    'tsd.storage.hbase.tree_table': `${prefix}tsdb-tree`,
    'tsd.storage.hbase.meta_table': `${prefix}tsdb-meta`,
  };
}

/** Makes tables on the test's HBase as `tsdb tables create` does, looks into them, and takes them away again. */
export class TestTables {
  private readonly made: string[] = [];

  private constructor(
    readonly storage: HBaseStorage,
    readonly admin: HBaseAdmin,
  ) {}

  static async connect(quorum: string): Promise<TestTables> {
    const storage = HBaseStorage.withOptions({ zkQuorum: quorum });
    await storage.open();
    return new TestTables(storage, new HBaseAdmin(storage.cluster));
  }

  /** @param settings those that decide about tables and regions: rollups, salt width and buckets */
  async create(prefix: string, settings: Readonly<Record<string, string>> = {}): Promise<void> {
    const overrides = Object.entries({ ...tableNames(prefix), ...settings });
    const { config } = loadConfig({ overrides, searchPath: [] });
    const attributes = { compression: 'NONE', bloomFilter: 'ROW', dataBlockEncoding: 'DIFF', ttlSeconds: undefined };
    await Promise.all(
      describeTables(createStore(config).model, attributes).map(async (table) => {
        await this.admin.createTable(table);
        this.made.push(table.name);
      }),
    );
  }

  /** Every cell as `row family:qualifier = value`, in hexadecimal, with `@timestamp` where that is wanted. */
  async cells(table: string, timestamps = false): Promise<string[]> {
    const lines: string[] = [];
    for await (const rows of this.storage.scan(table, { start: Buffer.alloc(0), stop: Buffer.alloc(0) })) {
      for (const row of rows) {
        for (let i = 0; i < row.size; i++) {
          const column = `${row.family(i).toString()}:${row.qualifier(i).toString('hex')}`;
          const time = timestamps ? ` @${row.timestamp(i)}` : '';
          lines.push(`${row.key.toString('hex')} ${column} = ${row.value(i).toString('hex')}${time}`);
        }
      }
    }
    return lines;
  }

  /** Takes away what was made here and disconnects. */
  async close(): Promise<void> {
    await Promise.all(
      this.made.map(async (name) => {
        if ((await this.admin.tableState(name)) === 'ENABLED') await this.admin.disableTable(name);
        await this.admin.deleteTable(name).catch((error: unknown) => {
          if (!String(error).includes('TableNotFoundException')) throw error;
        });
      }),
    );
    this.admin.close();
    await this.storage.close();
  }
}
