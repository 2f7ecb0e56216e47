import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../config/types';
import { allSalts, DEFAULT_LAYOUT, type KeyLayout } from '../schema';
import type { ExistingTable, FamilyDescription, TableDescription } from '../storage/hbase';
import { layoutOf } from '../write';

interface SchemaFile {
  tables: {
    /** The configuration key that names the table. */
    key: string;
    name: string;
    salted?: boolean;
    families: { name: string; versions?: number; ttl?: boolean }[];
  }[];
}

/** A table to be made or compared. */
export interface WantedTable extends TableDescription {
  /** Its cells may go after a time; those of the other tables never. */
  mayExpire: boolean;
}

/** What an operator chooses for all tables. */
export interface TableAttributes {
  compression: string;
  bloomFilter: string;
  dataBlockEncoding: string;
  /** Seconds that data points are kept; absent: for ever. */
  ttlSeconds?: number;
}

/** The tables of hbase-schema/tables.json, under the names that the configuration gives them. */
export function describeTables(config: Config, attributes: TableAttributes): WantedTable[] {
  const file = JSON.parse(readFileSync(join(__dirname, '..', '..', 'hbase-schema', 'tables.json'), 'utf8')) as SchemaFile;
  const layout = keyLayout(config);
  const { compression, bloomFilter, dataBlockEncoding, ttlSeconds } = attributes;
  return file.tables.map((table) => ({
    name: config.getString(table.key) ?? table.name,
    families: table.families.map(({ name, versions, ttl }): FamilyDescription => {
      return { name, versions, compression, bloomFilter, dataBlockEncoding, ttlSeconds: ttl ? ttlSeconds : undefined };
    }),
    mayExpire: table.families.some((family) => family.ttl === true),
    // A region for each salt value; without salts the table starts with one and splits as it grows.
    splitKeys: table.salted ? allSalts(layout).slice(1) : [],
  }));
}

function keyLayout(config: Config): KeyLayout {
  const { metric, tagk, tagv } = DEFAULT_LAYOUT; // widths don't matter to the first bytes of a key
  return layoutOf(config, { metrics: metric, tagk, tagv });
}

/** What differs between a table and its description in a way that loses or hides data: missing families, too many versions, an expiry. */
export function findProblems(wanted: WantedTable, found: ExistingTable): string[] {
  const problems: string[] = [];
  for (const family of wanted.families) {
    const existing = found.families.find((f) => f.name === family.name);
    if (!existing) {
      problems.push(`family '${family.name}' is missing`);
      continue;
    }
    const { VERSIONS, TTL } = existing.attributes;
    if (family.versions === 1 && VERSIONS !== undefined && VERSIONS !== '1')
      problems.push(`family '${family.name}' keeps ${VERSIONS} versions of a cell: 1 is enough`);
    const forever = TTL === undefined || TTL === 'FOREVER' || TTL === '2147483647';
    if (!forever && !wanted.mayExpire) problems.push(`family '${family.name}' expires after ${TTL} seconds`);
  }
  return problems;
}
