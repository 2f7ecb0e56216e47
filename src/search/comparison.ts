import { setTimeout as sleep } from 'node:timers/promises';
import type { KindedUid, Meta } from '../meta';
import { UID_KINDS } from '../uid';
import type { IndexStore } from './index/index-store';
import { keyOf, kindByte, kindOfByte, noteOfKey } from './index/keys';
import { decodeName, encodeSeries } from './index/records';
import type { Changes } from './types';

const BATCH = 512;
/** Milliseconds of work after which others have their part. */
const SLICE_MS = 5;

/** How the whole index is compared with the tables. */
export interface ComparisonOptions {
  readonly signal: AbortSignal;
  /** Part of the time that it may work; the rest is for others. */
  readonly share: number;
  /** Also annotations of series that the index does not have: the whole data table is read. */
  readonly allNotes: boolean;
}

/** What a comparison has changed in the index. */
export interface ComparisonOutcome {
  uids: number;
  series: number;
  notes: number;
}

/** What a comparison stands on. */
export interface ComparisonParts {
  readonly store: IndexStore;
  readonly meta: Pick<Meta, 'tsMetas' | 'uidMetas' | 'annotations'>;
  /** Takes in things, apart from anything else that does. @returns how many were not in the index as they are */
  refresh(changes: Partial<Changes>): Promise<number>;
  /** Removes names without metadata of which no series is in the index. @returns how many */
  dropUnusedNames(names: readonly KindedUid[]): Promise<number>;
}

/**
 * Brings the whole index in line with the tables: what is missing or different is taken in, what is not there any more is removed. Searches and changes go
 * on meanwhile. What is read in passing only tells what to look at: what is written to the index is read once more, in its turn.
 */
export class Comparison {
  private readonly outcome: ComparisonOutcome = { uids: 0, series: 0, notes: 0 };
  private since = performance.now();

  constructor(
    private readonly parts: ComparisonParts,
    private readonly options: ComparisonOptions,
  ) {}

  /** @throws StorageError, the signal's reason */
  async run(): Promise<ComparisonOutcome> {
    await this.uids();
    await this.series();
    await this.unusedNames();
    await this.notes();
    return this.outcome;
  }

  private async uids(): Promise<void> {
    const { signal } = this.options;
    for await (const uids of this.parts.meta.uidMetas.everyStored({ signal }))
      for (let at = 0; at < uids.length; at += BATCH) await this.refresh('uids', uids.slice(at, at + BATCH));
    for await (const keys of this.keys(keyOf('name')))
      await this.refresh(
        'uids',
        keys.map((key) => ({ kind: kindOfByte(key[1]), id: key.subarray(2) })),
      );
  }

  private async series(): Promise<void> {
    const { signal } = this.options;
    let from = keyOf('series');
    for await (const batch of this.parts.meta.tsMetas.everyStored({ signal, batchRows: BATCH })) {
      if (batch.length === 0) continue;
      // Up to the key right behind the last of the batch.
      const stop = Buffer.concat([keyOf('series', batch[batch.length - 1].tsuid), Buffer.of(0)]);
      const stored = new Map(batch.map(({ tsuid, fields }) => [tsuid.toString('latin1'), fields]));
      const suspects = await this.differing({ start: from, stop }, stored);
      for (const key of stored.keys()) suspects.push(Buffer.from(key, 'latin1'));
      await this.refreshAll('series', suspects);
      from = stop;
    }
    await this.refreshAll('series', await this.differing({ start: from, stop: Buffer.of(keyOf('series')[0] + 1) }, new Map()));
  }

  /** Series of the index that are not stored as they are there. Takes those that are out of `stored`. */
  private async differing(
    bounds: { start: Buffer; stop: Buffer },
    stored: Map<string, Parameters<typeof encodeSeries>[0]>,
  ): Promise<Buffer[]> {
    const found: Buffer[] = [];
    for await (const rows of this.parts.store.between(bounds, { signal: this.options.signal }))
      for (const row of rows) {
        const tsuid = row.key.subarray(1);
        const id = tsuid.toString('latin1');
        const fields = stored.get(id);
        stored.delete(id);
        if (fields === undefined || !encodeSeries(fields).value.equals(row.value(0))) found.push(Buffer.from(tsuid));
      }
    return found;
  }

  private async unusedNames(): Promise<void> {
    for (const kind of UID_KINDS) {
      const rows = this.parts.store.range(keyOf('name', kindByte(kind)), { batchRows: BATCH, signal: this.options.signal });
      for await (const batch of rows) {
        const names = batch
          .filter((row) => !decodeName(row.value(0)).hasMeta)
          .map((row) => ({ kind, id: Buffer.from(row.key.subarray(2)) }));
        this.outcome.uids += await this.parts.dropUnusedNames(names);
        await this.pause();
      }
    }
  }

  private async notes(): Promise<void> {
    for await (const keys of this.keys(keyOf('note'))) await this.refresh('notes', keys.map(noteOfKey));
    const { signal, allNotes } = this.options;
    for await (const notes of this.parts.meta.annotations.every(allNotes, { signal })) await this.refreshAll('notes', notes);
  }

  private async *keys(prefix: Buffer): AsyncGenerator<Buffer[]> {
    const rows = this.parts.store.range(prefix, { batchRows: BATCH, withoutValues: true, signal: this.options.signal });
    for await (const batch of rows) yield batch.map((row) => Buffer.from(row.key));
  }

  private async refreshAll<K extends keyof Changes>(sort: K, things: Changes[K]): Promise<void> {
    for (let at = 0; at < things.length; at += BATCH) await this.refresh(sort, things.slice(at, at + BATCH) as unknown as Changes[K]);
    await this.pause();
  }

  private async refresh<K extends keyof Changes>(sort: K, things: Changes[K]): Promise<void> {
    if (things.length > 0) this.outcome[sort] += await this.parts.refresh({ [sort]: things });
    await this.pause();
  }

  /** Leaves the others their part of the time. */
  private async pause(): Promise<void> {
    const { share, signal } = this.options;
    signal.throwIfAborted();
    const worked = performance.now() - this.since;
    if (share === 1 || worked < SLICE_MS) return;
    await sleep((worked * (1 - share)) / share, undefined, { signal });
    this.since = performance.now();
  }
}
