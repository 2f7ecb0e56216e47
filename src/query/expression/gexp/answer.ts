import { TimeSlice } from '../../../util/time-slice';
import { asClientError } from '../../engine/client-error';
import type { QueryAnswer } from '../../engine/engine';
import type { QueryResult } from '../../output';
import { between, BYTES_PER_POINT, type Series } from '../../series';
import { evaluateGexp } from './evaluate';
import type { PlannedCall } from './plan';
import type { QueryWindow } from './series';

/** What an output object takes beside its points until it is written, at least: its labels, functions and arrays. */
const OUTPUT_BYTES = 1024;

/**
 * The output objects of expressions, in their order, each computed when it is asked for. Others get their turn meanwhile.
 * @param plan lays the calls out, which may fail as their evaluation may
 * @throws ClientError while iterating
 */
export async function* gexpResults(
  found: QueryAnswer,
  plan: () => readonly PlannedCall[],
  window: QueryWindow,
): AsyncGenerator<QueryResult> {
  const slice = new TimeSlice(found.signal);
  const scope = { ...window, hold: (points: number): void => found.hold(points) };
  try {
    for (const series of evaluateGexp(plan(), found.groups(), scope)) {
      if (slice.isOver()) await slice.next();
      if (series === null) continue;
      found.hold(OUTPUT_BYTES / BYTES_PER_POINT);
      const steps = series.points();
      let step = steps.next();
      for (; !step.done; step = steps.next()) if (slice.isOver()) await slice.next();
      const points: Series = between(step.value, window.startMs, window.endMs + 1);
      yield { ...series, points };
    }
  } catch (e) {
    throw asClientError(found.signal.aborted ? found.signal.reason : e);
  }
}
