import type { PlannedCall } from './plan';
import type { GexpSeries, GexpStream, QueryWindow } from './series';

/**
 * What the expressions of a request give, one series after the other. Mirrors ExpressionTree.evaluate.
 * @param answers the groups of each sub-query
 * @throws ClientError 400 while it is iterated
 */
export function* evaluateGexp(calls: readonly PlannedCall[], answers: readonly (readonly GexpSeries[])[], window: QueryWindow): GexpStream {
  for (const call of calls) yield* evaluateCall(call, answers, window);
}

function evaluateCall({ inputs, operation }: PlannedCall, answers: readonly (readonly GexpSeries[])[], window: QueryWindow): GexpStream {
  const streams = inputs.map((input) => (typeof input === 'number' ? seriesOf(answers[input]) : evaluateCall(input, answers, window)));
  return operation(streams, window);
}

function* seriesOf(answer: readonly GexpSeries[]): GexpStream {
  yield* answer;
}
