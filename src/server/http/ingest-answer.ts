import { javaJsonString } from '../../schema';
import type { PointError, RequestResult } from '../../ingest';
import { API_JSON, type HttpCall } from './types';
import { ClientError } from '../../util/errors';

const SEE_LOGS = 'Please see the TSD logs or append "details" to the put request';

/** What a call wants to hear. */
export interface AnswerForm {
  summary: boolean;
  details: boolean;
}

/** Answers as the original does, status included. Mirrors GroupCB and PutTimeout of PutDataPointRpc. */
export function answerIngest(call: HttpCall, form: AnswerForm, result: RequestResult): void {
  const { success, invalid, failed, timeouts } = result;
  const timedOut = timeouts !== null && timeouts > 0;
  if (form.summary || form.details) {
    call.sendJson(invalid > 0 || timedOut ? 400 : 200, summaryJson(form, result));
    return;
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

function summaryJson(form: AnswerForm, { success, invalid, failed, timeouts, errors }: RequestResult): string {
  const parts = [`"success":${success}`];
  if (timeouts !== null) parts.push(`"timeouts":${timeouts}`);
  parts.push(`"failed":${invalid + failed}`);
  if (form.details) parts.push(`"errors":[${errors.map(errorJson).join(',')}]`);
  return `{${parts.join(',')}}`;
}

function errorJson({ point, error }: PointError): string {
  return `{"datapoint":${point},"error":${javaJsonString(error)}}`;
}
