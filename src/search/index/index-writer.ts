import { isTsuid, uidsOf, type AnnotationId, type KindedUid, type Meta } from '../../meta';
import { NoSuchUniqueId, type UidWidths, type Uids } from '../../uid';
import { wordsOf } from '../query/words';
import type { Changes } from '../types';
import type { IndexRow, IndexStore } from './index-store';
import { keyOf, kindByte, noteKey, termKey } from './keys';
import { decodeName, encodeName, encodeNote, encodeSeries, isDescribedSeries, nameRecord, type NameRecord } from './records';

/** Names that are known to be in the index; beyond, all are forgotten and asked for again. */
const KNOWN_NAMES = 200_000;

/** Where the truth is. */
export interface IndexSource {
  readonly meta: Pick<Meta, 'tsMetas' | 'uidMetas' | 'annotations'>;
  readonly uids: Uids;
}

/**
 * Brings rows of the index in line with what the tables say now. It does not matter how often, or in which order, as long as what was changed last is
 * looked at last: so two must not do it at once for the same things.
 */
export class IndexWriter {
  private readonly knownNames = new Set<string>();
  private readonly widths: UidWidths;

  constructor(
    private readonly store: IndexStore,
    private readonly source: IndexSource,
  ) {
    this.widths = source.uids.widths;
  }

  /** @returns how many of the things were not in the index as they are now. @throws StorageError */
  async refresh({ uids = [], series = [], notes = [] }: Partial<Changes>): Promise<number> {
    let changed = uids.length > 0 ? await this.refreshUids(uids) : 0;
    if (series.length > 0) changed += await this.refreshSeries(series);
    if (notes.length > 0) changed += await this.refreshNotes(notes);
    return changed;
  }

  private async refreshUids(uids: readonly KindedUid[]): Promise<number> {
    const wanted = distinct(uids, nameId).filter(({ kind, id }) => id.length === this.widths[kind]);
    const [metas, names, old] = [
      await this.source.meta.uidMetas.stored(wanted),
      await this.namesOf(wanted),
      await this.namesInIndex(wanted),
    ];
    const puts: IndexRow[] = [];
    const removed: Buffer[] = [];
    let changed = 0;
    wanted.forEach((uid, i) => {
      const [name, meta, before] = [names[i], metas[i], old[i]];
      // A name without metadata is there only for the series that have it.
      const record = name !== null && (meta !== null || before !== null) ? nameRecord(name, meta) : null;
      const change = changeOfName(uid, before, record);
      if (change === null) return;
      changed++;
      puts.push(...change.puts);
      removed.push(...change.removed);
      if (record === null) this.knownNames.delete(nameId(uid));
    });
    // As long as the old record stands, a second run finds the same terms to be removed.
    await this.store.remove(removed);
    await this.store.put(puts);
    return changed;
  }

  private async refreshSeries(tsuids: readonly Buffer[]): Promise<number> {
    const wanted = distinct(tsuids, (tsuid) => tsuid.toString('latin1')).filter((tsuid) => isTsuid(tsuid, this.widths));
    const metas = await this.source.meta.tsMetas.storedFields(wanted);
    const old = await this.store.getAll(wanted.map((tsuid) => keyOf('series', tsuid)));
    await this.addNames(wanted.filter((_, i) => metas[i] !== null).flatMap((tsuid) => uidsOf(tsuid, this.widths)));
    const puts: IndexRow[] = [];
    const removed: Buffer[] = [];
    let changed = 0;
    wanted.forEach((tsuid, i) => {
      const [meta, before] = [metas[i], old[i]];
      const key = keyOf('series', tsuid);
      const ofValues = uidsOf(tsuid, this.widths)
        .filter(({ kind }) => kind === 'tagv')
        .map(({ id }) => keyOf('ofValue', id, tsuid));
      const described = keyOf('describedSeries', tsuid);
      const now = meta && encodeSeries(meta);
      if (now === null ? before === null : before?.equals(now.value) === true) return;
      changed++;
      if (now === null) return void removed.push(key, ...ofValues, described);
      if (before === null) puts.push(...ofValues.map((row) => ({ key: row })));
      if (now.isDescribed) puts.push({ key: described });
      else if (before !== null && isDescribedSeries(before)) removed.push(described);
      puts.push({ key, value: now.value });
    });
    await this.store.put(puts);
    await this.store.remove(removed);
    return changed;
  }

  private async refreshNotes(wanted: readonly AnnotationId[]): Promise<number> {
    const ids = wanted.filter(isNote);
    const keys = ids.map((id) => noteKey(id));
    const notes = await this.source.meta.annotations.list(ids);
    const old = await this.store.getAll(keys);
    const puts: IndexRow[] = [];
    const removed: Buffer[] = [];
    notes.forEach((note, i) => {
      const value = note && encodeNote(note);
      if (value === null) {
        if (old[i] !== null) removed.push(keys[i]);
      } else if (old[i]?.equals(value) !== true) puts.push({ key: keys[i], value });
    });
    await this.store.put(puts);
    await this.store.remove(removed);
    return puts.length + removed.length;
  }

  /** Removes names without metadata of which no series is in the index; keys of tags stay, as there is no list of their series. @returns how many */
  async dropUnusedNames(uids: readonly KindedUid[]): Promise<number> {
    const unused: KindedUid[] = [];
    for (const uid of uids) {
      const { kind, id } = uid;
      if (kind !== 'tagk' && !(await this.store.hasAny(keyOf(kind === 'metrics' ? 'series' : 'ofValue', id)))) unused.push(uid);
    }
    const old = await this.namesInIndex(unused);
    const removed = unused.flatMap((uid, i) => (old[i]?.hasMeta === false ? (changeOfName(uid, old[i], null)?.removed ?? []) : []));
    await this.store.remove(removed);
    for (const uid of unused) this.knownNames.delete(nameId(uid));
    return removed.length === 0 ? 0 : unused.length;
  }

  /** Sees to it that the names of series are in the index. */
  private async addNames(uids: readonly KindedUid[]): Promise<void> {
    const unknown = distinct(uids, nameId).filter((uid) => !this.knownNames.has(nameId(uid)));
    if (unknown.length === 0) return;
    const old = await this.namesInIndex(unknown);
    const missing = unknown.filter((_, i) => old[i] === null);
    const names = await this.namesOf(missing);
    const metas = await this.source.meta.uidMetas.stored(missing);
    const puts = missing.flatMap((uid, i) => {
      const name = names[i];
      return name === null ? [] : (changeOfName(uid, null, nameRecord(name, metas[i]))?.puts ?? []);
    });
    await this.store.put(puts);
    if (this.knownNames.size + unknown.length > KNOWN_NAMES) this.knownNames.clear();
    for (const uid of unknown) this.knownNames.add(nameId(uid));
  }

  private async namesInIndex(uids: readonly KindedUid[]): Promise<(NameRecord | null)[]> {
    const values = await this.store.getAll(uids.map(({ kind, id }) => keyOf('name', kindByte(kind), id)));
    return values.map((value) => value && decodeName(value));
  }

  /** Null for a UID that has no name. */
  private namesOf(uids: readonly KindedUid[]): Promise<(string | null)[]> {
    return Promise.all(
      uids.map(async ({ kind, id }) => {
        try {
          return this.source.uids.cachedName(kind, id) ?? (await this.source.uids.getName(kind, id));
        } catch (error) {
          if (error instanceof NoSuchUniqueId) return null;
          throw error;
        }
      }),
    );
  }
}

/** Whether there can be such an annotation. */
function isNote({ tsuid, startTime }: AnnotationId): boolean {
  return Number.isSafeInteger(startTime) && startTime > 0 && /^([0-9a-f]{2})*$/i.test(tsuid);
}

const nameId = ({ kind, id }: KindedUid): string => `${kind} ${id.toString('latin1')}`;

function distinct<T>(items: readonly T[], idOf: (item: T) => string): T[] {
  return [...new Map(items.map((item) => [idOf(item), item])).values()];
}

/** Whole name and words of it, each once. */
function termsOf(name: string): Set<string> {
  return new Set([name.toLowerCase(), ...wordsOf(name)]);
}

/** Rows that make one record of a name the other; null: they are the same. */
function changeOfName(
  { kind, id }: KindedUid,
  before: NameRecord | null,
  now: NameRecord | null,
): { puts: IndexRow[]; removed: Buffer[] } | null {
  const key = keyOf('name', kindByte(kind), id);
  const described = keyOf('describedName', kindByte(kind), id);
  const [oldTerms, newTerms] = [before, now].map((record) => (record === null ? new Set<string>() : termsOf(record.name)));
  const value = now && encodeName(now);
  if (value === null ? before === null : before !== null && encodeName(before).equals(value)) return null;
  const puts: IndexRow[] = [...newTerms].filter((term) => !oldTerms.has(term)).map((term) => ({ key: termKey(kind, term, id) }));
  const removed = [...oldTerms].filter((term) => !newTerms.has(term)).map((term) => termKey(kind, term, id));
  if (now !== null && !now.values.isEmpty) puts.push({ key: described });
  else if (before !== null && !before.values.isEmpty) removed.push(described);
  if (value === null) removed.push(key);
  else puts.push({ key, value });
  return { puts, removed };
}
