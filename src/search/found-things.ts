import { JsonError } from '../json';
import type { KindedUid, Meta, TsMeta, UidMeta } from '../meta';
import type { Annotation } from '../schema';
import { NoSuchUniqueId } from '../uid';
import type { NoteKey } from './index/keys';
import type { SeriesSummary } from './types';

/** Things that are read at once: each may have much that is known of it. */
const BATCH = 32;

/** Reads what was found from the tables, batch by batch. What is not there any more is left out. */
export class FoundThings {
  constructor(private readonly meta: Pick<Meta, 'tsMetas' | 'uidMetas' | 'annotations'>) {}

  tsMetas(tsuids: readonly Buffer[]): AsyncGenerator<readonly TsMeta[]> {
    return this.batches(tsuids, async (batch) => (await this.meta.tsMetas.ofSeries(batch)).filter((meta) => meta !== null));
  }

  summaries(tsuids: readonly Buffer[]): AsyncGenerator<readonly SeriesSummary[]> {
    return this.batches(tsuids, async (batch) =>
      (await this.meta.tsMetas.ofSeries(batch))
        .filter((meta) => meta !== null)
        .map(({ tsuid, metric, tags }) => {
          const names = new Map<string, string>();
          for (let i = 0; i < tags.length; i += 2) names.set(tags[i].name, tags[i + 1].name);
          return { tsuid, metric: metric.name, tags: names };
        }),
    );
  }

  uidMetas(uids: readonly KindedUid[]): AsyncGenerator<readonly UidMeta[]> {
    return this.batches(uids, async (batch) => {
      const metas = await Promise.all(batch.map((uid) => this.uidMeta(uid)));
      return metas.filter((meta) => meta !== null);
    });
  }

  annotations(ids: readonly NoteKey[]): AsyncGenerator<readonly Annotation[]> {
    return this.batches(ids, async (batch) => (await this.meta.annotations.list(batch)).filter((note) => note !== null));
  }

  async *batches<K, T>(keys: readonly K[], read: (batch: readonly K[]) => Promise<T[]>): AsyncGenerator<readonly T[]> {
    for (let at = 0; at < keys.length; at += BATCH) yield await read(keys.slice(at, at + BATCH));
  }

  private async uidMeta({ kind, id }: KindedUid): Promise<UidMeta | null> {
    try {
      return await this.meta.uidMetas.get(kind, id);
    } catch (error) {
      if (error instanceof NoSuchUniqueId || error instanceof JsonError) return null;
      throw error;
    }
  }
}
