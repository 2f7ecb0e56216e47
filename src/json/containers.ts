import { JsonError } from './errors';
import type { JsonReader } from './reader';
import { mismatch, noCreator, string, type Bind } from './scalars';

const LIST = 'java.util.ArrayList';

/** Adds to an error where it was found. Whatever else was thrown is left as it is. */
export function within(json: JsonReader, error: unknown, step: string): unknown {
  return error instanceof JsonError ? error.within(step, json.place) : error;
}

/**
 * The elements of a list, one at a time, so that somebody who reads a long one can let others have a turn in between.
 * The reader stands at the list's first token. @throws JsonError
 */
export function* elements<T>(json: JsonReader, element: Bind<T>): Generator<T> {
  if (json.token !== 'START_ARRAY')
    throw json.token === 'VALUE_STRING' && json.text() === '' ? noCreator(json, LIST) : mismatch(json, LIST);
  for (let i = 0; json.next() !== 'END_ARRAY'; i++) {
    let value: T;
    try {
      value = element(json);
    } catch (error) {
      throw within(json, error, `${LIST}[${i}]`);
    }
    yield value;
  }
}

/** A list; null for null. Elements that are null are the element's business. */
export function list<T>(element: Bind<T>): Bind<T[] | null> {
  return (json) => (json.token === 'VALUE_NULL' ? null : [...elements(json, element)]);
}

/** A list of strings: what is wrong between two of them belongs to the one that would be next. */
export const strings: Bind<(string | null)[] | null> = (json) => {
  if (json.token === 'VALUE_NULL') return null;
  if (json.token !== 'START_ARRAY') throw mismatch(json, LIST);
  const found: (string | null)[] = [];
  try {
    while (json.next() !== 'END_ARRAY') found.push(string(json));
  } catch (error) {
    throw within(json, error, `${LIST}[${found.length}]`);
  }
  return found;
};

/**
 * An object as a map in the order of the text; of a key given twice the last value counts, at the place of the first. Null for null.
 * @param type `java.util.HashMap` or `java.util.LinkedHashMap`: what messages say
 */
export function map<T>(type: string, value: Bind<T>): Bind<Map<string, T> | null> {
  return (json) => {
    if (json.token === 'VALUE_NULL') return null;
    if (json.token !== 'START_OBJECT') throw json.token === 'VALUE_STRING' ? noCreator(json, type) : mismatch(json, type);
    const found = new Map<string, T>();
    for (let key = json.nextField(); key !== null; key = json.nextField()) {
      json.next();
      try {
        found.set(key, value(json));
      } catch (error) {
        // Syntax errors have no step of a map in their path.
        throw error instanceof JsonError && error.isSyntax ? error : within(json, error, `${type}["${key}"]`);
      }
    }
    return found;
  };
}
