import { LRUCache } from 'lru-cache';
import type { Mappings } from './mappings';

export interface CacheLimits {
  /** Most entries of name -> id. */
  names: number;
  /** Most entries of id -> name. */
  ids: number;
}

/** Mappings of which the least used are forgotten. */
export class BoundedMappings implements Mappings {
  private readonly ids: LRUCache<string, Buffer>;
  private readonly names: LRUCache<string, string>;

  constructor(
    private readonly width: number,
    limits: CacheLimits,
  ) {
    this.ids = bounded(limits.names);
    this.names = bounded(limits.ids);
  }

  get size(): number {
    return this.ids.size + this.names.size;
  }

  readonly isQuick = { ids: true, names: true };

  idOf(name: string): Buffer | undefined {
    return this.ids.get(name);
  }

  nameOf(id: Buffer): string | undefined {
    return this.names.get(id.toString('latin1'));
  }

  addId(name: string, id: Buffer): void {
    if (id.length === this.width) this.ids.set(name, Buffer.from(id));
  }

  addName(id: Buffer, name: string): void {
    if (id.length === this.width) this.names.set(id.toString('latin1'), name);
  }

  removeId(name: string): void {
    this.ids.delete(name);
  }

  removeName(id: Buffer): void {
    this.names.delete(id.toString('latin1'));
  }

  clear(): void {
    this.ids.clear();
    this.names.clear();
  }
}

/** Entries count as size 1 each. With `max` instead, the cache would allocate room for all entries (millions, by default) at once. */
function bounded<V extends string | Buffer>(entries: number): LRUCache<string, V> {
  return new LRUCache<string, V>({ maxSize: entries, sizeCalculation: () => 1 });
}
