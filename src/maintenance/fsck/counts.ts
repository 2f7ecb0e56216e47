import type { Tally } from '../walk/checkpoint';

/** What a check counts. */
export interface Counts {
  cells: number;
  rows: number;
  validPoints: number;
  annotations: number;
  badKeys: number;
  badKeysDeleted: number;
  duplicates: number;
  duplicatesResolved: number;
  orphans: number;
  orphansDeleted: number;
  futureObjects: number;
  unknown: number;
  unknownDeleted: number;
  badValues: number;
  badValuesDeleted: number;
  badFloats: number;
  badFloatsFixed: number;
  badCompacts: number;
  badCompactsDeleted: number;
  /** Compacted columns whose points are not in order; they have no line of their own. */
  unordered: number;
  vle: number;
  vleFixed: number;
  vleBytes: number;
  /** Repairs that storage did not carry out; the original does not count them. */
  failedRepairs: number;
}

export function newCounts(): Counts {
  return {
    cells: 0,
    rows: 0,
    validPoints: 0,
    annotations: 0,
    badKeys: 0,
    badKeysDeleted: 0,
    duplicates: 0,
    duplicatesResolved: 0,
    orphans: 0,
    orphansDeleted: 0,
    futureObjects: 0,
    unknown: 0,
    unknownDeleted: 0,
    badValues: 0,
    badValuesDeleted: 0,
    badFloats: 0,
    badFloatsFixed: 0,
    badCompacts: 0,
    badCompactsDeleted: 0,
    unordered: 0,
    vle: 0,
    vleFixed: 0,
    vleBytes: 0,
    failedRepairs: 0,
  };
}

/** What a walk has added up. */
export function countsOf(tally: Readonly<Tally>): Counts {
  return { ...newCounts(), ...tally };
}

/** Errors, before anything was repaired. Mirrors Fsck.totalErrors. */
export function totalErrors(c: Counts): number {
  return c.badKeys + c.duplicates + c.orphans + c.unknown + c.badValues + c.badCompacts + c.unordered + c.badFloats;
}

/** Those that were repaired; what was done about compacted columns does not count. Mirrors Fsck.totalFixed. */
export function totalFixed(c: Counts): number {
  return c.badKeysDeleted + c.duplicatesResolved + c.orphansDeleted + c.unknownDeleted + c.badFloatsFixed + c.badValuesDeleted;
}

/** The original's summary, a line each: scripts take the last 26 lines of the output. */
export function summaryLines(c: Counts): string[] {
  return [
    `Key Values Processed: ${c.cells}`,
    `Rows Processed: ${c.rows}`,
    `Valid Datapoints: ${c.validPoints}`,
    `Annotations: ${c.annotations}`,
    `Invalid Row Keys Found: ${c.badKeys}`,
    `Invalid Rows Deleted: ${c.badKeysDeleted}`,
    `Duplicate Datapoints: ${c.duplicates}`,
    `Duplicate Datapoints Resolved: ${c.duplicatesResolved}`,
    `Orphaned UID Rows: ${c.orphans}`,
    `Orphaned UID Rows Deleted: ${c.orphansDeleted}`,
    `Possible Future Objects: ${c.futureObjects}`,
    `Unknown Objects: ${c.unknown}`,
    `Unknown Objects Deleted: ${c.unknownDeleted}`,
    `Unparseable Datapoint Values: ${c.badValues}`,
    `Unparseable Datapoint Values Deleted: ${c.badValuesDeleted}`,
    `Improperly Encoded Floating Point Values: ${c.badFloats}`,
    `Improperly Encoded Floating Point Values Fixed: ${c.badFloatsFixed}`,
    `Unparseable Compacted Columns: ${c.badCompacts}`,
    `Unparseable Compacted Columns Deleted: ${c.badCompactsDeleted}`,
    `Datapoints Qualified for VLE : ${c.vle}`,
    `Datapoints Compressed with VLE: ${c.vleFixed}`,
    `Bytes Saved with VLE: ${c.vleBytes}`,
    `Total Errors: ${totalErrors(c)}`,
    `Total Correctable Errors: ${totalErrors(c)}`,
    `Total Errors Fixed: ${totalFixed(c)}`,
  ];
}
