import type { UidSettings } from '../config/settings/uids';
import { uidToHex } from '../schema/bytes';
import type { CallOptions, Storage } from '../storage';
import type { DataModel } from '../tables';
import { IllegalArgumentError } from '../util/errors';
import type { StatsSink } from '../util/stats';
import { UidAllocator, checkRandomWidth } from './allocator';
import { UidCache } from './cache';
import { cachePolicyOf } from './cache-policy';
import { FailedToAssignUniqueId, NoSuchUniqueName } from './errors';
import type { GuardedFilter } from './filter-guard';
import { SILENT_LOG, type Log } from '../util/log';
import { TYPE_NAMES } from './kinds';
import { NameCodec } from './name-codec';
import { NameValidator } from './name-validator';
import { preload } from './preload';
import { NO_SIBLINGS, topic, type Siblings } from '../workers';
import { UidChanges, type ChangeListener } from './changes';
import type { SharedUidCache, UidEnd } from './shared-cache';
import { TableChanges } from './redis/table-changes';
import { readUsedIds, recordKind } from './stats';
import { suggestNames } from './suggest';
import { UID_KINDS, type LearntNames, type UidInvalidation, type UidKind, type Uids, type UidWidths } from './types';
import { UniqueId, type UidPoint } from './unique-id';
import { UidTable } from './uid-table';

/** What UIDs are made of. */
export interface UidParts {
  settings: UidSettings;
  model: DataModel;
  storage: Storage;
  /** Absent: nothing is logged. */
  logger?: Log;
  /** Loads the UID filter when the UIDs are opened; absent: there is none. */
  loadFilter?: () => Promise<GuardedFilter | null>;
  /** Absent: there are no other workers. */
  siblings?: Siblings;
}

/** A mapping has ended: the others are not to use it any more. */
const ENDED = topic<UidEnd, null>('uid ended');

/** The three kinds over one UID table. */
export class StorageUids implements Uids {
  readonly widths: UidWidths;
  readonly storage: Storage;
  readonly codec: NameCodec;
  readonly validator: NameValidator;
  readonly table: string;
  private readonly kinds: Record<UidKind, UniqueId>;
  private readonly allocators: Record<UidKind, UidAllocator>;
  private readonly changes: Record<UidKind, UidChanges>;
  private readonly siblings: Siblings;
  private readonly settings: UidSettings;
  private readonly logger: Log;
  private readonly loadFilter: UidParts['loadFilter'];
  private readonly rejected: Record<UidKind, number> = { metrics: 0, tagk: 0, tagv: 0 };
  private readonly invalidationListeners: ((what: UidInvalidation) => void)[] = [];
  private readonly assignmentListeners: ((kind: UidKind, name: string, id: Buffer) => void)[] = [];
  private readonly renameListeners: ((kind: UidKind, id: Buffer) => void)[] = [];
  private filter: GuardedFilter | null = null;

  /** @throws IllegalArgumentError, NumberFormatError for values that the original does not start with either */
  constructor(
    { settings, model, storage, logger = SILENT_LOG, loadFilter, siblings = NO_SIBLINGS }: UidParts,
    private readonly shared: SharedUidCache | null = null,
  ) {
    this.siblings = siblings;
    this.settings = settings;
    this.storage = storage;
    this.logger = logger;
    this.loadFilter = loadFilter;
    this.table = model.tables.uid.name;
    this.widths = model.widths;
    this.codec = NameCodec.of(settings.charset);
    this.validator = new NameValidator(this.codec, settings.specialCharacters);
    if (settings.randomMetrics) checkRandomWidth(this.widths.metrics);
    const tables = ofKinds((kind) => new UidTable(storage, this.table, kind, this.widths[kind], this.codec));
    this.allocators = ofKinds((kind) => new UidAllocator(tables[kind], this.isRandom(kind), logger));
    this.kinds = ofKinds(
      (kind) =>
        new UniqueId({
          table: tables[kind],
          cache: new UidCache(this.widths[kind], settings.cacheLimits),
          allocator: this.allocators[kind],
          policy: cachePolicyOf(settings.cacheMode),
          logger,
          secondLevel: shared?.of(kind, this.widths[kind]),
          alone: (name, assign) => siblings.alone(`uid ${kind} ${name}`, assign),
          admit: (name, point) => this.admit(kind, name, point),
          onAssigned: (name, id) => this.assignmentListeners.forEach((listener) => listener(kind, name, id)),
          onStale: (name) => this.invalidated({ kind, name }),
        }),
    );
    const changes = new TableChanges(storage, this.table, logger);
    this.changes = ofKinds(
      (kind) => new UidChanges(this.kinds[kind], logger, this.tellingSiblings(kind, shared?.changesOf(kind) ?? changes.of(kind))),
    );
    shared?.onInvalidate((ended) => this.endedElsewhere(ended));
    siblings.answer(ENDED, (ended) => {
      this.endedElsewhere(ended);
      return null;
    });
  }

  async open(): Promise<void> {
    this.filter = (await this.loadFilter?.()) ?? null;
    await this.shared?.open();
    if (this.settings.preload !== null) {
      const loaded = await preload(this.storage, this.table, Object.values(this.kinds), this.settings.preload);
      this.logger.info(`Preloaded ${loaded} UIDs`);
    }
  }

  async close(): Promise<void> {
    await this.shared?.close();
    await this.filter?.shutdown();
  }

  cachedId(kind: UidKind, name: string): Buffer | undefined {
    return this.kinds[kind].cachedId(name);
  }

  cachedName(kind: UidKind, id: Buffer): string | undefined {
    return this.kinds[kind].cachedName(id);
  }

  getId(kind: UidKind, name: string): Promise<Buffer> {
    return this.kinds[kind].getId(name);
  }

  findIds(kind: UidKind, names: readonly string[]): Promise<(Buffer | null)[]> {
    return this.kinds[kind].findIds(names);
  }

  getOrCreateId(kind: UidKind, name: string, point?: UidPoint): Promise<Buffer> {
    return this.settings.autoCreate[kind] ? this.kinds[kind].getOrCreateId(name, point ?? null) : this.kinds[kind].getId(name);
  }

  async assign(kind: UidKind, name: string): Promise<Buffer> {
    this.validator.validate(TYPE_NAMES[kind], name);
    const existing = await this.kinds[kind].getId(name).catch((e: unknown) => {
      if (e instanceof NoSuchUniqueName) return null;
      throw e;
    });
    if (existing) throw new IllegalArgumentError(`Name already exists with UID: ${uidToHex(existing)}`);
    return this.kinds[kind].getOrCreateId(name);
  }

  getName(kind: UidKind, id: Buffer): Promise<string> {
    return this.kinds[kind].getName(id);
  }

  getNames(kind: UidKind, ids: readonly Buffer[]): Promise<string[]> {
    return Promise.all(ids.map((id) => this.kinds[kind].getName(id)));
  }

  suggest(kind: UidKind, prefix: string, max: number, account?: (bytes: number) => void): Promise<string[]> {
    return suggestNames(this.kinds[kind], prefix, max, account);
  }

  async rename(kind: UidKind, oldName: string, newName: string): Promise<void> {
    this.validator.validate(TYPE_NAMES[kind], oldName);
    this.validator.validate(TYPE_NAMES[kind], newName);
    try {
      this.renamed(kind, await this.changing(() => this.changes[kind].rename(oldName, newName)));
    } catch (e) {
      throw e instanceof NoSuchUniqueName ? new IllegalArgumentError(`Name("${oldName}") does not exist`) : e;
    }
  }

  async delete(kind: UidKind, name: string): Promise<void> {
    this.renamed(kind, await this.changing(() => this.changes[kind].delete(name)));
  }

  dropCaches(): void {
    for (const kind of UID_KINDS) this.kinds[kind].cache.clear();
    this.invalidated('all');
  }

  lookAlsoIn(kind: UidKind, names: LearntNames): void {
    this.kinds[kind].lookAlsoIn(names);
  }

  onInvalidate(listener: (what: UidInvalidation) => void): void {
    this.invalidationListeners.push(listener);
  }

  onAssigned(listener: (kind: UidKind, name: string, id: Buffer) => void): void {
    this.assignmentListeners.push(listener);
  }

  onRenamed(listener: (kind: UidKind, id: Buffer) => void): void {
    this.renameListeners.push(listener);
  }

  /** Two at once could take each other's names, which a process knows of its own only. */
  private changing(change: () => Promise<Buffer>): Promise<Buffer> {
    return this.siblings.alone('uid changes', change);
  }

  /** The other workers know that a mapping has ended before whoever ended it hears that it has. */
  private tellingSiblings(kind: UidKind, listener: ChangeListener): ChangeListener {
    return {
      changing: () => listener.changing(),
      changed: async (token, names, id) => {
        await this.siblings.ask(ENDED, { kind, names, id });
        await listener.changed(token, names, id);
      },
    };
  }

  private renamed(kind: UidKind, id: Buffer): void {
    for (const listener of this.renameListeners) listener(kind, id);
  }

  usedIds(options?: CallOptions): Promise<Record<UidKind, bigint>> {
    return readUsedIds(this.storage, this.table, options);
  }

  collectStats(sink: StatsSink, used?: Readonly<Record<UidKind, bigint>>): Promise<void> | void {
    for (const kind of UID_KINDS) {
      const { hits, misses, cache } = this.kinds[kind];
      const { collisions } = this.allocators[kind];
      const figures = { kind, width: this.widths[kind], hits, misses, size: cache.size, collisions };
      recordKind(sink, { ...figures, rejected: this.rejected[kind], random: this.isRandom(kind) }, used?.[kind] ?? null);
    }
    this.shared?.collectStats(sink);
    return this.filter?.collectStats(sink);
  }

  private isRandom(kind: UidKind): boolean {
    return kind === 'metrics' && this.settings.randomMetrics;
  }

  private async admit(kind: UidKind, name: string, point: UidPoint | null): Promise<void> {
    const { filter } = this;
    if (!filter || (await filter.allow(kind, name, point))) return;
    this.rejected[kind]++;
    throw FailedToAssignUniqueId.refused(kind, name, 'Blocked by UID filter.');
  }

  private endedElsewhere(ended: UidEnd | 'all'): void {
    if (ended === 'all') return this.dropCaches();
    for (const name of ended.names) this.kinds[ended.kind].evict(name, ended.id);
  }

  private invalidated(what: UidInvalidation): void {
    for (const listener of this.invalidationListeners) listener(what);
  }
}

function ofKinds<T>(make: (kind: UidKind) => T): Record<UidKind, T> {
  return { metrics: make('metrics'), tagk: make('tagk'), tagv: make('tagv') };
}
