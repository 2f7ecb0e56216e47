import { javaBytes } from '../schema/bytes';
import { IllegalStateError } from '../util/errors';
import { BoundedMappings, type CacheLimits } from './bounded-mappings';
import type { Mappings } from './mappings';
import { UnboundedMappings } from './unbounded-mappings';

/**
 * Both directions of one kind's mappings, unbounded as in the original, or bounded (least recently used go).
 * Conflicting entries are refused, never replaced. Mirrors the caches of UniqueId.
 */
export class UidCache {
  private readonly mappings: Mappings;
  /** Grows with everything taken out: what was read from storage before must not be put in after. */
  epoch = 0;

  constructor(width: number, limits: CacheLimits | null = null) {
    this.mappings = limits ? new BoundedMappings(width, limits) : new UnboundedMappings(width);
  }

  id(name: string): Buffer | undefined {
    return this.mappings.idOf(name);
  }

  name(id: Buffer): string | undefined {
    return this.mappings.nameOf(id);
  }

  /** @throws IllegalStateError `name=N => id=[…], already mapped to […]` */
  putId(name: string, id: Buffer): void {
    const known = this.id(name);
    if (known === undefined) this.mappings.addId(name, id);
    else if (!known.equals(id)) throw new IllegalStateError(`name=${name} => id=${javaBytes(id)}, already mapped to ${javaBytes(known)}`);
  }

  /** @throws IllegalStateError `id=[…] => name=N, already mapped to M` */
  putName(id: Buffer, name: string): void {
    const known = this.name(id);
    if (known === undefined) this.mappings.addName(id, name);
    else if (known !== name) throw new IllegalStateError(`id=${javaBytes(id)} => name=${name}, already mapped to ${known}`);
  }

  /**
   * Puts in what storage says of a name, in one or both directions; nothing where either is known to be something else.
   * @returns false: it is
   */
  putIfAgreed(name: string, id: Buffer, nameToId: boolean, idToName: boolean): boolean {
    const knownId = this.id(name);
    const knownName = this.name(id);
    if ((knownId !== undefined && !knownId.equals(id)) || (knownName !== undefined && knownName !== name)) return false;
    if (nameToId && knownId === undefined) this.mappings.addId(name, id);
    if (idToName && knownName === undefined) this.mappings.addName(id, name);
    return true;
  }

  remove(name: string | undefined, id: Buffer | undefined): void {
    this.epoch++;
    if (name !== undefined) this.mappings.removeId(name);
    if (id !== undefined) this.mappings.removeName(id);
  }

  clear(): void {
    this.epoch++;
    this.mappings.clear();
  }

  /** Entries of both directions together, as the original counts them. */
  get size(): number {
    return this.mappings.size;
  }
}
