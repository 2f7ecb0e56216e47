import { DoNotRetryError } from '../errors';
import { newNonce, type Cluster } from './cluster';
import { Deadline } from './deadline';
import { Master } from './master';
import type { TableStatus } from './meta-table';
import { splitTableName, type Region, type ServerAddress } from './region';
import type { DecodedMessage, MessageFields } from './rpc-definitions';

/** A column family with the attributes that are given; HBase's defaults for the others. */
export interface FamilyDescription {
  name: string;
  /** VERSIONS */
  versions?: number;
  /** TTL in seconds; absent: for ever. */
  ttlSeconds?: number;
  /** COMPRESSION: NONE, LZO, GZ, SNAPPY, ... */
  compression?: string;
  /** BLOOMFILTER: NONE, ROW, ROWCOL */
  bloomFilter?: string;
  /** DATA_BLOCK_ENCODING: NONE, PREFIX, DIFF, FAST_DIFF, ROW_INDEX_V1 */
  dataBlockEncoding?: string;
}

export interface TableDescription {
  name: string;
  families: readonly FamilyDescription[];
  /** First keys of all regions but the first. */
  splitKeys?: readonly Buffer[];
}

/** A table as HBase has it: its families' attributes by HBase's names, and what was not given as HBase's default. */
export interface ExistingTable {
  name: string;
  families: { name: string; attributes: Record<string, string> }[];
}

/** Creating a table with many regions on a busy cluster takes its time. */
const DEFAULT_TIMEOUT_MS = 120_000;
const REGION_NAME = 1;
const ENCODED_REGION_NAME = 2;

/** Tables and regions, for the tools and the tests. Every call waits until HBase has done it. */
export class HBaseAdmin {
  private readonly master: Master;

  /** @param timeoutMs for each call */
  constructor(
    private readonly cluster: Cluster,
    private readonly timeoutMs = DEFAULT_TIMEOUT_MS,
  ) {
    this.master = new Master(cluster);
  }

  /** Names of all tables, without HBase's own; `namespace:name` outside the namespace `default`. */
  async listTables(): Promise<string[]> {
    const { tableNames } = await this.master.call('GetTableNames', 'GetTableNamesRequest', {}, this.deadline());
    return messages(tableNames).map(printedName).sort();
  }

  /** Null when there is no such table. */
  tableState(table: string): Promise<TableStatus | null> {
    return this.cluster.meta.tableStateWithRetries(table, this.deadline());
  }

  /** @throws DoNotRetryError when the table exists, or HBase refuses an attribute */
  async createTable({ name, families, splitKeys = [] }: TableDescription): Promise<void> {
    const tableSchema = { tableName: tableName(name), columnFamilies: families.map(familySchema) };
    await this.procedure('CreateTable', name, { tableSchema, splitKeys, nonceGroup: this.cluster.nonceGroup, nonce: newNonce() });
  }

  /** @throws DoNotRetryError when the table does not exist */
  async describeTable(table: string): Promise<ExistingTable> {
    const fields = { tableNames: [tableName(table)] };
    const { tableSchema } = await this.master.call('GetTableDescriptors', 'GetTableDescriptorsRequest', fields, this.deadline(), table);
    const [schema] = messages(tableSchema);
    if (schema === undefined) throw new DoNotRetryError(`Table ${table} does not exist`, { table });
    const families = messages(schema.columnFamilies).map(({ name, attributes }) => ({
      name: String(name),
      attributes: Object.fromEntries(messages(attributes).map(({ first, second }) => [String(first), String(second)])),
    }));
    return { name: table, families };
  }

  disableTable(table: string): Promise<void> {
    return this.procedure('DisableTable', table, { tableName: tableName(table) });
  }

  enableTable(table: string): Promise<void> {
    return this.procedure('EnableTable', table, { tableName: tableName(table) });
  }

  /** The table must be disabled. */
  deleteTable(table: string): Promise<void> {
    return this.procedure('DeleteTable', table, { tableName: tableName(table) });
  }

  /** The table's regions that are online, in key order. */
  regions(table: string): Promise<Region[]> {
    return this.cluster.meta.list(table);
  }

  /** Splits the region that holds the row, in front of the row. */
  async splitRegion(table: string, row: Buffer): Promise<void> {
    const { name, startKey, endKey } = await this.cluster.meta.find(table, row);
    const regionInfo = { regionId: regionId(name), tableName: tableName(table), startKey, endKey, offline: false, split: false };
    const request = { regionInfo, splitRow: row };
    const deadline = this.deadline();
    const started = await this.master.call('SplitRegion', 'SplitTableRegionRequest', request, deadline, table);
    await this.master.finished(started, 'SplitRegion', table, deadline);
  }

  /** @param to absent: wherever the master likes, of several servers another than now */
  async moveRegion(table: string, row: Buffer, to?: ServerAddress & { startCode: number }): Promise<void> {
    const { name } = await this.cluster.meta.find(table, row);
    const request: MessageFields = { region: encodedName(name) };
    if (to !== undefined) request.destServerName = { hostName: to.host, port: to.port, startCode: to.startCode };
    await this.master.call('MoveRegion', 'MoveRegionRequest', request, this.deadline(), table);
  }

  /** Takes the row's region off its server. Until it is assigned again its rows can't be reached. */
  async unassignRegion(table: string, row: Buffer): Promise<Region> {
    const region = await this.cluster.meta.find(table, row);
    await this.master.call(
      'UnassignRegion',
      'UnassignRegionRequest',
      { region: fullName(region.name), force: false },
      this.deadline(),
      table,
    );
    return region;
  }

  async assignRegion(region: Region): Promise<void> {
    await this.master.call('AssignRegion', 'AssignRegionRequest', { region: fullName(region.name) }, this.deadline(), region.table);
  }

  close(): void {
    this.master.close();
  }

  private deadline(): Deadline {
    return new Deadline(undefined, this.timeoutMs);
  }

  private async procedure(method: string, table: string, fields: MessageFields): Promise<void> {
    const deadline = this.deadline();
    const started = await this.master.call(method, `${method}Request`, fields, deadline, table);
    await this.master.finished(started, method, table, deadline);
  }
}

function tableName(table: string): MessageFields {
  const { namespace, qualifier } = splitTableName(table);
  return { namespace: Buffer.from(namespace), qualifier: Buffer.from(qualifier) };
}

function printedName({ namespace, qualifier }: DecodedMessage): string {
  return String(namespace) === 'default' ? String(qualifier) : `${String(namespace)}:${String(qualifier)}`;
}

function familySchema(family: FamilyDescription): MessageFields {
  const given: [string, string | number | undefined][] = [
    ['VERSIONS', family.versions],
    ['TTL', family.ttlSeconds],
    ['COMPRESSION', family.compression],
    ['BLOOMFILTER', family.bloomFilter],
    ['DATA_BLOCK_ENCODING', family.dataBlockEncoding],
  ];
  const attributes = given
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ({ first: Buffer.from(name), second: Buffer.from(String(value)) }));
  return { name: Buffer.from(family.name), attributes };
}

function fullName(name: Buffer): MessageFields {
  return { type: REGION_NAME, value: name };
}

/** What a move wants: the md5 between the last two dots of a region's name. */
function encodedName(name: Buffer): MessageFields {
  const text = name.toString('latin1');
  return { type: ENCODED_REGION_NAME, value: Buffer.from(text.slice(text.lastIndexOf('.', text.length - 2) + 1, -1)) };
}

/** The time of creation in a region's name: `table,start key,ID.md5.` */
function regionId(name: Buffer): number {
  const text = name.toString('latin1');
  return Number(text.slice(text.lastIndexOf(',') + 1).split('.', 1)[0]);
}

function messages(value: DecodedMessage[string] | undefined): DecodedMessage[] {
  return Array.isArray(value) ? (value as DecodedMessage[]) : [];
}
