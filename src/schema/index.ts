/**
 * The bytes of the data table: row keys, qualifiers, values, compacted and append columns, annotations; and what a row's cells mean together
 * (merge-row.ts for compaction, decode-row.ts for queries). No I/O.
 */
export * from './annotation';
export * from './append';
export * from './bytes';
export * from './column';
export * from './compacted';
export * from './errors';
export * from './extended-qualifier';
export * from './float-repair';
export * from './java-json';
export * from './layout';
export * from './merge-points';
export * from './merge-row';
export * from './qualifier';
export * from './rollup-qualifier';
export { type StoredRow } from './row-columns';
export * from './row-key';
export * from './salt';
export * from './time';
export * from './value';
