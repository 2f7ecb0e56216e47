export * from './errors';
export * from './filter';
export * from './packed-cells';
export * from './row';
export * from './server-state';
export * from './storage';
