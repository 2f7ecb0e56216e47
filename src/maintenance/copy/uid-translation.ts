import { numberToUid, uidToNumber } from '../../schema';
import { findNames, maxId, NoSuchUniqueName, UID_KINDS, type UidKind, type UidWidths, type Uids } from '../../uid';
import { IllegalArgumentError } from '../../util/errors';
import { inParallel } from '../../util/in-parallel';
import type { UidSets } from '../uid-sets';

/** From the UIDs of one store to those of another. */
export interface UidTranslation {
  /** Every UID is the same in both. */
  readonly identical: boolean;
  /** Makes the UIDs known to `of`. @throws StorageError, FailedToAssignUniqueId */
  learn(ids: UidSets): Promise<void>;
  /** The UID in the other store; null: there is none, since it has no name or does not fit. */
  of(kind: UidKind, id: Buffer): Buffer | null;
}

/** The other store has the same numbers, in the widths of its own. */
export class KeptUids implements UidTranslation {
  readonly identical: boolean;

  constructor(
    from: UidWidths,
    private readonly to: UidWidths,
  ) {
    this.identical = UID_KINDS.every((kind) => from[kind] === to[kind]);
  }

  async learn(): Promise<void> {}

  of(kind: UidKind, id: Buffer): Buffer | null {
    const width = this.to[kind];
    if (id.length === width) return id;
    const number = uidToNumber(id);
    return number > maxId(width) ? null : numberToUid(number, width);
  }
}

/** UIDs of a kind that are remembered, at most. */
const MAX_KNOWN = 1_000_000;
/** Names that are looked up or assigned at once. */
const AT_ONCE = 64;

/** The other store has numbers of its own: UIDs are translated by their names, and names that it does not have are assigned there. */
export class NamedUids implements UidTranslation {
  readonly identical = false;
  private readonly known: Readonly<Record<UidKind, Map<string, Buffer | null>>> = { metrics: new Map(), tagk: new Map(), tagv: new Map() };
  /** Learning goes one after the other, so that two do not assign one name. */
  private last: Promise<void> = Promise.resolve();

  /** @param unnameable is told of names that the other store refuses */
  constructor(
    private readonly from: Uids,
    private readonly to: Uids,
    private readonly unnameable: (kind: UidKind, name: string, reason: string) => void,
  ) {}

  learn(ids: UidSets): Promise<void> {
    const learnt = this.last.then(async () => {
      for (const kind of UID_KINDS) await this.learnKind(kind, ids[kind]);
    });
    this.last = learnt.catch(() => {});
    return learnt;
  }

  of(kind: UidKind, id: Buffer): Buffer | null {
    return this.known[kind].get(id.toString('latin1')) ?? null;
  }

  private async learnKind(kind: UidKind, ids: ReadonlySet<string>): Promise<void> {
    const known = this.known[kind];
    let missing = [...ids].filter((id) => !known.has(id));
    if (missing.length === 0) return;
    if (known.size + missing.length > MAX_KNOWN) {
      known.clear();
      missing = [...ids];
    }
    const names = await findNames(
      this.from,
      kind,
      missing.map((id) => Buffer.from(id, 'latin1')),
    );
    await inParallel(missing.entries(), AT_ONCE, async ([i, id]) => {
      const name = names[i];
      known.set(id, name === null ? null : await this.idFor(kind, name));
    });
  }

  private async idFor(kind: UidKind, name: string): Promise<Buffer | null> {
    try {
      return await this.to.getId(kind, name);
    } catch (error) {
      if (!(error instanceof NoSuchUniqueName)) throw error;
    }
    try {
      return await this.to.assign(kind, name);
    } catch (error) {
      if (!(error instanceof IllegalArgumentError)) throw error;
      // Another process may have assigned it meanwhile; what nobody has is a name that the other store refuses.
      return this.to.getId(kind, name).catch((again: unknown) => {
        if (!(again instanceof NoSuchUniqueName)) throw again;
        this.unnameable(kind, name, error.message);
        return null;
      });
    }
  }
}
