export * from './filter';
export * from './registry';
