import { baseTimeOfKey, isGlobalAnnotationKey, keysWithPrefix } from '../../schema';
import type { Side } from '../copy/migration';
import { pointsText, withoutTsuid } from './row-text';

/** The hours that have global annotations, by their time, with what they say. @throws StorageError */
export async function globalNotes({ storage, model }: Side): Promise<Map<string, string>> {
  const { layout, tables, merge } = model;
  const notes = new Map<string, string>();
  const range = keysWithPrefix(Buffer.alloc(layout.salt + layout.metric));
  for await (const rows of storage.scan(tables.data.name, range))
    for (const row of rows)
      if (isGlobalAnnotationKey(layout, row.key))
        notes.set(new Date(1000 * baseTimeOfKey(layout, row.key)).toISOString(), pointsText(row, merge).text);
  return notes;
}

/** Columns whose names end with the TSUID of a series. */
const UNPLACED = /^tree_(collision|not_matched):/;

/** The rows of the tree table by their keys, with what they say apart from the UIDs of series. Empty without the table. @throws StorageError */
export async function treeRows({ storage, model }: Side): Promise<Map<string, string>> {
  const table = model.tables.tree.name;
  const trees = new Map<string, string>();
  if (!(await storage.tableExists(table))) return trees;
  for await (const rows of storage.scan(table, { start: Buffer.alloc(0), stop: Buffer.alloc(0) }))
    for (const row of rows) {
      const cells = Array.from({ length: row.size }, (_, i) => {
        const column = row.qualifier(i).toString('latin1');
        return UNPLACED.test(column) ? column.slice(0, column.indexOf(':')) : `${column} ${withoutTsuid(row.value(i))}`;
      });
      trees.set(row.key.toString('hex'), cells.sort().join('\n'));
    }
  return trees;
}
