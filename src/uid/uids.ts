import type { Config } from '../config/types';
import { uidToHex } from '../schema/bytes';
import type { CallOptions, Storage } from '../storage';
import { IllegalArgumentError } from '../util/errors';
import type { StatsSink } from '../util/stats';
import { UidAllocator, checkRandomWidth } from './allocator';
import { UidCache, type CacheLimits } from './cache';
import { cachePolicy } from './cache-policy';
import { FailedToAssignUniqueId, NoSuchUniqueName } from './errors';
import type { GuardedFilter } from './filter-guard';
import { loadFilter } from './filter-loader';
import { checkWidth, DEFAULT_WIDTH, TYPE_NAMES, WIDTH_KEYS } from './kinds';
import { SILENT_LOG, type Log } from '../util/log';
import { NameCodec } from './name-codec';
import { NameValidator } from './name-validator';
import { preload } from './preload';
import { UidChanges } from './changes';
import type { SharedUidCache, UidEnd } from './shared-cache';
import { TableChanges } from './redis/table-changes';
import { readUsedIds, recordKind } from './stats';
import { suggest } from './suggest';
import { UID_KINDS, type UidInvalidation, type UidKind, type Uids, type UidWidths } from './types';
import { UniqueId, type UidPoint } from './unique-id';
import { UidTable } from './uid-table';

const AUTO_CREATE_KEYS: Readonly<Record<UidKind, string>> = {
  metrics: 'tsd.core.auto_create_metrics',
  tagk: 'tsd.core.auto_create_tagks',
  tagv: 'tsd.core.auto_create_tagvs',
};

/** The three kinds over one UID table. */
export class StorageUids implements Uids {
  readonly widths: UidWidths;
  readonly codec: NameCodec;
  readonly validator: NameValidator;
  readonly table: string;
  private readonly kinds: Record<UidKind, UniqueId>;
  private readonly allocators: Record<UidKind, UidAllocator>;
  private readonly changes: Record<UidKind, UidChanges>;
  private readonly autoCreate: Record<UidKind, boolean>;
  private readonly rejected: Record<UidKind, number> = { metrics: 0, tagk: 0, tagv: 0 };
  private readonly randomMetrics: boolean;
  private readonly invalidationListeners: ((what: UidInvalidation) => void)[] = [];
  private readonly assignmentListeners: ((kind: UidKind, name: string, id: Buffer) => void)[] = [];
  private filter: GuardedFilter | null = null;

  /** @throws IllegalArgumentError, NumberFormatError for values that the original does not start with either */
  constructor(
    private readonly config: Config,
    readonly storage: Storage,
    private readonly logger: Log = SILENT_LOG,
    private readonly shared: SharedUidCache | null = null,
  ) {
    this.table = config.getString('tsd.storage.hbase.uid_table') ?? 'tsdb-uid';
    this.codec = NameCodec.of(config.getString('tsd.core.uid.charset'));
    this.validator = new NameValidator(this.codec, config.getString('tsd.core.tag.allow_specialchars'));
    this.randomMetrics = config.getBoolean('tsd.core.uid.random_metrics');
    this.widths = ofKinds((kind) => widthOf(config, kind));
    if (this.randomMetrics) checkRandomWidth(this.widths.metrics);
    this.autoCreate = ofKinds((kind) => config.getBoolean(AUTO_CREATE_KEYS[kind]));
    const limits = cacheLimits(config);
    const tables = ofKinds((kind) => new UidTable(storage, this.table, kind, this.widths[kind], this.codec));
    this.allocators = ofKinds((kind) => new UidAllocator(tables[kind], this.isRandom(kind), logger));
    this.kinds = ofKinds(
      (kind) =>
        new UniqueId({
          table: tables[kind],
          cache: new UidCache(this.widths[kind], limits),
          allocator: this.allocators[kind],
          policy: cachePolicy(config),
          logger,
          secondLevel: shared?.of(kind, this.widths[kind]),
          admit: (name, point) => this.admit(kind, name, point),
          onAssigned: (name, id) => this.assignmentListeners.forEach((listener) => listener(kind, name, id)),
          onStale: (name) => this.invalidated({ kind, name }),
        }),
    );
    const changes = new TableChanges(storage, this.table, logger);
    this.changes = ofKinds((kind) => new UidChanges(this.kinds[kind], logger, shared?.changesOf(kind) ?? changes.of(kind)));
    shared?.onInvalidate((ended) => this.endedElsewhere(ended));
  }

  async open(): Promise<void> {
    this.filter = await loadFilter(this.config, this.logger);
    await this.shared?.open();
    if (this.config.getBoolean('tsd.core.preload_uid_cache')) {
      const most = this.config.getInt('tsd.core.preload_uid_cache.max_entries');
      const loaded = await preload(this.storage, this.table, Object.values(this.kinds), most);
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

  getOrCreateId(kind: UidKind, name: string, point?: UidPoint): Promise<Buffer> {
    return this.autoCreate[kind] ? this.kinds[kind].getOrCreateId(name, point ?? null) : this.kinds[kind].getId(name);
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

  suggest(kind: UidKind, prefix: string, max: number): Promise<string[]> {
    return suggest(this.kinds[kind], prefix, max);
  }

  async rename(kind: UidKind, oldName: string, newName: string): Promise<void> {
    this.validator.validate(TYPE_NAMES[kind], oldName);
    this.validator.validate(TYPE_NAMES[kind], newName);
    try {
      await this.changes[kind].rename(oldName, newName);
    } catch (e) {
      throw e instanceof NoSuchUniqueName ? new IllegalArgumentError(`Name("${oldName}") does not exist`) : e;
    }
  }

  async delete(kind: UidKind, name: string): Promise<void> {
    await this.changes[kind].delete(name);
  }

  dropCaches(): void {
    for (const kind of UID_KINDS) this.kinds[kind].cache.clear();
    this.invalidated('all');
  }

  onInvalidate(listener: (what: UidInvalidation) => void): void {
    this.invalidationListeners.push(listener);
  }

  onAssigned(listener: (kind: UidKind, name: string, id: Buffer) => void): void {
    this.assignmentListeners.push(listener);
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

  stats(): Record<string, number> {
    const out: Record<string, number> = {};
    const record: StatsSink['record'] = (name, value, tags = {}) => {
      out[[name, ...Object.entries(tags).map(([k, v]) => `${k}=${v}`)].join(' ')] = Number(value);
    };
    void this.collectStats({ record });
    return out;
  }

  private isRandom(kind: UidKind): boolean {
    return kind === 'metrics' && this.randomMetrics;
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

/** An empty value counts as absent. */
function widthOf(config: Config, kind: UidKind): number {
  const key = WIDTH_KEYS[kind];
  return checkWidth(config.has(key) ? config.getInt(key) : DEFAULT_WIDTH);
}

function cacheLimits(config: Config): CacheLimits | null {
  if (!config.getBoolean('tsd.uid.lru.enable')) return null;
  return { names: config.getInt('tsd.uid.lru.name.size'), ids: config.getInt('tsd.uid.lru.id.size') };
}
