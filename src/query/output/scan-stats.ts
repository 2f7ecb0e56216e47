/** What one scan of one key range did. Times in milliseconds. */
export interface ScanStats {
  /** The table and the range. */
  readonly scanner: { readonly table: string; readonly start: Buffer; readonly stop: Buffer };
  rowsPreFilter: number;
  rowsPostFilter: number;
  columns: number;
  bytes: number;
  dpsPreFilter: number;
  dpsPostFilter: number;
  uidPairsResolved: number;
  /** Waiting for storage. */
  storageMs: number;
  /** Resolving names for filters. */
  namesMs: number;
  /** Decoding and merging rows. */
  decodeMs: number;
  totalMs: number;
  successful: boolean;
}

export function newScanStats(scanner: ScanStats['scanner']): ScanStats {
  return {
    scanner,
    rowsPreFilter: 0,
    rowsPostFilter: 0,
    columns: 0,
    bytes: 0,
    dpsPreFilter: 0,
    dpsPostFilter: 0,
    uidPairsResolved: 0,
    storageMs: 0,
    namesMs: 0,
    decodeMs: 0,
    totalMs: 0,
    successful: false,
  };
}
