import type { StatsSink, StatsSource } from '../util/stats';
import type { ChangeListener } from './changes';
import type { UidKind } from './types';
import type { SecondLevel } from './unique-id';

/** Mappings that have ended: none of the names means what it did, and the id has another name or none. */
export interface UidEnd {
  kind: UidKind;
  names: readonly string[];
  id: Buffer;
}

/**
 * A cache of mappings shared by several TSDs. It never invents: an answer is a mapping that one of them has read from storage, and that no
 * rename or delete has ended since. Nothing in it rejects or waits noticeably longer than storage would.
 */
export interface SharedUidCache extends StatsSource {
  of(kind: UidKind, width: number): SecondLevel;
  changesOf(kind: UidKind): ChangeListener;
  /** Told of what another process has ended; `all` when that is not known exactly. */
  onInvalidate(listener: (ended: UidEnd | 'all') => void): void;
  open(): Promise<void>;
  close(): Promise<void>;
  /** Its figures are at hand. */
  collectStats(sink: StatsSink): void;
}
