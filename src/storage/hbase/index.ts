export { HBaseAdmin } from './admin';
export type { ExistingTable, FamilyDescription, TableDescription } from './admin';
export { HBaseStorage } from './client';
export type { HBaseOptions } from './options';
export type { MetaLocator } from './meta-locator';
