import { ProtoWriter } from '../../../src/storage/hbase/protobuf';
import { splitTableName } from '../../../src/storage/hbase/region';
import { AnswerCells } from './kept-table';
import type { ScanMessage } from './requests';

const REGION_ID = 1;
/** Stands for the MD5 of the name, which nobody checks. */
const ENCODED = 'd41d8cd98f00b204e9800998ecf8427e';

/** What hbase:meta of the sink says: every table that is asked for exists, is enabled and has one region, on this server. */
export function metaRows({ columns, start, includeStart }: ScanMessage, address: string): AnswerCells {
  const cells = new AnswerCells();
  const [column] = columns;
  if (column?.family === 'table') {
    const state = new ProtoWriter().uint(1, 0).finish().toString('latin1');
    cells.add(start, [{ family: 'table', qualifier: 'state', value: state }]);
  } else if (includeStart) {
    const table = start.slice(0, start.indexOf(','));
    const cell = (qualifier: string, value: string) => ({ family: 'info', qualifier, value });
    cells.add(`${table},,${REGION_ID}.${ENCODED}.`, [
      cell('regioninfo', regionInfo(table)),
      cell('server', address),
      cell('state', 'OPEN'),
    ]);
  }
  return cells;
}

/** RegionInfo: region_id 1, table_name 2 {namespace 1, qualifier 2}, start_key 3, end_key 4. */
function regionInfo(table: string): string {
  const { namespace, qualifier } = splitTableName(table);
  const w = new ProtoWriter().uint(1, REGION_ID);
  const name = w.begin(2);
  w.string(1, namespace).string(2, qualifier).end(name);
  w.string(3, '').string(4, '');
  return `PBUF${w.finish().toString('latin1')}`;
}
