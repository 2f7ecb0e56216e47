import { map, readBody, string, strings } from '../../json';
import { ClientError } from '../../util/errors';
import type { HttpCall } from './types';

const HASH_MAP = 'java.util.HashMap';
const STRING_MAP = map(HASH_MAP, string);
const STRING_LISTS = map(HASH_MAP, strings);

/** What the API says where the original runs into a null that a client sent: the status is the original's. */
export const nullPointer = (): ClientError => new ClientError(500, 'An internal null pointer exception was thrown');

/** A body that is an object of strings; the last of repeated keys wins. @throws ClientError 400; 500 for null */
export function readStringMap(call: HttpCall): Map<string, string | null> {
  const found = readBody(call.bodyText(), STRING_MAP, call.tsd.settings.body.json);
  if (found === null) throw nullPointer();
  return found;
}

/** A body that is an object of lists of strings. @throws ClientError 400; 500 for null */
export function readStringLists(call: HttpCall): Map<string, (string | null)[] | null> {
  const found = readBody(call.bodyText(), STRING_LISTS, call.tsd.settings.body.json);
  if (found === null) throw nullPointer();
  return found;
}
