import { ClientError } from '../util/errors';
import { JsonError } from './errors';
import { JsonReader, type JsonLimits } from './reader';
import type { Bind } from './scalars';

/** A body, or a text of JSON from elsewhere. @returns what `bind` makes of its first value @throws JsonError; text behind that is not looked at */
export function readJson<T>(text: string, bind: Bind<T>, limits?: JsonLimits): T {
  const json = new JsonReader(text, limits);
  if (json.next() === null) throw json.error('mismatch', 'No content to map due to end-of-input');
  return bind(json);
}

/** The original's whole text of an error, class and all. */
export const jsonErrorText = (error: JsonError): string => `${error.javaClass}: ${error.text}`;

/** What the API says of a body that can't be used. @throws ClientError 400 */
export function unparsable(error: JsonError): ClientError {
  return new ClientError(400, 'Unable to parse the given JSON', jsonErrorText(error), { cause: error });
}

/**
 * The body of an API call, as most endpoints read it. Mirrors HttpJsonSerializer.
 * @throws ClientError 400 for no body, or one that is not JSON of this shape
 */
export function readBody<T>(text: string, bind: Bind<T>, limits?: JsonLimits): T {
  if (text === '') throw new ClientError(400, 'Missing message content', 'Supply valid JSON formatted data in the body of your request');
  try {
    return readJson(text, bind, limits);
  } catch (error) {
    throw error instanceof JsonError ? unparsable(error) : error;
  }
}
