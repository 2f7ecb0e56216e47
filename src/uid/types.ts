import type { Storage } from '../storage';

/** The three kinds of UID, by the name of their column in the UID table. */
export type UidKind = 'metrics' | 'tagk' | 'tagv';
export const UID_KINDS: readonly UidKind[] = ['metrics', 'tagk', 'tagv'];

export interface UidWidths {
  metrics: number;
  tagk: number;
  tagv: number;
}

/** Told of every mapping that stops being true, so that tables built on UIDs elsewhere drop it too. */
export type UidInvalidation = { kind: UidKind; name?: string } | 'all';

/**
 * Names <-> UIDs over the UID table. Mirrors UniqueId: protocol, messages, caches.
 * UID buffers handed out are shared: never write into them.
 */
export interface Uids {
  readonly widths: UidWidths;
  readonly storage: Storage;
  /** The cached UID, or undefined: no I/O. */
  cachedId(kind: UidKind, name: string): Buffer | undefined;
  cachedName(kind: UidKind, id: Buffer): string | undefined;
  /** @throws NoSuchUniqueName */
  getId(kind: UidKind, name: string): Promise<Buffer>;
  /** Looks up, or assigns when `tsd.core.auto_create_*` allows it. @throws NoSuchUniqueName, FailedToAssignUid, StorageError */
  getOrCreateId(kind: UidKind, name: string, point?: { metric: string; tags: ReadonlyMap<string, string> }): Promise<Buffer>;
  /** Assigns whatever the auto-create keys say (the assign API, `mkmetric`). @throws with `Name already exists with UID: 00000A` */
  assign(kind: UidKind, name: string): Promise<Buffer>;
  /** @throws NoSuchUniqueId */
  getName(kind: UidKind, id: Buffer): Promise<string>;
  /** Names of many ids at once, one storage call for those not cached; in the order of asking. */
  getNames(kind: UidKind, ids: readonly Buffer[]): Promise<string[]>;
  suggest(kind: UidKind, prefix: string, max: number): Promise<string[]>;
  rename(kind: UidKind, oldName: string, newName: string): Promise<void>;
  delete(kind: UidKind, name: string): Promise<void>;
  dropCaches(): void;
  onInvalidate(listener: (what: UidInvalidation) => void): void;
  /** Used ids by kind, from the counters. */
  usedIds(): Promise<Record<UidKind, bigint>>;
  stats(): Record<string, number>;
}
