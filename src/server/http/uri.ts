import { ClientError } from '../../util/errors';

/** The newest API version there is. */
const MAX_API_VERSION = 1;
/** Parameters beyond this many are ignored. */
const MAX_PARAMS = 1024;

/** Where a request wants to go. Mirrors HttpQuery.getQueryBaseRoute. */
export interface Target {
  /** Lower case: `` for the home page, `s`, `api/put`. */
  route: string;
  apiVersion: number;
  /** Elements after `api` and the version; on legacy paths all. */
  path: string[];
}

/** The path of a request target, without the query string. */
function pathOf(uri: string): string {
  const question = uri.indexOf('?');
  return question < 0 ? uri : uri.slice(0, question);
}

/** Splits as Java's `String.split("/")` does: empty words at the end are dropped. */
function splitPath(path: string): string[] {
  const words = path.slice(1).split('/');
  let end = words.length;
  while (end > 1 && words[end - 1] === '') end--;
  return words.slice(0, end);
}

/** Whether errors of this target have the API's JSON form, however wrong the rest of it is. */
export const isApiTarget = (uri: string): boolean => /^\/api(?:[/?]|$)/i.test(uri);

/** @throws ClientError for an API version that doesn't parse or doesn't exist yet */
export function parseTarget(uri: string): Target {
  const words = splitPath(pathOf(uri));
  if (words[0].toLowerCase() !== 'api') return { route: words[0].toLowerCase(), apiVersion: 0, path: words };
  if (words.length < 2) return { route: 'api', apiVersion: 1, path: [] };
  if (!/^v[0-9]/i.test(words[1])) return { route: `api/${words[1].toLowerCase()}`, apiVersion: 1, path: words.slice(1) };
  const text = words[1].slice(1);
  if (!/^[0-9]+$/.test(text) || Number(text) > 0x7fffffff) {
    throw new ClientError(400, 'Invalid API version format supplied', `API version [${text}] cannot be parsed to an integer`);
  }
  const version = Number(text);
  if (version > MAX_API_VERSION) {
    throw new ClientError(
      501,
      'Requested API version is greater than the max implemented',
      `API version [${version}] is greater than the max [${MAX_API_VERSION}]`,
    );
  }
  const route = words.length < 3 ? 'api' : `api/${words[2].toLowerCase()}`;
  return { route, apiVersion: version, path: words.slice(2) };
}

const hexDigit = (c: number): number => {
  if (c >= 48 && c <= 57) return c - 48;
  const lower = c | 32;
  return lower >= 97 && lower <= 102 ? lower - 87 : -1;
};

/**
 * Decodes one name or value of a query string; `raw` has one character a byte. Messages and the `%%` rule mirror Netty's
 * QueryStringDecoder. @throws ClientError for a malformed escape
 */
export function decodeComponent(raw: string): string {
  let plain = true;
  for (let i = 0; i < raw.length && plain; i++) {
    const c = raw.charCodeAt(i);
    plain = c !== 37 && c !== 43 && c < 128;
  }
  if (plain) return raw;
  const bytes = Buffer.allocUnsafe(raw.length);
  let at = 0;
  for (let i = 0; i < raw.length; i++) {
    const c = raw.charCodeAt(i);
    if (c === 43) bytes[at++] = 32;
    else if (c !== 37) bytes[at++] = c;
    else {
      if (i === raw.length - 1) throw new ClientError(400, `unterminated escape sequence at end of string: ${raw}`);
      if (raw.charCodeAt(i + 1) === 37) {
        bytes[at++] = 37;
        i++;
        continue;
      }
      if (i === raw.length - 2) throw new ClientError(400, `partial escape sequence at end of string: ${raw}`);
      const high = hexDigit(raw.charCodeAt(i + 1));
      const low = hexDigit(raw.charCodeAt(i + 2));
      if (high < 0 || low < 0) {
        throw new ClientError(400, `invalid escape sequence \`%${raw.slice(i + 1, i + 3)}' at index ${i} of: ${raw}`);
      }
      bytes[at++] = high * 16 + low;
      i += 2;
    }
  }
  return bytes.toString('utf8', 0, at);
}

/** `&` and `;` separate; a name without `=` has the value ``; values of a repeated name keep their order. */
export function parseParams(uri: string): Map<string, string[]> {
  const params = new Map<string, string[]>();
  const question = uri.indexOf('?');
  if (question < 0) return params;
  let count = 0;
  for (let word of uri.slice(question + 1).split(/[&;]/)) {
    if (word.startsWith('=')) word = word.replace(/^=+/, ''); // a value without a name is itself the name
    if (word === '') continue;
    if (++count > MAX_PARAMS) break;
    const equals = word.indexOf('=');
    const name = decodeComponent(equals < 0 ? word : word.slice(0, equals));
    const value = equals < 0 ? '' : decodeComponent(word.slice(equals + 1));
    const values = params.get(name);
    if (values === undefined) params.set(name, [value]);
    else values.push(value);
  }
  return params;
}
