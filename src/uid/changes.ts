import { setTimeout as sleep } from 'node:timers/promises';
import { javaBytes } from '../schema/bytes';
import { IllegalArgumentError } from '../util/errors';
import { StorageError } from '../storage';
import { NoSuchUniqueName } from './errors';
import { metaQualifier } from './kinds';
import type { Log } from '../util/log';
import type { UniqueId } from './unique-id';

const PUT_ATTEMPTS = 6;
const FIRST_WAIT_MS = 800;

/** Told when a mapping is about to end, and when it has. */
export interface ChangeListener {
  /** @returns what `changed` is to be given. A rejection keeps the change from being made */
  changing(): Promise<number | null>;
  /** `names`: those that don't mean `id` any more, or mean it anew. Doesn't reject. */
  changed(token: number | null, names: readonly string[], id: Buffer): Promise<void>;
}

/** Changes to existing mappings of one kind. Not atomic, as in the original: a process that dies in between leaves both names on the UID. */
export class UidChanges {
  private readonly renaming = { ids: new Set<string>(), names: new Set<string>() };

  /** @param firstWaitMs before the second attempt of a Put; doubles with each one more */
  constructor(
    private readonly uid: UniqueId,
    private readonly logger: Log,
    private readonly listener: ChangeListener | null = null,
    private readonly firstWaitMs = FIRST_WAIT_MS,
  ) {}

  /**
   * Gives a UID another name: new reverse, new forward, then the old forward goes. UIDMeta keeps the old one. Mirrors UniqueId.rename.
   * @returns the UID
   * @throws NoSuchUniqueName, IllegalArgumentError when the new name is taken or being renamed to, StorageError
   */
  async rename(oldName: string, newName: string): Promise<Buffer> {
    const { table } = this.uid;
    const id = await this.stored(oldName);
    const [taken] = await table.forward([newName]);
    if (taken !== null)
      throw new IllegalArgumentError(
        `When trying rename("${oldName}", "${newName}") on ${table.toString()}: new name already assigned ID=${javaBytes(taken)}`,
      );
    table.rowOf(newName);
    const { ids, names } = this.renaming;
    const idText = javaBytes(id);
    if (ids.has(idText) || names.has(newName))
      throw new IllegalArgumentError(`Ongoing rename on the same ID("${idText}") or an identical new name("${newName}")`);
    ids.add(idText);
    names.add(newName);
    try {
      await this.around([oldName, newName], id, async () => {
        await this.persist('reverse', () => table.putReverse(id, newName));
        await this.persist('forward', () => table.putForward(newName, id));
        await table.deleteForward(oldName);
      });
      await this.uid.keep({ name: newName, exact: true }, id, this.uid.cache.epoch);
      return id;
    } finally {
      ids.delete(idText);
      names.delete(newName);
    }
  }

  /**
   * Removes both directions and the UIDMeta; data points and TSMeta stay. The caches forget the mapping even when storage fails.
   * Mirrors UniqueId.deleteAsync.
   * @throws NoSuchUniqueName, StorageError
   */
  async delete(name: string): Promise<Buffer> {
    const { table } = this.uid;
    const meta = metaQualifier(table.kind);
    const id = await this.stored(name);
    await this.around([name], id, async () => {
      const [forward, reverse] = await Promise.allSettled([table.deleteForward(name), table.deleteReverse(id, meta)]);
      if (forward.status === 'rejected') throw forward.reason;
      if (reverse.status === 'rejected') throw reverse.reason;
    });
    return id;
  }

  /** Makes a change; afterwards, also after half of it, no cache holds anything of these names and this id. */
  private async around(names: readonly string[], id: Buffer, change: () => Promise<void>): Promise<void> {
    const token = (await this.listener?.changing()) ?? null;
    const forget = (): void => names.forEach((name) => this.uid.evict(name, id));
    try {
      await change();
    } finally {
      forget();
      await this.listener?.changed(token, names, id);
      forget(); // what came from a shared cache before it was told
    }
  }

  /** What storage says now: a change must not start from a cache. */
  private async stored(name: string): Promise<Buffer> {
    const [id] = await this.uid.table.forward([name]);
    if (id === null) throw new NoSuchUniqueName(this.uid.table.kind, name);
    return this.uid.table.checkFound(id);
  }

  private async persist(what: string, put: () => Promise<void>): Promise<void> {
    for (let attempt = 1, wait = this.firstWaitMs; ; attempt++, wait *= 2) {
      try {
        return await put();
      } catch (e) {
        if (!(e instanceof StorageError)) throw e;
        this.logger.error(
          `Put of a ${what} mapping of kind '${this.uid.table.kind}' failed, attempt ${attempt} of ${PUT_ATTEMPTS}: ${e.message}`,
        );
        if (attempt === PUT_ATTEMPTS) throw e;
        await sleep(wait);
      }
    }
  }
}
