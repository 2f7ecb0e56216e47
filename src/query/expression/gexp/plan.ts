import { ClientError } from '../../../util/errors';
import { parseMetricParam, removeDuplicates, type Query, type SubQuery } from '../../parse';
import { checkCount, type ExpressionLimits } from '../limits';
import { findFunction } from './functions';
import { parseGexp } from './parser';
import type { GexpOperation } from './series';
import { describeCall, metricsOf, type CallNode, type MetricNode } from './tree';

/** The `exp` parameters of a request, parsed, and the sub-queries that they ask for. */
export interface ParsedGexp {
  readonly calls: readonly CallNode[];
  readonly subQueries: ReadonlyMap<MetricNode, SubQuery>;
}

/**
 * Parses the `exp` parameters of a request.
 * @throws ClientError
 */
export function parseExpressions(texts: readonly string[], limits: ExpressionLimits): ParsedGexp {
  checkCount(texts.length, limits);
  const calls = texts.map((text) => parseGexp(text, limits));
  const metrics = calls.flatMap(metricsOf);
  return { calls, subQueries: new Map(metrics.map((metric) => [metric, parseMetricParam(metric.text)])) };
}

/** A call with its inputs: positions of sub-queries in the query, and calls. */
export interface PlannedCall {
  readonly inputs: readonly (number | PlannedCall)[];
  readonly operation: GexpOperation;
}

/**
 * Finds the sub-query of each metric in a query, which afterwards has none of them twice. The original counts the metrics
 * of expressions only, so that it takes the wrong sub-query once others come first or two are equal.
 * @returns positions in `query.queries`
 */
export function placeSubQueries({ subQueries }: ParsedGexp, query: Query): ReadonlyMap<MetricNode, number> {
  const kept = removeDuplicates(query);
  return new Map([...subQueries].map(([metric, sub]) => [metric, kept.get(sub) ?? -1]));
}

/**
 * Lays out what is to be done with the answers, call by call from the inside out.
 * @throws ClientError 400 for the first call that can't be evaluated
 */
export function planCalls({ calls }: ParsedGexp, places: ReadonlyMap<MetricNode, number>): PlannedCall[] {
  const planInput = (input: MetricNode | CallNode): number | PlannedCall =>
    input.kind === 'metric' ? (places.get(input) ?? -1) : planCall(input);
  const planCall = (call: CallNode): PlannedCall => {
    const inputs = call.inputs.slice(0, call.wordAfter ?? undefined).map(planInput);
    if (call.wordAfter !== null) throw new ClientError(400, `Unknown parameter type: null in tree: ${describeCall(call)}`);
    // A function without any input gives nothing, whatever its words say.
    const prepare = inputs.length === 0 ? undefined : findFunction(call.function)?.prepare;
    return { inputs, operation: prepare?.(call.parameters, inputs.length) ?? nothing };
  };
  return calls.map(planCall);
}

function* nothing(): Generator<null> {
  // no series
}
