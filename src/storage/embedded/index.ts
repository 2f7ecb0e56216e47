export { EmbeddedStorage } from './embedded-storage';
export type { EmbeddedOptions, TableDescription } from './environment';
