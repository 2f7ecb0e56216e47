import type { Plugin } from '../plugins';

/** A data point as plugins see it. Integers outside the safe ones are bigints. */
export interface PluginPoint {
  metric: string;
  /** Seconds, or milliseconds when above 2^32 - 1. */
  timestamp: number;
  value: number | bigint;
  tags: ReadonlyMap<string, string>;
}

/** A histogram as plugins see it. */
export interface PluginHistogram {
  metric: string;
  /** Seconds, or milliseconds when above 2^32 - 1. */
  timestamp: number;
  /** As it is stored: the codec's id, then its bytes. */
  value: Buffer;
  tags: ReadonlyMap<string, string>;
}

/** Gets every point right after it was handed to storage. Mirrors RTPublisher. */
export interface RtPublisher extends Plugin {
  publishDataPoint(point: PluginPoint, tsuid: Buffer): Promise<void> | void;
}

/** Gets points that storage did not take, when that is known. Mirrors StorageExceptionHandler. */
export interface StorageExceptionHandler extends Plugin {
  handleError(point: PluginPoint, error: Error): Promise<void> | void;
}

/** Says which points are written. What it refuses counts as success for the client. Mirrors WriteableDataPointFilterPlugin. */
export interface DataPointFilter extends Plugin {
  /** False: it has no opinion on data points at the moment. */
  filterDataPoints(): boolean;
  /** Also asked of every rolled up point, whatever `filterDataPoints` says. */
  allowDataPoint(point: PluginPoint): Promise<boolean> | boolean;
  /** True: it wants to be asked of histograms, too. */
  filterHistogramPoints?(): boolean;
  allowHistogramPoint?(point: PluginHistogram): Promise<boolean> | boolean;
}

/** Told of every point's series instead of the meta table. Mirrors MetaDataCache. */
export interface MetaCache extends Plugin {
  increment(tsuid: Buffer): Promise<void> | void;
}

export interface WritePlugins {
  publisher: RtPublisher | null;
  exceptionHandler: StorageExceptionHandler | null;
  filter: DataPointFilter | null;
  metaCache: MetaCache | null;
}

export const NO_PLUGINS: WritePlugins = { publisher: null, exceptionHandler: null, filter: null, metaCache: null };
