import { SILENT_LOG, type CallLog } from '../../util/log';
import { messageOf } from '../../util/message-of';
import { backoffMs, type Deadline } from './deadline';
import { ConnectionLostError, isAmbiguous, policyFor, RemoteException, toStorageError } from './errors';
import { addressOf, regionText, type Region } from './region';
import type { RegionDirectory } from './regions';

/** Updates the region directory after a failed attempt, and decides whether to try again. */
export class FailureHandler {
  /** NotServingRegion and its kind, as asynchbase counts them. */
  movedRegions = 0;
  /** Retries of calls, or of groups of a batch's rows. */
  delayed = 0;

  constructor(
    private readonly directory: RegionDirectory,
    private readonly serverGone: (address: string, reason: string) => void,
    private readonly log: CallLog = SILENT_LOG,
  ) {}

  /** Updates the directory; true when the call may be tried again. */
  retries(error: unknown, region: Region): boolean {
    const policy = policyFor(error);
    if (policy === 'moved') {
      this.movedRegions++;
      const to = error instanceof RemoteException ? error.movedTo : null;
      if (to !== null && error instanceof RemoteException && error.className.endsWith('.RegionMovedException'))
        this.directory.moved(region, to);
      else this.directory.invalidate(region);
    } else if (policy === 'dead' && error instanceof RemoteException) this.serverGone(addressOf(region.server), error.message);
    const passing = policy === 'busy' || policy === 'moved' || policy === 'dead' || policy === 'reopen';
    if (passing) this.delayed++;
    if (this.log.isDebugEnabled()) {
      const what = passing ? `a call may go again (${policy})` : 'a call has failed';
      this.log.debug(`${what}: ${regionText(region)} on ${addressOf(region.server)}: ${messageOf(error)}`);
    }
    return passing;
  }

  /** False for an attempt that never reached the server, or came before it was ready: only the deadline limits those. */
  counts(error: unknown): boolean {
    if (error instanceof ConnectionLostError) return error.sent;
    return !(error instanceof RemoteException && error.notYet);
  }
}

export interface SingleCall<T> {
  /** For messages. */
  operation: string;
  table: string;
  row: Buffer;
  deadline: Deadline;
  maxAttempts: number;
  /** @param ambiguous an earlier attempt may have been carried out */
  attempt(region: Region, ambiguous: boolean): Promise<T>;
}

/** Runs a call on one row until it is answered, can't succeed, or has used up its attempts or its time. */
export async function retrying<T>(directory: RegionDirectory, handler: FailureHandler, call: SingleCall<T>): Promise<T> {
  const { deadline } = call;
  let attempts = 0;
  let ambiguous = false;
  let region: Region | null = null;
  let last: unknown = null;
  for (let failures = 1; ; failures++) {
    try {
      region = await directory.locate(call.table, call.row, deadline);
      return await deadline.race(call.attempt(region, ambiguous));
    } catch (error) {
      const wrong = region === null || !handler.retries(error, region);
      if (handler.counts(error)) attempts++;
      ambiguous ||= isAmbiguous(error);
      const site = {
        operation: call.operation,
        table: call.table,
        row: call.row,
        server: region === null ? undefined : addressOf(region.server),
        attempts,
        elapsedMs: deadline.elapsedMs,
        outOfTime: deadline.over,
      };
      // If the time ran out while waiting, the failure before says more.
      if (wrong) throw toStorageError(last !== null && deadline.over ? last : error, { ...site, elapsedMs: deadline.elapsedMs });
      last = error;
      if (attempts >= call.maxAttempts || !(await deadline.sleep(backoffMs(failures))))
        throw toStorageError(error, { ...site, outOfTime: deadline.over });
    }
  }
}
