// What is known of series beside their points: annotations, metadata of UIDs and of series, the meta table's rows, and what keeps them up.
export type { AnnotationEdit, AnnotationId } from './annotations';
export { MetaConflictError } from './conflict';
export { Meta, type MetaListener, type MetaParts } from './meta';
export { purgeTsMetas, purgeUidMetas } from './meta-purge';
export { MetaSync, type MetaSyncParts } from './meta-sync';
export { selectionOf, tsuidOf, type TaggedSelection } from './named-series';
export { selectionFilter, type SeriesSelection } from './series-selection';
export { createSharedSeries } from './redis/create';
export { COUNTER_COLUMN, META_COLUMN, META_FAMILY, SeriesTable, type KnownSeries } from './series-table';
export { readableTsMeta, TS_META, TsMetaDraft, tsMetaJson, type TsMeta, type TsMetaFields } from './ts-meta';
export { readableUidMeta, TYPE_CONSTANTS, UID_META, UidMetaDraft, uidMetaJson, type UidMeta, type UidMetaFields } from './uid-meta';
export * from './tree';
export { isTsuid, uidsOf } from './tsuid';
export type { KindedUid } from './uid-metas';
