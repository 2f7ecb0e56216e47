// Where points come from. A source knows its table, its keys, its rows' time span and its cells; the rest of the query does not.
export { RawPoints, type DataTable } from './data-table';
export type { CellTimes, PointSource, RowReader } from './point-source';
export { type DecodeFindings } from './row-decoder';
export { fixedRowSpan, type RowSpan } from './row-span';
export { Sources } from './sources';
