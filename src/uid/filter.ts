import type { StatsSource } from '../util/stats';
import type { UidKind } from './types';

/** The point that brought the name, where the caller knows it. */
export interface UidFilterPoint {
  metric: string;
  tags: ReadonlyMap<string, string>;
}

/**
 * Decides which new names may have a UID. The default export of the module that `tsd.uidfilter.plugin` names is one, a class of one (the
 * only one that the module exports will do), or a function that makes one. What `allow` throws is logged, and the name is
 * refused. Mirrors UniqueIdFilterPlugin.
 */
export interface UidFilter extends Partial<StatsSource> {
  /** Called once, before anything else; a rejection keeps the daemon from starting. */
  initialize?(config: UidFilterConfig): Promise<void> | void;
  /** Asked only for names that are unknown and about to be assigned. */
  allow(kind: UidKind, name: string, point: UidFilterPoint | null): Promise<boolean> | boolean;
  /** False: don't ask. */
  filters?(): boolean;
  shutdown?(): Promise<void> | void;
  version?(): string;
}

/** What a filter sees of the configuration. */
export interface UidFilterConfig {
  getString(key: string): string | null;
  getInt(key: string): number;
  getBoolean(key: string): boolean;
  has(key: string): boolean;
}
