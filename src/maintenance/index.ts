/**
 * Whole tables read and put in order, side by side and resumable (walk/): what is damaged is found and repaired (fsck/), what is old is
 * deleted (prune/), UIDs that no row refers to are found (unused-uids/), whole stores are copied (copy/) and compared (compare/). Daemons may
 * work on the tables meanwhile:
 * new cells are put and seen before old ones are deleted, and only what was read is deleted.
 */
export { Checkpoint, type RangeState, type Tally } from './walk/checkpoint';
export { cutTable, rangesBetween, type KeyRange } from './walk/key-ranges';
export { Pace, type PaceClock } from './walk/pace';
export { addTally, walk, type Walker, type WalkParts } from './walk/walk';
export { countsOf, summaryLines, totalErrors, totalFixed, type Counts } from './fsck/counts';
export { ALL_FIXES, NO_FIXES, type Fixes } from './fsck/fixes';
export type { FsckLog } from './fsck/findings';
export { Fsck, type FsckParts } from './fsck/fsck';
export { repairLines, type Repair } from './fsck/repair';
export { prunedTables, type PrunedTable } from './prune/old-rows';
export { METRIC_UIDS, Pruner, type PrunerParts } from './prune/pruner';
export { UnusedUids, type UnusedUid } from './unused-uids/unused-uids';
export { UsedUids, type UsedUidsParts } from './unused-uids/used-uids';
export { Migration, type MigrationParts, type Side } from './copy/migration';
export { MigrationJournal, type Numbering } from './copy/migration-journal';
export { compareAnswers } from './compare/compare-answers';
export { Comparison, type Outcome } from './compare/comparison';
