import type { Log } from '../../util/log';
import type { EmbeddedTable } from './table';

export interface EmbeddedOptions {
  /** The directory; made when it is missing. */
  path: string;
  tables: readonly EmbeddedTable[];
  /** Entries of the log after which it is merged into the tables; for tests. */
  packAfter?: number;
  /** Bytes of address space for the file; the file itself grows as it needs. Default 256 GiB. */
  mapSize?: number;
  /** Is told of damage that shows while the store is open. */
  log?: Log;
  /** Bytes that the directory's disk has room for; for tests. */
  freeBytes?: () => number;
  /** Size of a file up to which all of it is looked at before it is opened; for tests. */
  wholeCheckBytes?: number;
}
