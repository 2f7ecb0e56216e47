import { ClientError } from '../../../util/errors';
import { hashMapOrder } from '../../../util/java-hash-order';
import { isJavaTimeZone } from '../../../util/java-time-zones';
import { emptyQuery, emptySubQuery, removeDuplicates, type Query, type SubQuery } from '../../parse';
import type { ExpOutput } from './request';
import type { ValidExp, ValidExpression } from './validate';

/** What a request asks of the engine, and what is to be made of the answer. */
export interface ExpPlan {
  readonly query: Query;
  /** Where the sub-query of each metric stands in `query.queries`, by the metric's id. */
  readonly places: ReadonlyMap<string, number>;
}

/** Sub-queries of the metrics; equal ones are asked once. Mirrors QueryExecutor's constructor. */
export function planExp(valid: ValidExp): ExpPlan {
  const { time } = valid;
  const query = emptyQuery();
  query.start = time.start;
  query.end = time.end;
  // A zone that nobody knows matters to dates only, which have been read.
  query.timezone = time.timezone !== null && isJavaTimeZone(time.timezone) ? time.timezone : null;
  const subQueries = valid.metrics.map((metric): SubQuery => {
    const filter = metric.filter ? valid.filters.get(metric.filter) : undefined;
    const sampler = time.downsampler;
    return {
      ...emptySubQuery(),
      metric: metric.metric,
      aggregator: metric.aggregator ?? time.aggregator,
      downsample: sampler && `${sampler.interval}-${sampler.aggregator}`,
      rate: time.rate,
      filters: (filter?.tags ?? []).filter((tag) => tag !== null),
      explicitTags: filter?.explicitTags ?? false,
    };
  });
  query.queries = [...subQueries];
  const kept = removeDuplicates(query);
  return { query, places: new Map(valid.metrics.map(({ id }, i) => [id, kept.get(subQueries[i]) ?? 0])) };
}

/**
 * Refuses expressions that make use of themselves, and those whose variables the original doesn't find again: it looks
 * results up in lower case. Mirrors QueryExecutor's graph of expressions.
 * @throws ClientError 400
 */
export function checkReferences(expressions: readonly ValidExpression[]): void {
  const byId = new Map(expressions.map((expression) => [expression.id, expression]));
  const uses = new Map<string, Set<string>>();
  for (const id of hashMapOrder(byId.keys())) {
    const used = new Set<string>();
    uses.set(id, used);
    for (const variable of byId.get(id)?.parsed.variables ?? []) {
      if (variable === id) throw new ClientError(400, `Self referencing expression found: ${id}`);
      if (!byId.has(variable)) continue;
      if (reaches(uses, variable, id)) throw new ClientError(400, `Circular reference found: ${id}`);
      used.add(variable);
    }
  }
  for (const { parsed } of expressions) {
    const missing = parsed.variables.find((name) => name !== name.toLowerCase());
    if (missing !== undefined) throw new ClientError(400, `Missing results for variable ${missing}`);
  }
}

/** Whether an expression makes use of another one, be it by way of others. */
function reaches(uses: ReadonlyMap<string, ReadonlySet<string>>, from: string, to: string): boolean {
  const seen = new Set([from]);
  for (const id of seen) for (const next of uses.get(id) ?? []) seen.add(next);
  return seen.has(to);
}

/** What to show, in order: what is asked for and exists; without any wish all expressions, or all metrics. @throws ClientError 400 */
export function expOutputsOf({ request, expressions, metrics }: ValidExp): ExpOutput[] {
  const asked = request.outputs ?? [];
  if (asked.length === 0) return (expressions.length > 0 ? expressions : metrics).map(({ id }) => ({ id, alias: null }));
  const known = new Set([...expressions, ...metrics].map(({ id }) => id));
  return asked.flatMap((output) => {
    if (output === null) throw new ClientError(400, 'Cannot invoke "net.opentsdb.query.pojo.Output.getId()" because "output" is null');
    return output.id !== null && known.has(output.id) ? [output] : [];
  });
}
