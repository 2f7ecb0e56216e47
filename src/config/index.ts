export * from './command-line';
export * from './config';
export * from './keys';
export * from './load';
export { readLogSettings } from './log-settings';
export { pluginDirectories } from './plugin-directories';
export * from './properties';
export * from './render';
export type { Config } from './types';
