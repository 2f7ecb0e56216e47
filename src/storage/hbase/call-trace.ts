import type { Log } from '../../util/log';
import { messageOf } from '../../util/message-of';
import type { CallRequest, CallResponse } from './call';
import { regionText } from './region';

/**
 * Writes what a call was and how it ended to the log, when it has ended:
 * `Multi to rs1:16020 (put, 500 rows of tsdb [,0000ff), 20480 bytes): 2.1 ms, 40 bytes`
 */
export function traceCall(log: Log, server: string, request: CallRequest, answer: Promise<CallResponse>): void {
  const startedAt = performance.now();
  const ended = (outcome: string): void => {
    const ms = (performance.now() - startedAt).toFixed(1);
    log.debug(`${request.method} to ${server} (${about(request)}): ${ms} ms, ${outcome}`);
  };
  answer.then(
    ({ frame }) => ended(`${frame.length} bytes`),
    (error: unknown) => ended(`failed: ${messageOf(error)}`),
  );
}

function about({ target, param, cells }: CallRequest): string {
  const bytes = `${param.length + (cells?.length ?? 0)} bytes`;
  if (target === undefined) return bytes;
  if (typeof target === 'string') return `${target}, ${bytes}`;
  if (!('length' in target)) return `${regionText(target)}, ${bytes}`;
  const [{ operation }] = target;
  const regions = target.map(({ region, indices }) => `${indices.length} rows of ${regionText(region)}`);
  return `${operation.name}, ${regions.join(', ')}, ${bytes}`;
}
