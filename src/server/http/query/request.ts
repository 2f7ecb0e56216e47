import { deletingIsOff, type QueryClient, type UriParams } from '../../../query';
import type { HttpCall } from '../types';

/** The parameters of a call. */
export function uriParams(call: HttpCall): UriParams {
  return {
    has: (name) => call.hasParam(name),
    last: (name) => call.param(name),
    all: (name) => call.params.get(name) ?? [],
  };
}

/** Whether a call is to delete what it reads. An override to DELETE that isn't allowed reads, as if it weren't there. */
export function deletes(call: HttpCall): boolean {
  return call.method === 'DELETE' || (call.effectiveMethod() === 'DELETE' && call.tsd.settings.allowQueryDelete);
}

/** @throws ClientError 400 for a DELETE where nothing may be deleted by a query */
export function checkDelete(call: HttpCall): void {
  if (call.method === 'DELETE' && !call.tsd.settings.allowQueryDelete) throw deletingIsOff();
}

/** Who asks; the headers are put in order only when somebody looks at them. */
export class HttpClient implements QueryClient {
  readonly remote: string;
  private readonly rawHeaders: readonly string[];

  constructor(call: HttpCall) {
    this.remote = call.remote;
    this.rawHeaders = call.req.rawHeaders;
  }

  get headers(): ReadonlyMap<string, string> {
    const { rawHeaders } = this;
    const headers = new Map<string, string>();
    for (let i = 0; i + 1 < rawHeaders.length; i += 2) headers.set(rawHeaders[i], rawHeaders[i + 1]);
    return headers;
  }
}
