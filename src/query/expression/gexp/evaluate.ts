import type { PlannedCall } from './plan';
import type { GexpSeries, GexpScope, GexpStream } from './series';

/**
 * What the expressions of a request give, one series after the other. Mirrors ExpressionTree.evaluate.
 * @param answers the groups of each sub-query
 * @throws ClientError 400 while it is iterated
 */
export function* evaluateGexp(calls: readonly PlannedCall[], answers: readonly (readonly GexpSeries[])[], scope: GexpScope): GexpStream {
  for (const call of calls) yield* evaluateCall(call, answers, scope);
}

function evaluateCall({ inputs, operation }: PlannedCall, answers: readonly (readonly GexpSeries[])[], scope: GexpScope): GexpStream {
  const streams = inputs.map((input) => (typeof input === 'number' ? seriesOf(answers[input]) : evaluateCall(input, answers, scope)));
  return operation(streams, scope);
}

function* seriesOf(answer: readonly GexpSeries[]): GexpStream {
  yield* answer;
}
