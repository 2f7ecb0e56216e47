import { javaJsonString } from '../../schema';
import { hashMapOrder } from '../../util/java-hash-order';
import type { IncomingPoint } from './put-body';
import { API_JSON, type HttpCall } from './types';
import { ClientError } from '../../util/errors';

const SEE_LOGS = 'Please see the TSD logs or append "details" to the put request';

/** What a call wants to hear. */
export interface PutForm {
  summary: boolean;
  details: boolean;
}

export interface PutResult {
  success: number;
  /** Refused before they went to storage. */
  invalid: number;
  /** Refused by storage. */
  failed: number;
  /** Present with `sync_timeout`; more than 0: it has passed. */
  timeouts: number | null;
  errors: readonly PutError[];
}

export interface PutError {
  /** Position in the list sent. */
  index: number;
  point: IncomingPoint | null;
  error: string;
}

/** Answers as the original does, status included. Mirrors GroupCB and PutTimeout of PutDataPointRpc. */
export function answerPut(call: HttpCall, form: PutForm, result: PutResult): void {
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

function summaryJson(form: PutForm, { success, invalid, failed, timeouts, errors }: PutResult): string {
  const parts = [`"success":${success}`];
  if (timeouts !== null) parts.push(`"timeouts":${timeouts}`);
  parts.push(`"failed":${invalid + failed}`);
  if (form.details) parts.push(`"errors":[${errors.map(errorJson).join(',')}]`);
  return `{${parts.join(',')}}`;
}

function errorJson({ point, error }: PutError): string {
  return `{"datapoint":${point === null ? 'null' : pointJson(point)},"error":${javaJsonString(error)}}`;
}

function pointJson({ metric, timestamp, value, tags, tsuid }: IncomingPoint): string {
  const parts: string[] = [];
  if (metric !== null) parts.push(`"metric":${javaJsonString(metric)}`);
  parts.push(`"timestamp":${timestamp}`);
  if (value !== null) parts.push(`"value":${javaJsonString(value)}`);
  if (tags !== null)
    parts.push(
      `"tags":{${hashMapOrder(tags.keys())
        .map((key) => tagJson(key, tags.get(key) ?? null))
        .join(',')}}`,
    );
  if (tsuid !== null) parts.push(`"tsuid":${javaJsonString(tsuid)}`);
  return `{${parts.join(',')}}`;
}

function tagJson(key: string, value: string | null): string {
  return `${javaJsonString(key)}:${value === null ? 'null' : javaJsonString(value)}`;
}
