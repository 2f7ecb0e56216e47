import type { QuerySettings } from '../../config/settings';
import { pointArrays } from '../series';
import type { Row, Storage } from '../../storage';
import type { DataModel } from '../../tables';
import type { Uids } from '../../uid';
import { collectSoon } from '../../util/heap-growth';
import type { Log } from '../../util/log';
import { newRunStats } from '../output';
import { validateQuery, type Query } from '../parse';
import type { ValidQuery } from '../specification';
import { Sources } from '../source';
import { QueryLimits, QueryMemory } from '../plan';
import { QueryRecord, QueryRegistry, type QueryRequest } from './query-registry';
import { asClientError } from './client-error';
import { QueryRun, type RunContext } from './run';
import { Semaphore } from '../scan';
import type { QueryAnswer, QueryEngine } from './engine';
import { ClientError } from '../../util/errors';

/** Ranges read at once over all queries: enough for every salt bucket of a few of them. */
const MAX_SCANS = 64;

/** What a query engine is made of. */
export interface QueryParts {
  settings: QuerySettings;
  model: DataModel;
  storage: Storage;
  uids: Uids;
  logger: Log;
}

/** The query engine over one store. Mirrors what QueryRpc, TSQuery and TsdbQuery do together. */
class StorageQueryEngine implements QueryEngine {
  readonly registry: QueryRegistry;
  onRowsMerged: ((rows: readonly Row[]) => void) | null = null;
  private readonly context: RunContext;
  private readonly limits: QueryLimits;
  private readonly found = { merged: 0, duplicatesSame: 0, duplicatesDifferent: 0 };

  constructor({ settings, model, storage, uids, logger }: QueryParts) {
    const { layout, merge } = model;
    const table = model.tables.data.name;
    this.registry = new QueryRegistry(settings.allowDuplicates);
    this.limits = new QueryLimits(settings.limits, logger);
    this.context = {
      settings,
      limits: this.limits,
      memory: new QueryMemory(settings.memoryBytes),
      scans: new Semaphore(MAX_SCANS),
      sources: new Sources({ table, layout, merge, dateTieredSince: settings.dateTieredSince }),
      annotations: { table, layout },
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
    const record = new QueryRecord(request, newRunStats(valid.subQueries.length));
    this.registry.start(record);
    const run = new QueryRun(this.context, valid, record, signal);
    const finish = (status: number, error: Error | null, sent: boolean): void => {
      run.end();
      record.complete(status, error, sent);
      this.registry.end(record);
      if (pointArrays.settle()) collectSoon();
    };
    try {
      await run.read();
    } catch (e) {
      const error = asClientError(e);
      finish(error.status, error, !signal.aborted);
      throw error;
    }
    return {
      globalAnnotations: run.globalAnnotations,
      signal: run.signal,
      stats: record.run,
      results: () => run.results(),
      groups: () => run.groups(),
      finish,
    };
  }

  /** @throws ClientError 400 */
  private checkAllowed(query: ValidQuery): void {
    const { allowDelete, preAggregates } = this.context.settings;
    if (query.delete && !allowDelete) {
      throw new ClientError(400, 'Bad request', 'Deleting data is not enabled (tsd.http.query.allow_delete=false)');
    }
    if (!preAggregates && query.subQueries.some((sub) => sub.preAggregate)) {
      throw new ClientError(400, 'Pre-aggregates can not be queried: no rollups are configured (tsd.rollups.enable=false)');
    }
  }

  get findings(): Readonly<{ merged: number; duplicatesSame: number; duplicatesDifferent: number }> {
    return this.found;
  }

  close(): void {
    this.limits.close();
  }
}

/**
 * The query engine of a daemon or a tool.
 * @throws Error for values of the configuration that the original does not start with either
 */
export function createQueryEngine(parts: QueryParts): QueryEngine {
  return new StorageQueryEngine(parts);
}
