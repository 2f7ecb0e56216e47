/**
 * Structured row filters. HBase evaluates them on its servers, the embedded store in this process; the rows are the same
 * (test/storage/contract.ts).
 */
export type RowFilter = TagFilter | KeyRegexpFilter | TsuidFilter | AllFilter;

/** What a store may make use of to jump to the rows that pass instead of looking at each. */
interface RowTimes {
  /** The base times that rows in the range of the scan have, seconds, ascending; absent: not known, or too many. */
  rowTimes?: readonly number[];
  /** Rows at other times, of which there should be none, need not be found. Otherwise they are. */
  onlyRowTimes?: boolean;
}

/** Rows of the data table whose key holds certain tags. Mirrors QueryUtil.getRowKeyUIDRegex. */
export interface TagFilter extends RowTimes {
  kind: 'tags';
  /** Where the tag pairs start in the key: salt + metric + 4. */
  prefixLength: number;
  tagkWidth: number;
  tagvWidth: number;
  /** Sorted by tagk as unsigned bytes. `tagvs` null: any value, but the key must be there. */
  tags: readonly { tagk: Buffer; tagvs: readonly Buffer[] | null }[];
  /** The row may have no other tag. */
  explicit: boolean;
}

/** Rows whose key has exactly one of these tag parts after the prefix. Mirrors QueryUtil.getRowKeyTSUIDRegex. */
export interface TsuidFilter extends RowTimes {
  kind: 'tsuids';
  prefixLength: number;
  /** Tag pairs of each series, as they stand in the key. */
  tagParts: readonly Buffer[];
}

/** Rows whose key, read as ISO-8859-1, matches; anchored only where the pattern says so. For the tools. */
export interface KeyRegexpFilter {
  kind: 'keyRegexp';
  pattern: string;
}

interface AllFilter {
  kind: 'all';
  filters: readonly RowFilter[];
}
