export { EmbeddedStorage } from './embedded-storage';
export type { EmbeddedOptions } from './environment';
export type { TableDescription } from './table';
