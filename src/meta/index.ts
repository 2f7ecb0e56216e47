// What is known of series beside their points: annotations, metadata of UIDs and of series, and the meta table's rows.
import type { Storage } from '../storage';
import type { DataModel } from '../tables';
import type { Uids } from '../uid';
import { AnnotationStore } from './annotations';
import { SeriesTable } from './series-table';
import { TsMetas } from './ts-metas';
import { UidMetas } from './uid-metas';

export { AnnotationConflictError, type AnnotationEdit } from './annotations';
export { MetaConflictError } from './conflict';
export { selectionOf, tsuidOf, type TaggedSelection } from './named-series';
export { selectionFilter, type SeriesSelection } from './series-selection';
export { COUNTER_COLUMN, META_FAMILY, SeriesTable, type KnownSeries } from './series-table';
export { TS_META, TsMetaDraft, tsMetaJson, type TsMeta } from './ts-meta';
export { UID_META, UidMetaDraft, uidMetaJson, type UidMeta } from './uid-meta';

/** Everything that is kept beside the points. */
export interface Meta {
  readonly annotations: AnnotationStore;
  readonly uidMetas: UidMetas;
  readonly tsMetas: TsMetas;
}

export function createMeta(storage: Storage, model: DataModel, uids: Uids): Meta {
  const { tables, widths } = model;
  const uidMetas = new UidMetas(storage, tables.uid.name, uids);
  const series = new SeriesTable(storage, tables.meta.name, widths);
  return {
    annotations: new AnnotationStore(storage, tables.data.name, model.layout, model.explicitTimestamps),
    uidMetas,
    tsMetas: new TsMetas(storage, tables.meta.name, widths, series, uidMetas),
  };
}
