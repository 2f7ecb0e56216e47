/** A metric with its tag filters inside a function call: `sum:1m-avg:sys.cpu{host=*}`. */
export interface MetricNode {
  readonly kind: 'metric';
  /** As an `m` parameter would say it. */
  readonly text: string;
  readonly metric: string;
}

/** A function call. Mirrors ExpressionTree. */
export interface CallNode {
  readonly kind: 'call';
  /** As the text has it. */
  readonly function: string;
  /** What error texts call the function. */
  readonly name: string;
  /** Metrics and calls, in their order. */
  readonly inputs: readonly (MetricNode | CallNode)[];
  /** The plain words, in their order. */
  readonly parameters: readonly string[];
  /**
   * The number of inputs before a word that others follow; null where words come last. The original counts inputs by their place
   * among all parameters, so that it can't evaluate a call with such a word.
   */
  readonly wordAfter: number | null;
}

/** As error texts of the original show a call: calls first, then metrics. */
export function describeCall(call: CallNode): string {
  const calls = call.inputs.filter((input) => input.kind === 'call').map(describeCall);
  const metrics = call.inputs.filter((input) => input.kind === 'metric').map((input) => input.metric);
  const words = call.name === 'alias' ? call.parameters : [];
  return `${call.name}(${[...calls, ...metrics, ...words].join(',')})`;
}

/** The metrics of a call in the order of its text, those of nested calls where these stand. */
export function metricsOf(call: CallNode): MetricNode[] {
  return call.inputs.flatMap((input) => (input.kind === 'metric' ? [input] : metricsOf(input)));
}
