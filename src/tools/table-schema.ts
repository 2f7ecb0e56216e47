import { allSalts } from '../schema';
import type { ExistingTable, FamilyDescription, TableDescription } from '../storage/hbase';
import { listTables, type DataModel } from '../tables';

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

/** The tables of a model, with the attributes that an operator chooses. */
export function describeTables({ tables, layout }: DataModel, attributes: TableAttributes): WantedTable[] {
  const { compression, bloomFilter, dataBlockEncoding, ttlSeconds } = attributes;
  return listTables(tables).map(({ name, families, salted }) => ({
    name,
    families: families.map((family): FamilyDescription => {
      const { name, versions, mayExpire } = family;
      return { name, versions, compression, bloomFilter, dataBlockEncoding, ttlSeconds: mayExpire ? ttlSeconds : undefined };
    }),
    mayExpire: families.some((family) => family.mayExpire),
    // A region for each salt value; without salts the table starts with one and splits as it grows.
    splitKeys: salted ? allSalts(layout).slice(1) : [],
  }));
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
