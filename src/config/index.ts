export * from './config';
export * from './keys';
export * from './load';
export { pluginDirectories } from './plugin-directories';
export * from './properties';
export * from './render';
export type { Config } from './types';
