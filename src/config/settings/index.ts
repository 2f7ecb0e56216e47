// What the configuration says, by room, as values of the types that the rooms work with. Nothing outside this directory knows a key.
export { readCompactionSettings, type CompactionSettings } from './compaction';
export { readGraphSettings, type GraphCacheSettings, type GraphSettings } from './graphs';
export { readHBaseSettings, type HBaseSettings } from './hbase';
export { readHistogramCodecs } from './histograms';
export { readImportSettings, type ImportSettings } from './import';
export { readMetaSettings, type MetaSettings, type TrackingSettings } from './meta';
export { type Mode } from './mode';
export { hasWatchingPlugins, readPluginSettings, type PluginSettings } from './plugins';
export { readQuerySettings, type ExpressionLimits, type QueryCounts, type QueryLimitSettings, type QuerySettings } from './query';
export { readRequiredSettings, type Readable, type RequiredSettings } from './required';
export { readRollupComputeSettings, readRollupSettings, type RollupComputeSettings, type RollupSettings } from './rollups';
export { readSearchSettings, searchSettings, type SearchSettings } from './search';
export {
  readServerSettings,
  readWorkers,
  type BodySettings,
  type MemorySettings,
  type NetworkSettings,
  type ServerSettings,
} from './server';
export { readStartupTimeout, readStorageSettings, type StorageSettings } from './storage';
export { WIDTH_KEYS, type TableSettings } from './tables';
export { readTimeZone } from './time-zone';
export { readUidSettings, readWhitelistSettings, type RedisSettings, type UidSettings, type WhitelistSettings } from './uids';
export { readSpoolSettings, readWriteSettings, type SpoolSettings, type WriteSettings } from './write';
