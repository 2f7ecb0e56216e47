export { EmbeddedStorage } from './embedded-storage';
export type { EmbeddedOptions } from './options';
export type { EmbeddedTable } from './table';
export { checkStore, type StoreReport } from './check-store';
export { hasStore } from './store-files';
export { describeDamage, type Damage } from './tree-walk';
