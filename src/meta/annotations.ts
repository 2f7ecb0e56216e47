import {
  annotationCell,
  applySalt,
  columnKind,
  DATA_FAMILY,
  decodeAnnotation,
  encodeAnnotation,
  extendedOffsetMs,
  globalAnnotationKey,
  hexToUid,
  isGlobalAnnotationKey,
  rowKeyOfTsuid,
  toMilliseconds,
  baseTimeOfKey,
  tsuidOfKey,
  type Annotation,
  type KeyLayout,
} from '../schema';
import type { CallOptions, Row, RowDelete, Storage } from '../storage';
import { IllegalArgumentError } from '../util/errors';
import { MAX_TRIES, MetaConflictError } from './conflict';
import { checkRecordSize } from './record-size';

const HOUR = 3600;
/** Base time of the last rows that there can be. */
const LAST_HOUR = 0xffff_ffff;
/** Annotations that are removed at once. */
const MAX_DOOMED = 1000;

/** What a client sent: fields that it left out, or set to their defaults, are absent. */
export interface AnnotationEdit {
  tsuid?: string;
  startTime?: number;
  endTime?: number;
  description?: string | null;
  notes?: string | null;
  custom?: ReadonlyMap<string, string | null> | null;
}

/** Mirrors Annotation.hasChanges: where an annotation belongs is no change. */
function changesAnything({ endTime, description, notes, custom }: AnnotationEdit): boolean {
  return endTime !== undefined || description !== undefined || notes !== undefined || custom !== undefined;
}

/** What an annotation is told from others by. */
export interface AnnotationId {
  /** Empty: of no series. */
  readonly tsuid: string;
  readonly startTime: number;
}

/** Told of annotations that were stored or removed by this process. */
export type AnnotationListener = (ids: readonly AnnotationId[]) => void;

type Editable = 'endTime' | 'description' | 'notes' | 'custom';

function pick<K extends Editable>(field: K, edit: AnnotationEdit, kept: Annotation | null, otherwise: Annotation[K]): Annotation[K] {
  const sent = edit[field] as Annotation[K] | undefined;
  if (sent !== undefined) return sent;
  return kept === null ? otherwise : kept[field];
}

/** Annotations in the data table: notes on a series, or on everything. Mirrors meta.Annotation. */
export class AnnotationStore {
  private readonly listeners: AnnotationListener[] = [];

  constructor(
    private readonly storage: Storage,
    private readonly table: string,
    private readonly layout: KeyLayout,
    /** Cells carry the time of their annotation: `tsd.storage.use_otsdb_timestamp`. */
    private readonly explicitTimestamps = false,
  ) {}

  onChange(listener: AnnotationListener): void {
    this.listeners.push(listener);
  }

  private changed(ids: readonly AnnotationId[]): void {
    for (const listener of this.listeners) listener(ids);
  }

  /** @param tsuid empty: a global annotation. @throws IllegalArgumentError for a start time or TSUID that can't be */
  async get(tsuid: string, startTime: number): Promise<Annotation | null> {
    const cell = await this.read(tsuid, startTime);
    return cell === null ? null : decodeAnnotation(cell);
  }

  /** Many at once, in the order of asking; null for those that are not there, or can't be. @throws StorageError */
  async list(ids: readonly AnnotationId[]): Promise<(Annotation | null)[]> {
    const gets = ids.map(({ tsuid, startTime }) => {
      const { key, qualifier } = annotationCell(this.layout, tsuid, startTime);
      return { row: key, family: DATA_FAMILY, qualifiers: [qualifier] };
    });
    const rows = await this.storage.multiGet(this.table, gets);
    return rows.map((row, i) => {
      const cell = row?.get(DATA_FAMILY, gets[i].qualifiers[0]) ?? null;
      return cell && this.readable(cell);
    });
  }

  private readable(cell: Buffer): Annotation | null {
    try {
      return decodeAnnotation(cell);
    } catch (error) {
      if (error instanceof IllegalArgumentError) return null;
      throw error;
    }
  }

  private async read(tsuid: string, startTime: number): Promise<Buffer | null> {
    const { key, qualifier } = this.cellOf(tsuid, startTime);
    const row = await this.storage.get(this.table, { row: key, family: DATA_FAMILY, qualifiers: [qualifier] });
    return row?.get(DATA_FAMILY, qualifier) ?? null;
  }

  /**
   * Writes an annotation over what is stored: what the edit leaves out keeps its stored value, or its default with `replace`.
   * @returns what is stored now; null: the edit changes nothing
   * @throws IllegalArgumentError, MetaConflictError; ClientError 413 when it is too large. Mirrors Annotation.syncToStorage
   */
  async save(edit: AnnotationEdit, replace: boolean): Promise<Annotation | null> {
    const { startTime = 0 } = edit;
    if (startTime < 1) throw new IllegalArgumentError('The start timestamp has not been set');
    if (!changesAnything(edit)) return null;
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const note = await this.trySave(edit, replace);
      if (note === null) continue;
      this.changed([{ tsuid: note.tsuid, startTime }]);
      return note;
    }
    throw new MetaConflictError('Failed to save the Annotation to storage');
  }

  /** @returns null: somebody else wrote in between */
  private async trySave(edit: AnnotationEdit, replace: boolean): Promise<Annotation | null> {
    const { tsuid = '', startTime = 0 } = edit;
    const stored = await this.get(tsuid, startTime);
    const kept = replace ? null : stored;
    const note: Annotation = {
      tsuid,
      startTime: stored && stored.startTime > 0 ? Math.min(startTime, stored.startTime) : startTime,
      endTime: pick('endTime', edit, kept, 0),
      description: pick('description', edit, kept, ''),
      notes: pick('notes', edit, kept, ''),
      custom: pick('custom', edit, kept, null),
    };
    const { key, qualifier } = this.cellOf(tsuid, startTime);
    // The original compares with what it would have written itself, so that must be what is expected here too.
    const expected = stored ? encodeAnnotation(stored) : null;
    const timestamp = this.explicitTimestamps ? toMilliseconds(note.startTime) : undefined;
    const cell = checkRecordSize(encodeAnnotation(note), 'Annotation');
    const saved = await this.storage.compareAndSet(this.table, key, DATA_FAMILY, qualifier, expected, cell, { timestamp });
    return saved ? note : null;
  }

  /** Removes one; one that is not there is fine. */
  async delete(tsuid: string, startTime: number): Promise<void> {
    if (startTime < 1) throw new IllegalArgumentError('The start timestamp has not been set');
    const { key, qualifier } = this.cellOf(tsuid, startTime);
    await this.remove([{ row: key, family: DATA_FAMILY, qualifiers: [qualifier] }]);
    this.changed([{ tsuid, startTime }]);
  }

  /** Row and column of an annotation. @throws IllegalArgumentError for a start time or TSUID that can't be */
  private cellOf(tsuid: string, startTime: number): { key: Buffer; qualifier: Buffer } {
    if (tsuid !== '') this.checkTsuid(tsuid);
    return annotationCell(this.layout, tsuid, startTime);
  }

  /** Anything else than a metric with at least one tag would be the key of a row that no series has. @throws IllegalArgumentError */
  private checkTsuid(tsuid: string): Buffer {
    const { metric, tagk, tagv } = this.layout;
    const uids = hexToUid(tsuid);
    const tags = uids.length - metric;
    if (tags < 1 || tags % (tagk + tagv) !== 0) throw new IllegalArgumentError(`Invalid TSUID, it has a wrong length: ${tsuid}`);
    return uids;
  }

  private async remove(rows: readonly RowDelete[]): Promise<void> {
    const failures = await this.storage.delete(this.table, rows);
    if (failures.length > 0) throw failures[0].error;
  }

  /**
   * Global annotations of the hours from `start` to `end`, both in seconds. What starts before or ends after is left out, comparing
   * the stored numbers as they are, whatever their unit. Mirrors Annotation.getGlobalAnnotations.
   * @throws IllegalArgumentError, StorageError while iterating
   */
  async *global(start: number, end: number): AsyncGenerator<Annotation> {
    if (end < 1) throw new IllegalArgumentError('The end timestamp has not been set');
    if (end < start) throw new IllegalArgumentError('The end timestamp cannot be less than the start timestamp');
    for await (const { row, cell } of this.cells('', start, end)) {
      const note = decodeAnnotation(row.value(cell));
      if (note.startTime >= start && note.endTime <= end) yield note;
    }
  }

  /**
   * Every annotation: of no series, or (`ofSeries`) in the whole data table, which takes as long as reading all of it. What can't be read is left
   * out. @throws StorageError
   */
  async *every(ofSeries: boolean, options: CallOptions = {}): AsyncGenerator<AnnotationId[]> {
    const bounds = ofSeries
      ? { start: Buffer.alloc(0), stop: Buffer.alloc(0) }
      : { start: globalAnnotationKey(this.layout, 0), stop: globalAnnotationKey(this.layout, LAST_HOUR) };
    for await (const rows of this.storage.scan(this.table, { ...options, ...bounds, family: DATA_FAMILY, transient: true })) {
      const found: AnnotationId[] = [];
      for (const row of rows)
        for (let cell = 0; cell < row.size; cell++) {
          if (columnKind(row.qualifier(cell)) !== 'annotation') continue;
          const [note, tsuid] = [this.readable(row.value(cell)), this.tsuidOf(row.key)];
          if (note !== null && tsuid !== null && note.startTime > 0) found.push({ tsuid, startTime: note.startTime });
        }
      yield found;
    }
  }

  /** Empty: of no series; null: no row that annotations are written to. */
  private tsuidOf(key: Buffer): string | null {
    if (isGlobalAnnotationKey(this.layout, key)) return '';
    const { salt, metric, tagk, tagv } = this.layout;
    const tags = key.length - salt - metric - 4;
    return tags > 0 && tags % (tagk + tagv) === 0 ? tsuidOfKey(this.layout, key).toString('hex').toUpperCase() : null;
  }

  /**
   * Removes what starts inside a range, going by the qualifiers. @returns how many
   * @param tsuid empty: global ones
   */
  async deleteRange(tsuid: string, startMs: number, endMs: number): Promise<number> {
    if (endMs < 1) throw new IllegalArgumentError('The end timestamp has not been set');
    if (endMs < startMs) throw new IllegalArgumentError('The end timestamp cannot be less than the start timestamp');
    if (tsuid !== '') this.checkTsuid(tsuid);
    let doomed: RowDelete[] = [];
    let ids: AnnotationId[] = [];
    let removed = 0;
    const removeDoomed = async (): Promise<void> => {
      removed += doomed.length;
      await this.remove(doomed);
      this.changed(ids);
      [doomed, ids] = [[], []];
    };
    for await (const { row, cell } of this.cells(tsuid, Math.floor(startMs / 1000), Math.floor(endMs / 1000))) {
      const qualifier = Buffer.from(row.qualifier(cell));
      const at = baseTimeOfKey(this.layout, row.key) * 1000 + extendedOffsetMs(qualifier);
      if (at < startMs || at > endMs) continue;
      doomed.push({ row: row.key, family: DATA_FAMILY, qualifiers: [qualifier] });
      const startTime = this.readable(row.value(cell))?.startTime ?? 0;
      if (startTime > 0) ids.push({ tsuid, startTime });
      if (doomed.length >= MAX_DOOMED) await removeDoomed();
    }
    if (doomed.length > 0) await removeDoomed();
    return removed;
  }

  /** Annotation cells in the hours of a window: of no series, or of one. */
  private async *cells(tsuid: string, start: number, end: number): AsyncGenerator<{ row: Row; cell: number }> {
    const key = (hour: number): Buffer => {
      if (tsuid === '') return globalAnnotationKey(this.layout, hour);
      const out = rowKeyOfTsuid(this.layout, hexToUid(tsuid), hour);
      applySalt(this.layout, out);
      return out;
    };
    const hours = { first: start - (start % HOUR), last: end - (end % HOUR) + HOUR };
    const wanted = tsuid === '' ? '' : hexToUid(tsuid).toString('hex').toUpperCase();
    const rows = this.storage.scan(this.table, { start: key(hours.first), stop: key(hours.last), family: DATA_FAMILY });
    for await (const batch of rows)
      for (const row of batch) {
        if (
          tsuid === ''
            ? !isGlobalAnnotationKey(this.layout, row.key)
            : tsuidOfKey(this.layout, row.key).toString('hex').toUpperCase() !== wanted
        )
          continue;
        for (let cell = 0; cell < row.size; cell++) if (columnKind(row.qualifier(cell)) === 'annotation') yield { row, cell };
      }
  }
}
