import type { Logger } from 'winston';
import type { Config } from '../config/types';
import type { StatsSink } from '../util/stats';

/** A data point as plugins see it. Integers outside the safe ones are bigints. */
export interface PluginPoint {
  metric: string;
  /** Seconds, or milliseconds when above 2^32 - 1. */
  timestamp: number;
  value: number | bigint;
  tags: ReadonlyMap<string, string>;
}

/** What every plugin has: a module's default export is one, a class of one, or a function that makes one. */
export interface WritePlugin {
  /** Called once before anything else; the daemon does not start when it throws. */
  initialize?(config: Config, logger: Logger): Promise<void> | void;
  /** Called once, after the last point. */
  shutdown?(): Promise<void> | void;
  version?(): string;
  /** Called for every look at the daemon's statistics; names get `tsd.` in front. */
  collectStats?(sink: StatsSink): void;
}

/** Gets every point right after it was handed to storage. Mirrors RTPublisher. */
export interface RtPublisher extends WritePlugin {
  publishDataPoint(point: PluginPoint, tsuid: Buffer): Promise<void> | void;
}

/** Gets points that storage did not take, when that is known. Mirrors StorageExceptionHandler. */
export interface StorageExceptionHandler extends WritePlugin {
  handleError(point: PluginPoint, error: Error): Promise<void> | void;
}

/** Says which points are written. What it refuses counts as success for the client. Mirrors WriteableDataPointFilterPlugin. */
export interface DataPointFilter extends WritePlugin {
  /** False: it has no opinion on data points at the moment. */
  filterDataPoints(): boolean;
  allowDataPoint(point: PluginPoint): Promise<boolean> | boolean;
}

/** Told of every point's series instead of the meta table. Mirrors MetaDataCache. */
export interface MetaCache extends WritePlugin {
  increment(tsuid: Buffer): Promise<void> | void;
}

export interface WritePlugins {
  publisher: RtPublisher | null;
  exceptionHandler: StorageExceptionHandler | null;
  filter: DataPointFilter | null;
  metaCache: MetaCache | null;
}

export const NO_PLUGINS: WritePlugins = { publisher: null, exceptionHandler: null, filter: null, metaCache: null };
