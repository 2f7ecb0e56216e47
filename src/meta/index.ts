// What is known of series beside their points: annotations, and the meta table's rows.
import type { Storage } from '../storage';
import type { DataModel } from '../tables';
import { AnnotationStore } from './annotations';

export { AnnotationConflictError, type AnnotationEdit } from './annotations';
export { selectionFilter, type SeriesSelection } from './series-selection';
export { COUNTER_COLUMN, META_FAMILY, SeriesTable, type KnownSeries } from './series-table';

/** Everything that is kept beside the points. */
export interface Meta {
  readonly annotations: AnnotationStore;
}

export function createMeta(storage: Storage, model: DataModel): Meta {
  return { annotations: new AnnotationStore(storage, model.tables.data.name, model.layout, model.explicitTimestamps) };
}
