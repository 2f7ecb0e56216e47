/** What a check may do about what it finds. Without `fix` nothing is changed, whatever else is set. Mirrors FsckOptions. */
export interface Fixes {
  readonly fix: boolean;
  /** Each row's points into one column. */
  readonly compact: boolean;
  readonly resolveDuplicates: boolean;
  /** Of several points at one time the one of the youngest cell is kept, in place of the oldest's. */
  readonly lastWriteWins: boolean;
  readonly deleteOrphans: boolean;
  readonly deleteUnknownColumns: boolean;
  readonly deleteBadValues: boolean;
  readonly deleteBadRows: boolean;
  readonly deleteBadCompacts: boolean;
}

export const NO_FIXES: Fixes = {
  fix: false,
  compact: false,
  resolveDuplicates: false,
  lastWriteWins: false,
  deleteOrphans: false,
  deleteUnknownColumns: false,
  deleteBadValues: false,
  deleteBadRows: false,
  deleteBadCompacts: false,
};

/** All of them but for the choice between duplicates. */
export const ALL_FIXES: Fixes = {
  ...NO_FIXES,
  fix: true,
  compact: true,
  resolveDuplicates: true,
  deleteOrphans: true,
  deleteUnknownColumns: true,
  deleteBadValues: true,
  deleteBadRows: true,
  deleteBadCompacts: true,
};
