import type { Plugin } from '../plugins';
import type { UidKind } from './types';

/** The point that brought the name, where the caller knows it. */
export interface UidFilterPoint {
  metric: string;
  tags: ReadonlyMap<string, string>;
}

/**
 * Decides which new names may have a UID: the plugin of `tsd.uidfilter.plugin`. What `allow` throws is logged, and the name is refused.
 * Mirrors UniqueIdFilterPlugin.
 */
export interface UidFilter extends Plugin {
  /** Asked only for names that are unknown and about to be assigned. */
  allow(kind: UidKind, name: string, point: UidFilterPoint | null): Promise<boolean> | boolean;
  /** False: don't ask. */
  filters?(): boolean;
}
