import type { RollupInterval } from '../../rollup';
import type { Annotation } from '../../schema';
import type { ClientError } from '../../util/errors';
import { TimeSlice } from '../../util/time-slice';
import { bytesOfFilters } from '../filter';
import type { QueryGroup, QueryResult } from '../output';
import type { MemoryShare } from '../plan';
import { readGlobalAnnotations } from '../scan';
import { copyOf, doubleSeries, joinSeries, type Series } from '../series';
import type { ValidQuery } from '../specification';
import type { QueryLifetime } from './lifetime';
import { outputsOf, type Output } from './outputs';
import { QueryPlanner, type PlannedSubQuery } from './planner';
import type { QueryRecord } from './query-registry';
import type { QueryTask } from './query-task';
import { SubQueryReader } from './read-sub-query';
import type { RunContext } from './run-context';
import { isTooNew, joinedOutputs, splitAtDelay } from './split';
import type { StopSignal } from '../../util/stop-signal';

/** One request on its way from names to numbers. Mirrors TsdbQuery, for all sub-queries of a request. */
export class QueryRun {
  /** Aborts when the client is gone, time is over, somebody ends the query or one part of it has failed. */
  readonly signal: StopSignal;
  private readonly planner: QueryPlanner;
  private readonly reader: SubQueryReader;
  /** By sub-query; null: it has been shown, and let go of. */
  private outputs: (Output | null)[][] = [];
  /** Numbers of output objects that are computed part by part and yet held. */
  private held = 0;
  globalAnnotations: Annotation[] = [];
  private readonly memory: MemoryShare;
  private readonly lifetime: QueryLifetime;
  private readonly record: QueryRecord;

  constructor(
    private readonly context: RunContext,
    readonly query: ValidQuery,
    task: QueryTask,
  ) {
    const { settings, scanning, splitQueries } = context;
    const tooNew = splitQueries ? (rollup: RollupInterval) => isTooNew(rollup, query, Date.now()) : undefined;
    ({ memory: this.memory, lifetime: this.lifetime, record: this.record } = task);
    this.signal = this.lifetime.signal;
    this.planner = new QueryPlanner(settings, context.sources, scanning.uids, query, tooNew, this.signal);
    this.reader = new SubQueryReader(context, query, this.memory, this.lifetime);
  }

  /**
   * Resolves, reads, groups and names everything. Afterwards only arithmetic is left to do.
   * @throws ClientError
   */
  async read(): Promise<void> {
    const started = performance.now();
    try {
      const { globalAnnotations, subQueries } = this.query;
      for (const { filters } of subQueries) if (filters.length > 0) this.memory.addBytes(bytesOfFilters(filters));
      const planned = globalAnnotations
        ? (await Promise.all([this.planner.plan(subQueries), this.readGlobals()]))[0]
        : await this.planner.plan(subQueries);
      for (const { filterTagks } of planned) this.record.filterTagks.push(filterTagks);
      this.record.run.stringToUidMs = performance.now() - started;
      if (planned.length === 1) this.outputs = [await this.readSubQuery(planned[0])];
      else await this.readSubQueries(planned);
      this.record.run.processingPreWriteMs = performance.now() - started;
      this.lifetime.hasRead();
    } catch (e) {
      throw this.failed(e);
    }
  }

  private failed(error: unknown): ClientError {
    // The request, which may have to wait now, has the filters.
    for (const { filters } of this.query.subQueries) for (const filter of filters) filter.release();
    this.memory.free();
    return this.lifetime.failed(error);
  }

  /**
   * The output objects in order, each computed when it is asked for; its series are let go of then.
   * @throws ClientError
   */
  async *results(): AsyncGenerator<QueryResult> {
    const slice = new TimeSlice(this.signal);
    try {
      for (const outputs of this.outputs) {
        for (let i = 0; i < outputs.length; i++) {
          const output = outputs[i];
          if (output === null) continue;
          if (slice.isOver()) await slice.next();
          const groups = await this.computed(output.open(), slice);
          for (const [at, group] of groups.entries()) {
            const numbers = group.parts === undefined ? group.points() : heldPoints(group.parts(), HELD_POINTS - this.held);
            const points = await this.computed(numbers, slice);
            if (points === null) {
              yield { ...group, points: NO_POINTS };
              continue;
            }
            if (group.parts !== undefined) this.held += points.size;
            if (at === groups.length - 1) this.memory.add(-output.release());
            yield { ...group, points, parts: undefined };
          }
          outputs[i] = null;
        }
      }
    } catch (e) {
      throw this.failed(e);
    }
  }

  /** What the steps come to; others have a turn in between. */
  private async computed<T>(steps: Generator<null, T>, slice: TimeSlice): Promise<T> {
    let step = steps.next();
    for (; !step.done; step = steps.next()) if (slice.isOver()) await slice.next();
    return step.value;
  }

  /** Output objects by sub-query, their numbers still to be computed; what they are made from is held until `release`. */
  groups(): QueryGroup[][] {
    return this.outputs.map((outputs) => outputs.flatMap((output) => (output === null ? [] : openAtOnce(output))));
  }

  /** Lets go of what `groups` are computed from: their numbers are not asked for any more. */
  release(): void {
    for (const outputs of this.outputs) for (const output of outputs) if (output !== null) this.memory.add(-output.release());
    this.outputs = [];
  }

  /** Deletes the rows that were read, if the query is to: nothing is to be read again. */
  removeRows(): Promise<void> {
    return this.reader.removeRows();
  }

  private async readGlobals(): Promise<void> {
    const { startMs, endMs } = this.query;
    const { scanning, annotations } = this.context;
    const { table, layout } = annotations;
    this.globalAnnotations = await readGlobalAnnotations(
      scanning.storage,
      table,
      layout,
      startMs,
      endMs,
      this.lifetime.callOptions,
      (bytes) => this.memory.addBytes(bytes),
    );
  }

  /** Some at a time, in their order. The first failure is thrown at once; it ends those under way. */
  private async readSubQueries(all: readonly PlannedSubQuery[]): Promise<void> {
    const waiting = all.entries();
    const readNext = async (): Promise<void> => {
      const slice = new TimeSlice(this.signal);
      for (const [i, planned] of waiting) {
        if (slice.isOver()) await slice.next();
        this.outputs[i] = await this.readSubQuery(planned);
        slice.restart();
      }
    };
    await Promise.all(Array.from({ length: Math.min(all.length, SUB_QUERIES_AT_ONCE) }, readNext));
  }

  private async readSubQuery(planned: PlannedSubQuery): Promise<Output[]> {
    const { query, reader } = this;
    const { sources, splitQueries } = this.context;
    const stats = this.record.run.subQueries[planned.subQuery.index];
    const parts = splitQueries ? splitAtDelay(planned, sources.raw(planned.subQuery), query, Date.now()) : null;
    if (parts === null) return outputsOf(await reader.read(planned, stats), query, this.memory);
    return joinedOutputs(await Promise.all(parts.map((part) => reader.read(part, stats))), query, this.memory);
  }
}

/** Sub-queries that are read side by side: half of the scans that there may be at once are left to other queries. */
const SUB_QUERIES_AT_ONCE = 32;

/** Numbers of a large query that are held until the answer is written, at most: the others are computed once more then. */
const HELD_POINTS = 131_072;
const NO_POINTS: Series = doubleSeries(new Float64Array(0), new Float64Array(0), 0);

/** Computes all parts, so that what fails does. @returns null when they are more than may be held */
function* heldPoints(parts: Generator<Series | null, void>, most: number): Generator<null, Series | null> {
  let held: Series[] | null = [];
  let size = 0;
  for (const part of parts) {
    if (part === null) {
      yield null;
      continue;
    }
    size += part.size;
    if (size > most) held = null;
    held?.push(copyOf(part));
  }
  return held === null ? null : joinSeries(held);
}

function openAtOnce(output: Output): readonly QueryGroup[] {
  const steps = output.open();
  for (;;) {
    const step = steps.next();
    // Whoever computes by himself gets the numbers as a whole.
    if (step.done) return step.value.map((group) => ({ ...group, parts: undefined }));
  }
}
