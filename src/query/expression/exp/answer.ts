import { TimeSlice } from '../../../util/time-slice';
import { asClientError } from '../../engine/client-error';
import type { QueryAnswer } from '../../engine/engine';
import { evaluateExp, type ExpOutputRows } from './evaluate';
import type { ExpPlan } from './plan';
import type { ValidExp } from './validate';

/**
 * The outputs of a request, in order: what can fail of all of them has not when they are there. Others get their turn meanwhile.
 * @throws ClientError
 */
export async function expOutputs(found: QueryAnswer, valid: ValidExp, plan: ExpPlan): Promise<ExpOutputRows[]> {
  const outputs: ExpOutputRows[] = [];
  const slice = new TimeSlice(found.signal);
  try {
    for (const output of evaluateExp(valid, plan, found.groups(), found)) {
      if (slice.isOver()) await slice.next();
      if (output !== null) outputs.push(output);
    }
    return outputs;
  } catch (e) {
    throw asClientError(found.signal.aborted ? found.signal.reason : e);
  }
}
