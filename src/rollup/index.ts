/**
 * Rollups and pre-aggregates: values that somebody has computed over longer intervals, or over many series, before they were stored. Which
 * there are, in which tables and rows they lie, and the ids in their cells.
 */
export { RollupJournal, type RollupRange } from './compute/rollup-journal';
export { RollupService } from './compute/rollup-service';
export { RollupRun, type RollupRunParts, type RollupTask } from './compute/rollup-run';
export { readRollups, rollupTables, type Rollups } from './read-rollups';
export { NoSuchRollupError, RollupConfig } from './rollup-config';
export { RollupInterval, type IntervalDraft } from './rollup-interval';
