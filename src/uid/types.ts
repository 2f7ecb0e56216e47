import type { CallOptions, Storage } from '../storage';
import type { UidWidths } from '../tables';
import type { StatsSink } from '../util/stats';
import type { NameCodec } from './name-codec';
import type { NameValidator } from './name-validator';

/** The three kinds of UID, by the name of their column in the UID table. */
export type UidKind = 'metrics' | 'tagk' | 'tagv';
export const UID_KINDS: readonly UidKind[] = ['metrics', 'tagk', 'tagv'];

export type { UidWidths };

/** Told of every mapping that stops being true, so that tables built on UIDs elsewhere drop it too. */
export type UidInvalidation = { kind: UidKind; name?: string } | 'all';

/** Names that somebody keeps with their UIDs, so that the caches need not. */
export interface LearntNames {
  readonly size: number;
  /** Whether it is a name of the kind that is kept there, known or not. */
  takes(name: string): boolean;
  id(name: string): Buffer | undefined;
  name(id: Buffer): string | undefined;
}

/**
 * Names <-> UIDs over the UID table. Mirrors UniqueId: protocol, messages, caches.
 * UID buffers handed out are shared: never write into them.
 */
export interface Uids {
  readonly widths: UidWidths;
  readonly storage: Storage;
  /** Which names are legal; one for the process. */
  readonly validator: NameValidator;
  /** How names stand in the UID table. */
  readonly codec: NameCodec;
  /**
   * Loads the UID filter, connects to Redis and preloads the caches, as configured. A daemon awaits it before serving; the tools don't call it:
   * neither filter nor Redis nor preload apply to them, as with the original's.
   * @throws IllegalArgumentError and what the filter throws: the daemon must not start then
   */
  open(): Promise<void>;
  /** Lets go of Redis and of the filter. The storage stays open. */
  close(): Promise<void>;
  /** The cached UID, or undefined: no I/O. */
  cachedId(kind: UidKind, name: string): Buffer | undefined;
  cachedName(kind: UidKind, id: Buffer): string | undefined;
  /** @throws NoSuchUniqueName */
  getId(kind: UidKind, name: string): Promise<Buffer>;
  /**
   * UIDs of many names, one storage call for those not cached; in the order of asking. Null where there is none, or where `getId` would throw
   * something else. Where there are learnt names they are not kept: whoever asks adds them to those. @throws StorageError
   */
  findIds(kind: UidKind, names: readonly string[]): Promise<(Buffer | null)[]>;
  /** Looks up, or assigns when `tsd.core.auto_create_*` allows it. @throws NoSuchUniqueName, FailedToAssignUniqueId, IllegalStateError, StorageError */
  getOrCreateId(kind: UidKind, name: string, point?: { metric: string; tags: ReadonlyMap<string, string> }): Promise<Buffer>;
  /**
   * Assigns, whatever the auto-create keys say. Mirrors TSDB.assignUid, the assign API.
   * @throws IllegalArgumentError for an illegal name, or with `Name already exists with UID: 00000A`
   */
  assign(kind: UidKind, name: string): Promise<Buffer>;
  /** @throws NoSuchUniqueId */
  getName(kind: UidKind, id: Buffer): Promise<string>;
  /** Names of many ids at once, one storage call for those not cached; in the order of asking. */
  getNames(kind: UidKind, ids: readonly Buffer[]): Promise<string[]>;
  /** Names that start with `prefix`, in byte order. @throws IllegalArgumentError `Count must be greater than 0` */
  suggest(kind: UidKind, prefix: string, max: number, account?: (bytes: number) => void): Promise<string[]>;
  /** @throws IllegalArgumentError `Name("X") does not exist`, or when the new name is taken; StorageError. Mirrors TSDB.renameUid */
  rename(kind: UidKind, oldName: string, newName: string): Promise<void>;
  /** @throws NoSuchUniqueName, StorageError. Mirrors TSDB.deleteUidAsync */
  delete(kind: UidKind, name: string): Promise<void>;
  dropCaches(): void;
  /** The caches look there, too, unless they are bounded. What ends is to be taken out when `onInvalidate` tells of it. */
  lookAlsoIn(kind: UidKind, names: LearntNames): void;
  onInvalidate(listener: (what: UidInvalidation) => void): void;
  /** Told of every UID that this process has assigned (realtime UIDMeta). */
  onAssigned(listener: (kind: UidKind, name: string, id: Buffer) => void): void;
  /** Told of every UID to which this process has given another name, or none. */
  onRenamed(listener: (kind: UidKind, id: Buffer) => void): void;
  /** Used ids by kind, from the counters. */
  usedIds(options?: CallOptions): Promise<Record<UidKind, bigint>>;
  /**
   * The figures of all kinds in the original's order.
   * @param used from {@link usedIds}; absent: without `uid.ids-used` and `uid.ids-available`
   */
  collectStats(sink: StatsSink, used?: Readonly<Record<UidKind, bigint>>): Promise<void> | void;
}
