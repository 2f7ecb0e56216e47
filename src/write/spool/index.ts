export type { SeriesWriter } from './point-spool';
export { seriesName } from './series-name';
export type { Named, NamedCell, NamedPoint } from './point-record';
export { Spool, type SpoolTargets } from './spool';
export type { SpoolPace, Writes } from './types';
export { CellBatch, type RowBatch } from './row-batch';
