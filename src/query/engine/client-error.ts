import { DamagedStoreError, StorageError, TimeoutError } from '../../storage';
import { ClientError } from '../../util/errors';

/** Any failure of a running query as its client sees it: time-outs 408, storage 424, a damaged store 500, all else 400 with the text twice. */
export function asClientError(error: unknown): ClientError {
  if (error instanceof ClientError) return error;
  const cause = error instanceof Error ? error : new Error(String(error));
  return new ClientError(statusOf(cause), cause.message, cause.message, { cause });
}

function statusOf(cause: Error): number {
  if (cause instanceof TimeoutError) return 408;
  if (cause instanceof DamagedStoreError) return 500;
  return cause instanceof StorageError ? 424 : 400;
}

/** Data is to be deleted where that is not allowed. */
export function deletingIsOff(): ClientError {
  return new ClientError(400, 'Bad request', 'Deleting data is not enabled (tsd.http.query.allow_delete=false)');
}
