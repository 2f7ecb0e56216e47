import { javaJsonString } from '../../schema';
import type { RequestResult } from '../../ingest';
import { ClientError } from '../../util/errors';
import { TimeSlice } from '../../util/time-slice';
import { API_JSON, type HttpCall } from './types';

const SEE_LOGS = 'Please see the TSD logs or append "details" to the put request';
/** Characters that one part should have, about. */
const PART = 32 * 1024;

/** What a call wants to hear. */
export interface AnswerForm {
  summary: boolean;
  details: boolean;
}

/**
 * Answers as the original does, status included; of a damaged store with 500. Mirrors GroupCB and PutTimeout of PutDataPointRpc.
 * @param pointJson a point as it was sent, by its position
 */
export async function answerIngest(
  call: HttpCall,
  form: AnswerForm,
  result: RequestResult,
  pointJson: (index: number) => string,
): Promise<void> {
  const { success, invalid, failed, timeouts } = result;
  if (result.damage !== null && !form.details && !form.summary) throw result.damage;
  const timedOut = timeouts !== null && timeouts > 0;
  if (form.summary || form.details) {
    const status = result.damage !== null ? 500 : invalid > 0 || timedOut ? 400 : 200;
    if (form.details && result.errors.length > 0) return call.sendJsonParts(status, details(call, result, pointJson));
    return call.sendJson(status, `{${summary(result)}${form.details ? ',"errors":[]' : ''}}`);
  }
  if (timedOut)
    throw new ClientError(
      400,
      `The put call has timedout with ${success} successful writes, ${failed} failed writes and ${timeouts} timed out writes.`,
      SEE_LOGS,
    );
  if (invalid + failed > 0) throw new ClientError(400, 'One or more data points had errors', SEE_LOGS);
  call.sendEmpty(204, API_JSON);
}

function summary({ success, invalid, failed, timeouts }: RequestResult): string {
  return `"success":${success}${timeouts === null ? '' : `,"timeouts":${timeouts}`},"failed":${invalid + failed}`;
}

/** Every point that failed, in parts as they are made: there may be a million of them. */
async function* details(call: HttpCall, result: RequestResult, pointJson: (index: number) => string): AsyncGenerator<string> {
  const slice = new TimeSlice(call.signal);
  let part = `{${summary(result)},"errors":[`;
  let first = true;
  for (const { index, error } of result.errors) {
    part += `${first ? '' : ','}{"datapoint":${pointJson(index)},"error":${javaJsonString(error)}}`;
    first = false;
    if (part.length <= PART) continue;
    yield part;
    part = '';
    if (slice.isOver()) await slice.next();
  }
  yield `${part}]}`;
}
