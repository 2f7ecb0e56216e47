import { DoNotRetryError, RetryableError } from '../errors';
import type { Cluster } from './cluster';
import { backoffMs, type Deadline } from './deadline';
import { CallTimedOutError, ConnectionLostError, policyFor, RemoteException, toStorageError } from './errors';
import type { ServerAddress } from './region';
import { decodeMessage, encodeMessage, type DecodedMessage, type MessageFields } from './rpc-definitions';
import { Servers } from './servers';

const RUNNING = 1;
const FINISHED = 2;
const PROCEDURE_POLL_MS = 100;

/** Calls to the active master. They are rare: a tool makes a handful. */
export class Master {
  private readonly servers: Servers;
  private address: ServerAddress | null = null;

  constructor(private readonly cluster: Cluster) {
    this.servers = new Servers(cluster.connectionOptions('MasterService'), () => (this.address = null));
  }

  /**
   * @param method as the master's service calls it, e.g. `CreateTable`
   * @param message the request's message; the response's is the same with `Response` for `Request`
   */
  async call(method: string, message: string, fields: MessageFields, deadline: Deadline, table?: string): Promise<DecodedMessage> {
    const param = encodeMessage('Master', message, fields);
    for (let failures = 1; ; failures++) {
      let server: string | undefined;
      try {
        this.address ??= await deadline.race(this.cluster.locator.activeMaster());
        server = `${this.address.host}:${this.address.port}`;
        const timeoutMs = Math.max(1, Math.min(this.cluster.options.rpcTimeoutMs, deadline.remainingMs));
        const call = this.servers.connection(this.address).call({ method, param, timeoutMs });
        const response = await deadline.race(call);
        return decodeMessage('Master', message.replace(/Request$/, 'Response'), response.param);
      } catch (error) {
        const passing = passes(error);
        if (error instanceof ConnectionLostError || policyFor(error) === 'dead') this.address = null;
        if (passing && (await deadline.sleep(backoffMs(failures + 2)))) continue;
        const failure = toStorageError(error, {
          operation: method,
          table,
          server,
          attempts: failures,
          elapsedMs: deadline.elapsedMs,
          outOfTime: deadline.over,
        });
        if (error instanceof RemoteException && !passing) throw new DoNotRetryError(failure.message, failure.context);
        throw failure;
      }
    }
  }

  /** Waits for what a call has set going. @param call the answer to it, with the procedure's number */
  async finished(call: DecodedMessage, method: string, table: string, deadline: Deadline): Promise<void> {
    const { procId } = call;
    if (typeof procId !== 'number') return;
    for (;;) {
      const { state, exception } = await this.call('getProcedureResult', 'GetProcedureResultRequest', { procId }, deadline, table);
      if (state !== RUNNING) {
        const failure = state === FINISHED && exception !== null ? remoteFailure(exception as DecodedMessage) : null;
        if (failure !== null) throw toStorageError(failure, { operation: method, table, elapsedMs: deadline.elapsedMs });
        return;
      }
      if (!(await deadline.sleep(PROCEDURE_POLL_MS)))
        throw toStorageError(new Error('HBase has not finished it yet'), {
          operation: method,
          table,
          elapsedMs: deadline.elapsedMs,
          outOfTime: true,
        });
    }
  }

  close(): void {
    this.servers.close();
  }
}

/** Whether to try again: when the master is starting or another one takes over. Any other exception is about the request. */
function passes(error: unknown): boolean {
  if (error instanceof RemoteException)
    return error.policy === 'dead' || error.overloaded || error.className.endsWith('.PleaseHoldException');
  return error instanceof RetryableError || error instanceof ConnectionLostError || error instanceof CallTimedOutError;
}

/** ForeignExceptionMessage: what made a procedure fail. */
function remoteFailure({ genericException }: DecodedMessage): RemoteException {
  const { className, message } = (genericException ?? {}) as DecodedMessage;
  return new RemoteException(String(className ?? 'java.io.IOException'), String(message ?? ''), true);
}
