import type { QuerySettings } from '../../config/settings';
import type { KeyLayout } from '../../schema';
import type { QueryLimits } from '../plan';
import type { Semaphore } from '../../util/semaphore';
import type { RemoveRows, ScanEnvironment } from '../scan';
import type { Sources } from '../source';

/** What every query of an engine shares. */
export interface RunContext {
  readonly settings: QuerySettings;
  readonly scanning: ScanEnvironment;
  /** What one query deletes rows with. */
  readonly remover: () => RemoveRows;
  readonly sources: Sources;
  /** Where annotations of no series are. */
  readonly annotations: { readonly table: string; readonly layout: KeyLayout };
  readonly limits: QueryLimits;
  /** Bounds how many ranges are read at once, over all queries. */
  readonly scans: Semaphore;
  /** `tsd.rollups.split_query.enable` */
  readonly splitQueries: boolean;
}
