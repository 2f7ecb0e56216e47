import { LRUCache } from 'lru-cache';
import { javaBytes } from '../schema/bytes';
import { IllegalStateError } from '../util/errors';

interface Store<K, V> {
  get(key: K): V | undefined;
  set(key: K, value: V): unknown;
  delete(key: K): boolean;
  clear(): void;
  readonly size: number;
}

export interface CacheLimits {
  /** Most entries of name -> id. */
  names: number;
  /** Most entries of id -> name. */
  ids: number;
}

/** UIDs of up to six bytes are kept under their number, which a Map finds without hashing text. */
const NUMBER_BYTES = 6;

/**
 * Both directions of one kind's mappings, unbounded as in the original, or bounded (least recently used go).
 * Conflicting entries are refused, never replaced. Mirrors the caches of UniqueId.
 */
export class UidCache {
  private readonly ids: Store<string, Buffer>;
  private readonly names: Store<number | string, string>;
  /** Grows with everything taken out: what was read from storage before must not be put in after. */
  epoch = 0;

  constructor(
    readonly width: number,
    limits: CacheLimits | null = null,
  ) {
    this.ids = limits ? bounded(limits.names) : new Map();
    this.names = limits ? bounded(limits.ids) : new Map();
  }

  id(name: string): Buffer | undefined {
    return this.ids.get(name);
  }

  name(id: Buffer): string | undefined {
    return this.names.get(this.keyOf(id));
  }

  /** @throws IllegalStateError `name=N => id=[…], already mapped to […]` */
  putId(name: string, id: Buffer): void {
    const known = this.ids.get(name);
    if (known === undefined) this.ids.set(name, Buffer.from(id));
    else if (!known.equals(id)) throw new IllegalStateError(`name=${name} => id=${javaBytes(id)}, already mapped to ${javaBytes(known)}`);
  }

  /** @throws IllegalStateError `id=[…] => name=N, already mapped to M` */
  putName(id: Buffer, name: string): void {
    const key = this.keyOf(id);
    const known = this.names.get(key);
    if (known === undefined) this.names.set(key, name);
    else if (known !== name) throw new IllegalStateError(`id=${javaBytes(id)} => name=${name}, already mapped to ${known}`);
  }

  /**
   * Puts in what storage says of a name, in one or both directions; nothing where either is known to be something else.
   * @param id kept as it is: nobody else may write into it
   * @returns false: it is
   */
  putIfAgreed(name: string, id: Buffer, nameToId: boolean, idToName: boolean): boolean {
    const key = this.keyOf(id);
    const knownId = this.ids.get(name);
    const knownName = this.names.get(key);
    if ((knownId !== undefined && !knownId.equals(id)) || (knownName !== undefined && knownName !== name)) return false;
    if (nameToId && knownId === undefined) this.ids.set(name, id);
    if (idToName && knownName === undefined) this.names.set(key, name);
    return true;
  }

  remove(name: string | undefined, id: Buffer | undefined): void {
    this.epoch++;
    if (name !== undefined) this.ids.delete(name);
    if (id !== undefined) this.names.delete(this.keyOf(id));
  }

  clear(): void {
    this.epoch++;
    this.ids.clear();
    this.names.clear();
  }

  /** Entries of both directions together, as the original counts them. */
  get size(): number {
    return this.ids.size + this.names.size;
  }

  private keyOf(id: Buffer): number | string {
    return id.length === this.width && this.width <= NUMBER_BYTES ? id.readUIntBE(0, this.width) : id.toString('latin1');
  }
}

/** Entries count as size 1 each. With `max` instead, the cache would allocate room for all entries (millions, by default) at once. */
function bounded<K extends string | number, V extends string | Buffer>(entries: number): Store<K, V> {
  return new LRUCache<K, V>({ maxSize: entries, sizeCalculation: () => 1 });
}
