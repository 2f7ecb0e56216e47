export { seriesName, type SeriesWriter } from './point-spool';
export type { NamedPoint } from './point-record';
export { openSpool, Spool, spoolSettings, type SpoolTargets } from './spool';
export type { SpoolSettings, Writes } from './types';
export { CellBatch, type RowBatch } from './row-batch';
