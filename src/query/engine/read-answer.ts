import type { Annotation } from '../../schema';
import type { StopSignal } from '../../util/stop-signal';
import type { QueryGroup, QueryResult, RunStats } from '../output';
import { KeptSeries, type Series } from '../series';
import type { QueryAnswer } from './engine';
import type { QueryTask } from './query-task';
import type { QueryRun } from './run';

/** The answer of a query that has been read. When computing it has no room beside other queries, it is read anew. */
export class ReadAnswer implements QueryAnswer {
  private kept = new KeptSeries();
  /** null: it waits for room, and holds nothing. */
  private run: QueryRun | null;

  /** @param read reads what the query needs, once more */
  constructor(
    private readonly task: QueryTask,
    run: QueryRun,
    private readonly read: () => Promise<QueryRun>,
  ) {
    this.run = run;
  }

  get globalAnnotations(): readonly Annotation[] {
    return this.run?.globalAnnotations ?? [];
  }

  get stats(): RunStats {
    return this.task.record.run;
  }

  get signal(): StopSignal {
    return this.task.lifetime.signal;
  }

  whenStopped(listener: () => void): void {
    this.task.whenStopped(listener);
  }

  results(): AsyncIterable<QueryResult> {
    return this.held.results();
  }

  groups(): QueryGroup[][] {
    return this.held.groups();
  }

  hold(points: number): void {
    this.task.memory.add(points);
  }

  keep(points: Series): Series {
    this.task.memory.add(points.size);
    return this.kept.keep(points);
  }

  async compute<T>(step: () => Promise<T>): Promise<T> {
    const computed = await this.task.withRoom(async () => {
      this.run ??= await this.read();
      try {
        const found = await step();
        await this.run.removeRows();
        this.run.release();
        return found;
      } catch (error) {
        this.run = null;
        this.kept = new KeptSeries();
        throw error;
      }
    });
    this.task.computed();
    return computed;
  }

  finish(status: number, error: Error | null, sent: boolean): void {
    this.task.finish(status, error, sent);
  }

  private get held(): QueryRun {
    if (this.run === null) throw new Error('The query has failed');
    return this.run;
  }
}
