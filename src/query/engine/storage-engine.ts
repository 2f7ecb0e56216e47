import type { QuerySettings } from '../../config/settings';
import type { Row, Storage } from '../../storage';
import type { DataModel } from '../../tables';
import type { Uids } from '../../uid';
import type { HistogramCodecs } from '../../histogram';
import type { Rollups } from '../../rollup';
import type { Log } from '../../util/log';
import type { LastQuery } from '../last';
import type { LookupQuery } from '../lookup';
import { validateQuery, type Query } from '../parse';
import type { ValidQuery } from '../specification';
import { Sources } from '../source';
import { QueryLimits, QueryMemory } from '../plan';
import type { RemoveRows } from '../scan';
import { QueryRegistry, type QueryClient, type QueryRequest } from './query-registry';
import { QueryQueue } from './query-queue';
import { QueryTask, type TaskRules } from './query-task';
import { SeriesQuestions } from './series-questions';
import { asClientError, deletingIsOff } from './client-error';
import { ReadAnswer } from './read-answer';
import { QueryRun } from './run';
import type { RunContext } from './run-context';
import { Semaphore } from '../../util/semaphore';
import { NO_SIBLINGS, type Siblings } from '../../workers';
import type { LastAnswer, LookupAnswer, QueryAnswer, QueryEngine } from './engine';
import { ClientError } from '../../util/errors';

/** Ranges read at once over all queries: enough for every salt bucket of a few of them. */
const MAX_SCANS = 64;

/** Shorter downsampling intervals can't be looked up among those of rollups. */
const SECOND_MS = 1000;

/** What a query engine is made of. */
export interface QueryParts {
  settings: QuerySettings;
  model: DataModel;
  storage: Storage;
  /** Makes what one query deletes the rows with that it has read; absent: storage does, beside whatever writes to them. */
  remover?: () => RemoveRows;
  uids: Uids;
  logger: Log;
  /** Null or absent: there are none. */
  rollups?: Rollups | null;
  histograms?: HistogramCodecs | null;
  /** Absent: there are no other workers. */
  siblings?: Siblings;
}

/** The query engine over one store. Mirrors what QueryRpc, TSQuery and TsdbQuery do together. */
class StorageQueryEngine implements QueryEngine {
  readonly registry: QueryRegistry;
  onRowsMerged: ((rows: readonly Row[]) => void) | null = null;
  private readonly context: RunContext;
  private readonly limits: QueryLimits;
  private readonly rules: TaskRules;
  private readonly questions: SeriesQuestions;
  private readonly rollups: Rollups | null;
  private readonly found = { merged: 0, duplicatesSame: 0, duplicatesDifferent: 0 };

  constructor(parts: QueryParts) {
    const { settings, model, storage, uids, logger, rollups = null, histograms = null, siblings = NO_SIBLINGS } = parts;
    const { remover = () => (table, rows) => storage.delete(table, rows) } = parts;
    const { layout, merge } = model;
    const table = model.tables.data.name;
    this.rollups = rollups;
    this.registry = new QueryRegistry(settings.allowDuplicates, { first: siblings.place, step: siblings.count });
    this.limits = new QueryLimits(settings.limits, logger);
    const memory = new QueryMemory(settings.memoryBytes, siblings.shared, siblings.count - siblings.place);
    const queue = new QueryQueue(settings.queue, () => memory.isFree, undefined, siblings.shared);
    memory.onRoom(() => queue.admit());
    this.rules = { registry: this.registry, memory, queue, timeoutMs: settings.timeoutMs, waitMs: settings.queue.waitMs };
    this.questions = new SeriesQuestions(this.rules, parts, this.limits);
    this.context = {
      settings,
      limits: this.limits,
      scans: new Semaphore(MAX_SCANS),
      sources: new Sources({ table, layout, merge, dateTieredSince: settings.dateTieredSince }, rollups, histograms),
      splitQueries: rollups?.splitQueries ?? false,
      annotations: { table, layout },
      remover,
      scanning: {
        storage,
        uids,
        logger,
        batchRows: settings.batchRows,
        onRowsMerged: (rows) => this.onRowsMerged?.(rows),
        onFindings: (findings) => {
          this.found.merged += findings.merged;
          this.found.duplicatesSame += findings.duplicatesSame;
          this.found.duplicatesDifferent += findings.duplicatesDifferent;
          for (const warning of findings.warnings) logger.warn(warning);
        },
      },
    };
  }

  get settings(): QuerySettings {
    return this.context.settings;
  }

  validate(query: Query): ValidQuery {
    const valid = validateQuery(query, this.context.settings.timeZone, Date.now());
    this.checkAllowed(valid);
    return valid;
  }

  async execute(valid: ValidQuery, request: QueryRequest, signal: AbortSignal): Promise<QueryAnswer> {
    const question = { kind: 'query', query: request.query } as const;
    const task = new QueryTask(this.rules, request.client, question, valid.subQueries.length, signal);
    try {
      const waiting = task.begin();
      if (waiting !== null) await waiting;
      const read = (): Promise<QueryRun> => this.read(valid, task);
      return new ReadAnswer(task, await task.withRoom(read), read);
    } catch (e) {
      const error = asClientError(e);
      task.finish(error.status, error, !signal.aborted);
      throw error;
    }
  }

  /** Reads all that a query needs. @throws ClientError */
  private async read(valid: ValidQuery, task: QueryTask): Promise<QueryRun> {
    const run = new QueryRun(this.context, valid, task);
    await run.read();
    task.hasRead();
    return run;
  }

  last(query: LastQuery, client: QueryClient, signal: AbortSignal): Promise<LastAnswer> {
    return this.questions.last(query, client, signal);
  }

  lookup(query: LookupQuery, client: QueryClient, signal: AbortSignal): LookupAnswer {
    return this.questions.lookup(query, client, signal);
  }

  /** @throws ClientError */
  private checkAllowed(query: ValidQuery): void {
    if (query.delete && !this.context.settings.allowDelete) throw deletingIsOff();
    for (const { preAggregate, downsample, rollupUsage } of query.subQueries) {
      if (this.rollups === null) {
        if (preAggregate)
          throw new ClientError(400, 'Pre-aggregates can not be queried: no rollups are configured (tsd.rollups.enable=false)');
      } else if (downsample?.kind === 'interval' && downsample.intervalMs < SECOND_MS && rollupUsage !== 'ROLLUP_RAW') {
        // The original finds this before it runs the query, or while it does so.
        throw new ClientError(query.globalAnnotations ? 400 : 500, 'Interval cannot be null or empty');
      }
    }
  }

  get findings(): Readonly<{ merged: number; duplicatesSame: number; duplicatesDifferent: number }> {
    return this.found;
  }

  close(): void {
    this.limits.close();
    this.rules.memory.close();
  }
}

/**
 * The query engine of a daemon or a tool.
 * @throws Error for values of the configuration that the original does not start with either
 */
export function createQueryEngine(parts: QueryParts): QueryEngine {
  return new StorageQueryEngine(parts);
}
