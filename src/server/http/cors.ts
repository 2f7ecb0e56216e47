import type { ServerSettings } from '../../config/settings';
import type { HttpCall } from './types';
import { ClientError } from '../../util/errors';

const HEADER_LIST = /^([a-zA-Z0-9_.-]+,\s*)*[a-zA-Z0-9_.-]+$/;

/** Cross-origin rules, read once. Mirrors RpcHandler. */
export interface CorsRules {
  /** Upper case; null: off. */
  readonly domains: ReadonlySet<string> | null;
  readonly headers: string;
}

/** @throws Error with the original's words when a key makes no sense: the daemon doesn't start */
export function corsRulesOf({ domains: text, headers }: ServerSettings['cors'], log: (message: string) => void): CorsRules {
  let domains: Set<string> | null = null;
  if (text === '') log('CORS domain list was empty, CORS will not be enabled');
  else {
    const listed = text.split(',');
    if (listed.length > 1 && listed.includes('*')) {
      throw new Error('tsd.http.request.cors_domains must be a public resource (*) or a list of specific domains, you cannot mix both.');
    }
    domains = new Set(listed.map((domain) => domain.trim().toUpperCase()));
    for (const domain of listed) log(`Loaded CORS domain (${domain})`);
  }
  if (!HEADER_LIST.test(headers)) {
    throw new Error('tsd.http.request.cors_headers must be a list of validly-formed HTTP header names. No wildcards are allowed.');
  }
  log(`Loaded CORS headers (${headers})`);
  return { domains, headers };
}

/**
 * Adds the headers for an allowed origin.
 * @returns true when the call is answered: a preflight
 * @throws ClientError, with status 200 for a forbidden origin as the original
 */
export function applyCors(call: HttpCall, rules: CorsRules): boolean {
  const origin = call.req.headers.origin ?? '';
  const preflight = call.method === 'OPTIONS';
  // A cache must not hand the answer to one origin to another.
  const vary = (): unknown => call.res.setHeader('Vary', 'Origin');
  if (rules.domains === null || origin === '') {
    if (rules.domains !== null) vary();
    if (preflight) throw new ClientError(405, 'Method not allowed', `The HTTP method [${call.method}] is not permitted`);
    return false;
  }
  if (!rules.domains.has('*') && !rules.domains.has(origin.toUpperCase())) {
    vary();
    throw new ClientError(200, 'CORS domain not allowed', `The domain [${origin}] is not permitted access`);
  }
  call.res.setHeader('Access-Control-Allow-Origin', origin);
  call.res.setHeader('Access-Control-Allow-Methods', 'GET, POST, PUT, DELETE');
  call.res.setHeader('Access-Control-Allow-Headers', rules.headers);
  vary();
  if (preflight) call.sendEmpty(200);
  return preflight;
}
