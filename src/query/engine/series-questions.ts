import type { QuerySettings } from '../../config/settings';
import { SeriesTable } from '../../meta';
import type { Storage } from '../../storage';
import type { DataModel } from '../../tables';
import type { Uids } from '../../uid';
import { LastPoints, type LastEnvironment, type LastQuery } from '../last';
import { asLookupError, DataTableSeries, Lookup, type FoundSeries, type LookupEnvironment, type LookupQuery } from '../lookup';
import type { QueryLimits } from '../plan';
import { RawPoints } from '../source';
import type { LastAnswer, LookupAnswer } from './engine';
import type { QueryClient } from './query-registry';
import { QueryTask, type TaskRules } from './query-task';
import type { StopSignal } from '../../util/stop-signal';

/** The questions about series that are no queries of points over time: which there are, and their last points. */
export class SeriesQuestions {
  private readonly lasts: LastEnvironment;
  private readonly lookups: LookupEnvironment;

  constructor(
    private readonly rules: TaskRules,
    { settings, model, storage, uids }: { settings: QuerySettings; model: DataModel; storage: Storage; uids: Uids },
    limits: QueryLimits,
  ) {
    const { layout, merge, tables } = model;
    const table = tables.data.name;
    const series = new SeriesTable(storage, tables.meta.name, uids.widths);
    // Of points at the same time the one written last is the last one: no reason to refuse an answer.
    const source = new RawPoints({ table, layout, merge: { ...merge, fixDuplicates: true }, dateTieredSince: settings.dateTieredSince });
    this.lasts = { storage, uids, source, series, limits, ...settings.last, now: () => Date.now() };
    const dataTable = new DataTableSeries(storage, table, layout, uids.widths);
    this.lookups = { uids, metaTable: series, dataTable, limits, distinct: settings.distinctLookup };
  }

  /** @throws ClientError */
  async last(query: LastQuery, client: QueryClient, signal: AbortSignal): Promise<LastAnswer> {
    const task = this.take({ kind: 'last', query }, client, signal);
    try {
      await task.begin();
      const points = await task.withRoom(() => new LastPoints(this.lasts, optionsOf(task)).find(query));
      task.lifetime.hasRead();
      task.computed();
      return { points, finish: (...how) => task.finish(...how) };
    } catch (e) {
      const error = task.lifetime.failed(e);
      task.finish(error.status, error, !signal.aborted);
      throw error;
    }
  }

  /** @throws ClientError */
  lookup(query: LookupQuery, client: QueryClient, signal: AbortSignal): LookupAnswer {
    const task = this.take({ kind: 'lookup', query }, client, signal);
    const lookup = new Lookup(this.lookups, query);
    return {
      get signal() {
        return task.lifetime.signal;
      },
      whenStopped: (listener) => task.whenStopped(listener),
      async *series(): AsyncGenerator<FoundSeries[]> {
        try {
          await task.begin();
          while (!lookup.isOver) {
            try {
              yield* lookup.series(optionsOf(task));
            } catch (e) {
              await task.waitForRoom(e);
            }
          }
          task.lifetime.hasRead();
        } catch (e) {
          throw task.lifetime.failed(asLookupError(task.lifetime.reasonOf(e)));
        }
      },
      finish: (...how) => task.finish(...how),
    };
  }

  private take(
    question: { kind: 'last'; query: LastQuery } | { kind: 'lookup'; query: LookupQuery },
    client: QueryClient,
    signal: AbortSignal,
  ): QueryTask {
    return new QueryTask(this.rules, client, question, 0, signal);
  }
}

function optionsOf({ lifetime, memory }: QueryTask): { signal: StopSignal; deadline: number | undefined; memory: QueryTask['memory'] } {
  return { signal: lifetime.signal, deadline: lifetime.deadline, memory };
}
