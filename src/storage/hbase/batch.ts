import { DoNotRetryError } from '../errors';
import type { Failure } from '../storage';
import { backoffMs, OutOfTimeError, type Deadline } from './deadline';
import { toStorageError } from './errors';
import type { BatchOperation, BatchAnswer } from './multi-messages';
import { addressOf, type Region, type ServerAddress } from './region';
import type { RegionDirectory } from './regions';
import type { FailureHandler } from './retry';
import type { OutgoingBatch } from './server-queue';

export interface BatchLimits {
  /** Most actions in one RPC. */
  actions: number;
  /** Most bytes of cells in one RPC; a larger element gets an RPC of its own. */
  bytes: number;
  maxAttempts: number;
}

/** One call's state: what it is, and what has failed for good so far. */
interface BatchRun {
  table: string;
  operation: BatchOperation;
  deadline: Deadline;
  failures: Failure[];
  /** Called with the elements that have succeeded while others are still under way. */
  onDone?: (indices: readonly number[]) => void;
}

/** Earlier attempts of elements that are sent together. */
interface History {
  /** Times that they have been sent. */
  attempts: number;
  /** Pauses between attempts so far. */
  pauses: number;
  /** Why the last attempt failed. */
  last: unknown;
}

/**
 * Splits the elements of one call by region, sends them, and retries elements whose failure is temporary. Each element is
 * located anew for a retry, since the rows of a region that was split belong to several regions then.
 */
export class BatchRunner {
  constructor(
    private readonly directory: RegionDirectory,
    private readonly handler: FailureHandler,
    private readonly limits: BatchLimits,
    private readonly send: (server: ServerAddress, batch: OutgoingBatch) => Promise<BatchAnswer>,
  ) {}

  /** Resolves when every element is done or has failed for good; failures in the order of the elements. */
  async run(table: string, operation: BatchOperation, deadline: Deadline, onDone?: BatchRun['onDone']): Promise<Failure[]> {
    const run: BatchRun = { table, operation, deadline, failures: [], onDone };
    const indices: number[] = [];
    for (let i = 0; i < operation.size; i++) {
      const wrong = operation.rowProblem(i);
      if (wrong !== null) {
        const row = operation.row(i);
        run.failures.push({ index: i, error: new DoNotRetryError(`${operation.name} on ${table}: ${wrong}`, { table, row }) });
      } else if (!operation.isEmpty(i)) indices.push(i);
    }
    await this.dispatch(run, indices, { attempts: 0, pauses: 0, last: null });
    return run.failures.sort((a, b) => a.index - b.index);
  }

  private async dispatch(run: BatchRun, indices: readonly number[], history: History): Promise<void> {
    const { table, operation, deadline } = run;
    const located = new Map<Region, number[]>();
    const unknown = new Map<object | null, number[]>();
    let region: Region | null = null;
    let group: number[] = [];
    for (const i of indices) {
      if (region === null || !operation.isIn(region, i)) {
        const row = operation.row(i);
        region = this.directory.cached(table, row);
        if (region === null) {
          addTo(unknown, this.directory.lookupKey(table, row), i);
          continue;
        }
        group = located.get(region) ?? [];
        located.set(region, group);
      }
      group.push(i);
    }
    const work: Promise<void>[] = [];
    for (const [to, members] of located)
      for (const chunk of this.chunks(operation, members)) work.push(this.sendChunk(run, to, chunk, history));
    for (const members of unknown.values()) {
      const lookup = this.directory.locate(table, operation.row(members[0]), deadline);
      work.push(
        lookup.then(
          () => this.dispatch(run, members, history),
          (error: unknown) => this.giveUp(run, members, error, null, history),
        ),
      );
    }
    await Promise.all(work);
  }

  private *chunks(operation: BatchOperation, indices: readonly number[]): Generator<{ indices: readonly number[]; bytes: number }> {
    let from = 0;
    let bytes = 0;
    for (let at = 0; at < indices.length; at++) {
      const more = operation.wireLength(indices[at]);
      if (at > from && (at - from >= this.limits.actions || bytes + more > this.limits.bytes)) {
        yield { indices: indices.slice(from, at), bytes };
        from = at;
        bytes = 0;
      }
      bytes += more;
    }
    if (from < indices.length) yield { indices: from === 0 ? indices : indices.slice(from), bytes };
  }

  private async sendChunk(
    run: BatchRun,
    region: Region,
    { indices, bytes }: { indices: readonly number[]; bytes: number },
    history: History,
  ): Promise<void> {
    const { operation, deadline } = run;
    const failed = new Map<unknown, number[]>();
    try {
      const answer = await this.send(region.server, { region, operation, indices, bytes, deadline });
      if (answer.exception !== null) failed.set(answer.exception, [...indices]);
      // Equal failures are one exception object (see NamedExceptions), so these elements are retried together.
      for (const [position, exception] of answer.failed) addTo(failed, exception, indices[position]);
    } catch (error) {
      failed.set(error, [...indices]);
    }
    if (failed.size === 0) {
      run.onDone?.(indices);
      return;
    }
    const missing = new Set([...failed.values()].flat());
    if (missing.size < indices.length) run.onDone?.(indices.filter((index) => !missing.has(index)));
    await Promise.all([...failed].map(([error, members]) => this.again(run, region, members, error, history)));
  }

  private async again(run: BatchRun, region: Region, indices: readonly number[], error: unknown, history: History): Promise<void> {
    const now: History = {
      attempts: history.attempts + (this.handler.counts(error) ? 1 : 0),
      pauses: history.pauses + 1,
      last: error instanceof OutOfTimeError ? history.last : error,
    };
    const retry = this.handler.retries(error, region) && now.attempts < this.limits.maxAttempts;
    try {
      if (!retry || !(await run.deadline.sleep(backoffMs(now.pauses)))) {
        this.giveUp(run, indices, error, region, now);
        return;
      }
    } catch (cancelled) {
      this.giveUp(run, indices, cancelled, region, now);
      return;
    }
    await this.dispatch(run, indices, now);
  }

  /** Reports the failure before the time-out, if there is one: it tells more than that the time ran out. */
  private giveUp(
    { table, operation, deadline, failures }: BatchRun,
    indices: readonly number[],
    error: unknown,
    region: Region | null,
    history: History,
  ): void {
    const cause = error instanceof OutOfTimeError && history.last !== null ? history.last : error;
    for (const index of indices) {
      const site = {
        operation: operation.name,
        table,
        row: operation.row(index),
        server: region === null ? undefined : addressOf(region.server),
        attempts: history.attempts,
        elapsedMs: deadline.elapsedMs,
        outOfTime: deadline.over,
      };
      failures.push({ index, error: toStorageError(cause, site) });
    }
  }
}

function addTo<K>(groups: Map<K, number[]>, key: K, index: number): void {
  const group = groups.get(key);
  if (group === undefined) groups.set(key, [index]);
  else group.push(index);
}
