import { JsonSyntaxError, parseJsonTree, type JsonNode } from '../../util/json-tree';
import type { HttpCall } from './types';
import { ClientError } from '../../util/errors';

const unparsable = (details: string, cause?: unknown): ClientError =>
  new ClientError(400, 'Unable to parse the given JSON', details, { cause });

/** The body's first JSON value, an object. @throws ClientError for no body, or something else */
function readObject(call: HttpCall): { key: string; value: JsonNode }[] {
  const text = call.bodyText();
  if (text === '') {
    throw new ClientError(400, 'Missing message content', 'Supply valid JSON formatted data in the body of your request');
  }
  let node: JsonNode | null;
  try {
    node = parseJsonTree(text);
  } catch (error) {
    if (error instanceof JsonSyntaxError) throw unparsable(error.message, error);
    throw error;
  }
  if (node === null) throw unparsable('No content to map due to end-of-input');
  if (node.kind !== 'object') throw unparsable(`Cannot read an object out of ${article(node)}`);
  return node.members;
}

const article = (node: JsonNode): string => (/^[aeiou]/.test(node.kind) ? `an ${node.kind}` : `a ${node.kind}`);

/** Numbers and booleans are as good as strings. */
function stringOf(node: JsonNode, key: string): string | null {
  switch (node.kind) {
    case 'null':
      return null;
    case 'string':
    case 'number':
      return node.text;
    case 'boolean':
      return String(node.value);
    default:
      throw unparsable(`Cannot read a string out of ${article(node)} (key "${key}")`);
  }
}

/** A body that is an object of strings; the last of repeated keys wins. @throws ClientError */
export function readStringMap(call: HttpCall): Map<string, string | null> {
  return new Map(readObject(call).map(({ key, value }) => [key, stringOf(value, key)]));
}

/** A body that is an object of lists of strings. @throws ClientError */
export function readStringLists(call: HttpCall): Map<string, (string | null)[]> {
  return new Map(
    readObject(call).map(({ key, value }) => {
      if (value.kind !== 'array') throw unparsable(`Cannot read a list out of ${article(value)} (key "${key}")`);
      return [key, value.items.map((item) => stringOf(item, key))];
    }),
  );
}
