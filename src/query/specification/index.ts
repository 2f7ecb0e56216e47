// What a query asks for, as the engine computes it: aggregation, downsampling, rates, and all of them for one group.
export type { Aggregator, Interpolation } from './aggregator';
export type { DownsampleSpec, FillPolicy } from './downsample';
export type { GroupSpec } from './group';
export { defaultRateOptions, type RateOptions } from './rate';
export type { RollupUsage, ValidQuery, ValidSubQuery } from './valid-query';
