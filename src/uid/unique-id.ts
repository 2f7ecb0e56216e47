import type { CachePolicy } from './cache-policy';
import type { Allocation, UidAllocator } from './allocator';
import { Batcher } from './batcher';
import type { UidCache } from './cache';
import { IllegalStateError } from '../util/errors';
import { NoSuchUniqueId, NoSuchUniqueName } from './errors';
import type { Log } from '../util/log';
import type { StoredName } from './name-codec';
import type { LearntNames } from './types';
import type { UidTable } from './uid-table';

/** A mapping, and the direction in which it was read. */
export interface Reading {
  name: string;
  id: Buffer;
  direction: 'forward' | 'reverse';
}

/** A cache that is asked before storage and receives what storage answered; see SharedUidCache. Never rejects. */
export interface SecondLevel {
  ids(names: readonly string[]): Promise<(Buffer | null)[]>;
  names(ids: readonly Buffer[]): Promise<(string | null)[]>;
  /** Taken before storage is read and passed to `offer` afterwards: an answer that was read before a mapping ended must not be shared. */
  moment(): object | null;
  offer(readings: readonly Reading[], since: object | null): void;
}

export interface UniqueIdParts {
  table: UidTable;
  cache: UidCache;
  allocator: UidAllocator;
  policy: CachePolicy;
  logger: Log;
  secondLevel?: SecondLevel;
  /** Rejects when a name may not have a UID; asked before anything is allocated. */
  admit?: (name: string, point: UidPoint | null) => Promise<void>;
  /** Has one worker assign a name while others wait for it; absent: there are none. */
  alone?: (name: string, assign: (waited: boolean) => Promise<Buffer>) => Promise<Buffer>;
  onAssigned?: (name: string, id: Buffer) => void;
  /** A mapping held until now that storage contradicts. */
  onStale?: (name: string) => void;
}

export interface UidPoint {
  metric: string;
  tags: ReadonlyMap<string, string>;
}

/**
 * One kind of UID: look-ups both ways through the caches, and assignment. Mirrors UniqueId.
 * Look-ups of many callers at once become one storage call, and concurrent requests for one name one assignment.
 */
export class UniqueId {
  readonly table: UidTable;
  readonly cache: UidCache;
  hits = 0;
  misses = 0;
  private readonly forward: Batcher<string, Buffer | null>;
  private readonly reverse: Batcher<Buffer, StoredName | null>;
  private readonly pending = new Map<string, Promise<Buffer>>();

  constructor(private readonly parts: UniqueIdParts) {
    this.table = parts.table;
    this.cache = parts.cache;
    this.forward = new Batcher(
      (names) => this.readIds(names),
      (name) => name,
    );
    this.reverse = new Batcher(
      (ids) => this.readNames(ids),
      (id) => id.toString('latin1'),
    );
  }

  /** @see Uids.lookAlsoIn */
  lookAlsoIn(names: LearntNames): void {
    this.cache.lookAlsoIn(names, this.parts.policy.idToNameOnForward ? 2 : 1);
  }

  cachedId(name: string): Buffer | undefined {
    const id = this.cache.id(name);
    if (id !== undefined) this.hits++;
    return id;
  }

  cachedName(id: Buffer): string | undefined {
    const name = this.cache.name(id);
    if (name !== undefined) this.hits++;
    return name;
  }

  /** @throws NoSuchUniqueName, IllegalStateError, StorageError */
  async getId(name: string): Promise<Buffer> {
    const id = this.cachedId(name) ?? (await this.lookUp(name));
    if (id === null) throw new NoSuchUniqueName(this.table.kind, name);
    return id;
  }

  /**
   * The UIDs of many names with one look-up for those that are not in the cache; kept as those of `getId` are, unless who asks keeps them.
   * @returns null for names that have none, and for those of which `getId` has something else to say
   * @throws StorageError
   */
  async findIds(names: readonly string[]): Promise<(Buffer | null)[]> {
    const ids = names.map((name) => this.heldId(name));
    const missing = names.filter((_, i) => ids[i] === null);
    if (missing.length === 0) return ids;
    const { cache } = this;
    const { nameToIdOnForward, idToNameOnForward } = this.parts.policy;
    const { epoch } = cache;
    const found = await this.readIds(missing);
    const keep = epoch === cache.epoch;
    let next = 0;
    for (let i = 0; i < names.length; i++) {
      if (ids[i] !== null) continue;
      const id = found[next++];
      if (id?.length !== this.table.width) continue;
      if (!cache.putIfAgreed(names[i], id, keep && nameToIdOnForward, keep && idToNameOnForward)) continue;
      this.misses++;
      ids[i] = id;
    }
    return ids;
  }

  private heldId(name: string): Buffer | null {
    const id = this.cache.heldId(name);
    if (id === undefined) return null;
    this.hits++;
    return id;
  }

  /** @throws NoSuchUniqueId, IllegalArgumentError for another width, StorageError */
  async getName(id: Buffer): Promise<string> {
    this.table.checkAsked(id);
    const cached = this.cachedName(id);
    if (cached !== undefined) return cached;
    this.misses++;
    const { epoch } = this.cache;
    const stored = await this.reverse.load(id);
    if (stored === null) throw new NoSuchUniqueId(this.table.kind, id);
    const { policy } = this.parts;
    await this.keep(stored, id, epoch, policy.nameToIdOnReverse, policy.idToNameOnReverse);
    return stored.name;
  }

  /** Looks up, and assigns when there is none. @throws FailedToAssignUniqueId, IllegalStateError, StorageError */
  async getOrCreateId(name: string, point: UidPoint | null = null): Promise<Buffer> {
    const cached = this.cachedId(name);
    if (cached !== undefined) return cached;
    const pending = this.pending.get(name);
    if (pending) {
      this.parts.logger.debug(`Already waiting for UID assignment: ${name}`);
      return pending;
    }
    const promise = this.create(name, point).finally(() => this.pending.delete(name));
    this.pending.set(name, promise);
    return promise;
  }

  /**
   * Puts a mapping that was read from storage into the caches. Where they disagree, storage is asked who is right: a name renamed by another
   * process takes the place of the old one; a table that contradicts itself is reported as the original does.
   * @param epoch the cache's when the reading began: nothing is kept when something was taken out since
   * @throws IllegalStateError
   */
  async keep(stored: StoredName, id: Buffer, epoch: number, nameToId = true, idToName = true): Promise<void> {
    if (!stored.exact || (!nameToId && !idToName)) return;
    try {
      this.put(stored.name, id, epoch, nameToId, idToName);
    } catch (conflict) {
      if (!(conflict instanceof IllegalStateError) || !(await this.isStored(stored.name, id))) throw conflict;
      this.parts.logger.warn(`UID ${this.table.kind} cache was out of date: ${conflict.message}`);
      this.evict(stored.name, id);
      this.put(stored.name, id, this.cache.epoch, nameToId, idToName);
    }
  }

  /** Takes both directions out, whatever the other end of either is. */
  evict(name: string, id: Buffer): void {
    const formerName = this.cache.name(id);
    const formerId = this.cache.id(name);
    this.cache.remove(name, id);
    this.cache.remove(formerName, formerId);
    for (const stale of new Set([name, formerName])) if (stale !== undefined) this.parts.onStale?.(stale);
  }

  private put(name: string, id: Buffer, epoch: number, nameToId: boolean, idToName: boolean): void {
    if (epoch !== this.cache.epoch) return;
    if (nameToId) this.cache.putId(name, id);
    if (idToName) this.cache.putName(id, name);
  }

  private async isStored(name: string, id: Buffer): Promise<boolean> {
    const [[forward], [reverse]] = await Promise.all([this.table.forward([name]), this.table.reverse([id])]);
    return forward !== null && forward.equals(id) && reverse?.name === name;
  }

  private async lookUp(name: string): Promise<Buffer | null> {
    this.misses++;
    const { epoch } = this.cache;
    const id = await this.forward.load(name);
    if (id === null) return null;
    this.table.checkFound(id);
    const { policy } = this.parts;
    await this.keep({ name, exact: true }, id, epoch, policy.nameToIdOnForward, policy.idToNameOnForward);
    return id;
  }

  private async create(name: string, point: UidPoint | null): Promise<Buffer> {
    const known = await this.lookUp(name);
    if (known) return known;
    const { alone = (_name, assign) => assign(false) } = this.parts;
    return alone(name, async (waited) => (waited ? await this.lookUp(name) : null) ?? this.assign(name, point));
  }

  private async assign(name: string, point: UidPoint | null): Promise<Buffer> {
    await this.parts.admit?.(name, point);
    const moment = this.parts.secondLevel?.moment() ?? null;
    const { epoch } = this.cache;
    const { id, fresh } = await this.allocate(name);
    // The point that it is for goes on to teach the write path its names.
    if (point === null || !this.cache.leavesToLearn(name, id)) await this.keep({ name, exact: true }, id, epoch);
    if (fresh) this.parts.secondLevel?.offer([forwardOf(name, id), reverseOf(name, id)], moment);
    if (fresh) this.parts.onAssigned?.(name, id);
    return id;
  }

  private async allocate(name: string): Promise<Allocation> {
    const { allocator, logger } = this.parts;
    this.table.rowOf(name); // a name that can't be stored must not cost a number
    try {
      return await allocator.allocate(name);
    } catch (error) {
      logger.warn(`Failed pending assignment for: ${name}`);
      throw error;
    } finally {
      logger.info(`Completed pending assignment for: ${name}`);
    }
  }

  private async readIds(names: readonly string[]): Promise<(Buffer | null)[]> {
    const { secondLevel } = this.parts;
    if (!secondLevel) return this.table.forward(names);
    const ids = await secondLevel.ids(names);
    const missing = names.filter((_, i) => ids[i] === null);
    const since = secondLevel.moment();
    const read = await this.table.forward(missing);
    const found = missing.flatMap((name, i) => (read[i]?.length === this.table.width ? [forwardOf(name, read[i])] : []));
    if (found.length > 0) secondLevel.offer(found, since);
    let next = 0;
    return ids.map((id) => id ?? read[next++]);
  }

  private async readNames(ids: readonly Buffer[]): Promise<(StoredName | null)[]> {
    const { secondLevel } = this.parts;
    if (!secondLevel) return this.table.reverse(ids);
    const names = await secondLevel.names(ids);
    const missing = ids.filter((_, i) => names[i] === null);
    const since = secondLevel.moment();
    const read = await this.table.reverse(missing);
    const found = missing.flatMap((id, i) => (read[i]?.exact ? [reverseOf(read[i].name, id)] : []));
    if (found.length > 0) secondLevel.offer(found, since);
    let next = 0;
    return names.map((name) => (name === null ? read[next++] : { name, exact: true }));
  }
}

function forwardOf(name: string, id: Buffer): Reading {
  return { name, id, direction: 'forward' };
}

function reverseOf(name: string, id: Buffer): Reading {
  return { name, id, direction: 'reverse' };
}
