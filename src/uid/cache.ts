import { javaBytes } from '../schema/bytes';
import { IllegalStateError } from '../util/errors';
import { BoundedMappings, type CacheLimits } from './bounded-mappings';
import type { Mappings } from './mappings';
import type { LearntNames } from './types';
import { UnboundedMappings } from './unbounded-mappings';

/**
 * Both directions of one kind's mappings, unbounded as in the original, or bounded (least recently used go).
 * Conflicting entries are refused, never replaced. Names that the write path has learnt by their bytes are found there; those that somebody
 * asks for are held here, too, as long as there are so few that they are found faster here. Mirrors the caches of UniqueId.
 */
export class UidCache {
  private readonly mappings: Mappings;
  /** Grows with everything taken out: what was read from storage before must not be put in after. */
  epoch = 0;
  private readonly isBounded: boolean;
  private learnt: LearntNames | null = null;
  /** Mappings that a learnt name counts for. */
  private learntCount = 2;

  constructor(width: number, limits: CacheLimits | null = null) {
    this.isBounded = limits !== null;
    this.mappings = limits ? new BoundedMappings(width, limits) : new UnboundedMappings(width);
  }

  /** @see Uids.lookAlsoIn. @param count mappings that each of the names counts for */
  lookAlsoIn(learnt: LearntNames, count: number): void {
    if (this.isBounded) return;
    this.learnt = learnt;
    this.learntCount = count;
  }

  id(name: string): Buffer | undefined {
    const held = this.mappings.idOf(name);
    if (held !== undefined || this.learnt === null) return held;
    const id = this.learnt.id(name);
    if (id !== undefined && this.mappings.isQuick.ids) this.mappings.addId(name, id);
    return id;
  }

  /** Without a look at learnt names. */
  heldId(name: string): Buffer | undefined {
    return this.mappings.idOf(name);
  }

  name(id: Buffer): string | undefined {
    const held = this.mappings.nameOf(id);
    if (held !== undefined || this.learnt === null) return held;
    const name = this.learnt.name(id);
    if (name !== undefined && this.mappings.isQuick.names) this.mappings.addName(id, name);
    return name;
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
   * Puts in what storage says of a name, in one or both directions; nothing where either is known to be something else, nor what is to be learnt.
   * @returns false: it is
   */
  putIfAgreed(name: string, id: Buffer, nameToId: boolean, idToName: boolean): boolean {
    const knownId = this.mappings.idOf(name);
    const knownName = this.mappings.nameOf(id) ?? this.learnt?.name(id);
    if ((knownId !== undefined && !knownId.equals(id)) || (knownName !== undefined && knownName !== name)) return false;
    if (this.learnt?.takes(name) === true) return true;
    if (nameToId && knownId === undefined) this.mappings.addId(name, id);
    if (idToName && knownName === undefined) this.mappings.addName(id, name);
    return true;
  }

  /** Whether a new name that is about to be learnt need not be held here: nothing is known of it, and it would not be found faster. */
  leavesToLearn(name: string, id: Buffer): boolean {
    const { learnt, mappings } = this;
    if (learnt === null || !learnt.takes(name) || mappings.isQuick.ids || mappings.isQuick.names) return false;
    return mappings.idOf(name) === undefined && mappings.nameOf(id) === undefined && learnt.name(id) === undefined;
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

  /** Entries of both directions together, as the original counts them; of learnt names and those held here one side has all, or nearly. */
  get size(): number {
    return Math.max(this.mappings.size, (this.learnt?.size ?? 0) * this.learntCount);
  }
}
