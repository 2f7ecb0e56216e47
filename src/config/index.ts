export * from './config';
export * from './keys';
export * from './load';
export * from './properties';
export * from './render';
export type { Config } from './types';
