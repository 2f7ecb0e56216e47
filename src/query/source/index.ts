// Where points come from. A source knows its table, its keys, its rows' time span and its cells; the rest of the query does not.
export { RawPoints, type DataTable } from './data-table';
export { POINTS_ALONE, type CellTimes, type PointSource, type RowReader, type RowVisitor } from './point-source';
export { type DecodeFindings } from './row-decoder';
export { fixedRowSpan, type RowSpan } from './row-span';
export type { SourceChoice } from './source-choice';
export { Sources } from './sources';
