import {
  DoNotRetryError,
  RetryableError,
  StorageError,
  TableDisabledError,
  TableNotFoundError,
  ThrottleError,
  TimeoutError,
  type StorageErrorContext,
} from '../errors';
import { OutOfTimeError } from './deadline';
import { ProtoReader } from './protobuf';
import { messageOf } from '../../util/message-of';

/**
 * What an exception of the server means for the call that got it:
 *
 * - `busy`: the region is where we think it is but can't take the call now; wait, then the same server
 * - `moved`: the region is not there (any more); look it up again
 * - `dead`: the server is going away; every region we know on it has to be looked up again
 * - `reopen`: the scanner is lost, its region may be fine; open another one behind the last row
 * - `table`: the table is not there
 * - `disabled`: the table is there and takes nothing until somebody enables it
 * - `fatal`: the call is wrong and stays wrong
 */
export type Policy = 'busy' | 'moved' | 'dead' | 'reopen' | 'table' | 'disabled' | 'fatal';

const POLICIES: Record<string, Policy> = {
  CallQueueTooBigException: 'busy',
  CallDroppedException: 'busy',
  CallTimeoutException: 'busy',
  TimeoutIOException: 'busy',
  ServerTooBusyException: 'busy',
  RegionTooBusyException: 'busy',
  RegionOpeningException: 'busy',
  RegionInRecoveryException: 'busy',
  RegionStalenessException: 'busy',
  RpcThrottlingException: 'busy',
  ThrottlingException: 'busy',
  RetryImmediatelyException: 'busy',
  MultiActionResultTooLarge: 'busy',
  PleaseHoldException: 'busy',
  FailedSyncBeforeLogCloseException: 'busy',
  NotServingRegionException: 'moved',
  RegionMovedException: 'moved',
  WrongRegionException: 'moved',
  RegionOfflineException: 'moved',
  FailedSanityCheckException: 'moved',
  RegionServerAbortedException: 'dead',
  RegionServerStoppedException: 'dead',
  MasterStoppedException: 'dead',
  MasterNotRunningException: 'dead',
  ServerNotRunningYetException: 'dead',
  FatalConnectionException: 'dead',
  UnknownScannerException: 'reopen',
  OutOfOrderScannerNextException: 'reopen',
  ScannerResetException: 'reopen',
  LeaseException: 'reopen',
  TableNotFoundException: 'table',
  TableNotEnabledException: 'disabled',
};

/** Exceptions that say "slow down", not merely "not now". */
const OVERLOADED = new Set([
  'CallQueueTooBigException',
  'CallDroppedException',
  'ServerTooBusyException',
  'RegionTooBusyException',
  'RpcThrottlingException',
  'ThrottlingException',
]);

/** The region is being opened: the call was not executed, and such attempts do not count. After a crash this takes as long as replaying its log. */
const NOT_YET = new Set(['RegionOpeningException', 'ServerNotRunningYetException', 'PleaseHoldException']);

/** An exception that came over the wire, in a response's header or for one action of a batch. */
export class RemoteException extends Error {
  readonly policy: Policy;
  /** The server asks for less work. */
  readonly overloaded: boolean;
  /** The server, or the region on it, is only starting. */
  readonly notYet: boolean;

  /**
   * @param className Java's full class name
   * @param detail the message, with or without the stack trace
   * @param movedTo where RegionMovedException says the region went
   */
  constructor(
    readonly className: string,
    detail: string,
    readonly doNotRetry = false,
    serverOverloaded = false,
    readonly movedTo: { host: string; port: number } | null = null,
  ) {
    const simple = className.replace(/^.*[.$]/, '');
    const firstLine = detail.split('\n', 1)[0].trim();
    // The stack trace begins with the class name; a message does not.
    super(firstLine.startsWith(className) ? simple + firstLine.slice(className.length) : firstLine ? `${simple}: ${firstLine}` : simple);
    this.name = 'RemoteException';
    this.policy = policyOf(simple, detail, doNotRetry);
    this.overloaded = serverOverloaded || OVERLOADED.has(simple);
    this.notYet = NOT_YET.has(simple);
  }
}

function policyOf(simple: string, detail: string, doNotRetry: boolean): Policy {
  const known = POLICIES[simple];
  // A region server that can't append to its log has aborted or is about to; the text is all it says.
  if (detail.includes('log is closed') || detail.includes('Log is closed')) return 'moved';
  if (known !== undefined) return known;
  if (doNotRetry || /^(DoNotRetry|NoSuchColumnFamily|AccessDenied|InvalidFamily|NamespaceNotFound|TableExists)/.test(simple))
    return 'fatal';
  // Plain I/O trouble on the server's side: HBase's own client retries everything that isn't a DoNotRetryIOException.
  return /IOException$|InterruptedException$/.test(simple) ? 'busy' : 'fatal';
}

/** ExceptionResponse of a response header. */
export function readExceptionResponse(reader: ProtoReader): RemoteException {
  let className = '';
  let stackTrace = '';
  let host = '';
  let port = 0;
  let doNotRetry = false;
  let overloaded = false;
  reader.each((field) => {
    if (field === 1) className = reader.string();
    else if (field === 2) stackTrace = reader.string();
    else if (field === 3) host = reader.string();
    else if (field === 4) port = reader.uint();
    else if (field === 5) doNotRetry = reader.bool();
    else if (field === 6) overloaded = reader.bool();
    else return false;
    return true;
  });
  return new RemoteException(className, stackTrace, doNotRetry, overloaded, host ? { host, port } : null);
}

/**
 * Reads NameBytesPairs: how a batch reports the exception of one action or of one region. A busy region is reported once per row, with a
 * whole Java stack trace: thousands of copies of the same kilobytes, which are parsed once. Exceptions of one class with the same message
 * become one object, so that their elements are retried together.
 */
export class NamedExceptions {
  private readonly byText = new Map<string, RemoteException>();
  private last: { bytes: Buffer; exception: RemoteException } | null = null;

  /** @param bytes of the message; kept for as long as this */
  read(bytes: Buffer): RemoteException {
    if (this.last === null || !this.last.bytes.equals(bytes))
      this.last = { bytes, exception: this.firstLike(parseNamed(new ProtoReader(bytes))) };
    return this.last.exception;
  }

  private firstLike(exception: RemoteException): RemoteException {
    const text = exception.className + exception.message;
    const first = this.byText.get(text) ?? exception;
    this.byText.set(text, first);
    return first;
  }
}

function parseNamed(reader: ProtoReader): RemoteException {
  let className = '';
  let detail = '';
  reader.each((field) => {
    if (field === 1) className = reader.string();
    else if (field === 2) detail = reader.string();
    else return false;
    return true;
  });
  return new RemoteException(className, detail);
}

/** The socket died, could not be opened, or the server stopped answering. Calls that were under way have an unknown effect. */
export class ConnectionLostError extends Error {
  constructor(
    readonly server: string,
    reason: string,
    /** False: the call was never sent. */
    readonly sent: boolean,
  ) {
    super(`connection to ${server} ${reason}`);
    this.name = 'ConnectionLostError';
  }
}

/** One call was not answered in time; the connection may be fine. Its effect is unknown. */
export class CallTimedOutError extends Error {
  constructor(
    readonly server: string,
    method: string,
    readonly afterMs: number,
  ) {
    super(`${method} was not answered by ${server} within ${afterMs} ms`);
    this.name = 'CallTimedOutError';
  }
}

/** No server holds the row at the moment: its region is being opened, split or moved. */
export class RegionUnavailableError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'RegionUnavailableError';
  }
}

/** The failure may have happened after the server did the work. */
export function isAmbiguous(error: unknown): boolean {
  return error instanceof CallTimedOutError || (error instanceof ConnectionLostError && error.sent);
}

/** What to do about the failure of one attempt. `caller`: an error from elsewhere (an abort reason, a bug) that is passed on. */
export function policyFor(error: unknown): Policy | 'caller' {
  if (error instanceof RemoteException) return error.policy;
  if (error instanceof ConnectionLostError) return 'dead';
  if (error instanceof CallTimedOutError) return 'busy';
  if (error instanceof RegionUnavailableError) return 'moved';
  return 'caller';
}

/** Where and when a call failed, for the error's message: `put to tsdb, row 00000150e22700, ...: RegionTooBusyException: ...`. */
export interface FailureSite extends StorageErrorContext {
  /** `put`, `get`, `scan`, ... */
  operation: string;
  /** The time budget ran out, whatever the last attempt said. */
  outOfTime?: boolean;
}

/** Converts the last failure of a call to the storage error whose class tells the caller what to do next. */
export function toStorageError(error: unknown, site: FailureSite): StorageError {
  if (error instanceof StorageError) return error;
  const { operation, outOfTime, ...context } = site;
  const reason = messageOf(error);
  const where = [
    site.row && `row ${site.row.toString('hex')}`,
    site.server && `server ${site.server}`,
    site.attempts !== undefined && `${site.attempts} attempt${site.attempts === 1 ? '' : 's'}`,
    site.elapsedMs !== undefined && `${Math.round(site.elapsedMs)} ms`,
  ].filter(Boolean);
  const message = `${operation} on ${site.table ?? 'HBase'} failed (${where.join(', ')}): ${reason}`;
  const full = { ...context, cause: error };
  const policy = policyFor(error);
  if (policy === 'table') return new TableNotFoundError(message, full);
  if (policy === 'disabled') return new TableDisabledError(message, full);
  if (policy === 'fatal') return new DoNotRetryError(message, full);
  if (error instanceof RemoteException && error.overloaded) return new ThrottleError(message, full);
  if (outOfTime || error instanceof CallTimedOutError || error instanceof OutOfTimeError) return new TimeoutError(message, full);
  return policy === 'caller' ? new StorageError(message, full) : new RetryableError(message, full);
}
