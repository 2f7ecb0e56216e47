/**
 * Storage: tables of rows of cells, exactly as HBase has them, behind one interface (storage.ts). Two stores implement it: `hbase/` speaks HBase's
 * own protocol, `embedded/` keeps everything in local files. `create.ts` picks one by the configuration; test/storage/contract.ts holds for both.
 */
export * from './errors';
export * from './filter';
export * from './packed-cells';
export * from './packed-rows';
export * from './puts-of-rows';
export * from './row';
export * from './server-state';
export * from './storage';
