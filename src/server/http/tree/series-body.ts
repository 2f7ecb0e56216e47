import { bean, int, readBody, type JsonReader, type JsonToken } from '../../../json';
import { ClientError } from '../../../util/errors';
import { nullPointer } from '../json-body';
import type { HttpCall } from '../types';
import { treeIdOf } from './support';

/** Series of a tree that are asked for. */
export interface TreeSeries {
  readonly treeId: number;
  /** Hexadecimal; null: none are named. What is no list is told when it is asked for, as in the original. @throws ClientError 400 */
  tsuids(): string[] | null;
}

/** What the original's library makes of a token. */
const CLASSES: Partial<Record<JsonToken, string>> = {
  VALUE_STRING: 'java.lang.String',
  VALUE_NUMBER_FLOAT: 'java.lang.Double',
  VALUE_TRUE: 'java.lang.Boolean',
  VALUE_FALSE: 'java.lang.Boolean',
  START_OBJECT: 'java.util.LinkedHashMap',
  START_ARRAY: 'java.util.ArrayList',
};

/** The class of a whole number, by how large it is. */
function classOfWhole(text: string): string {
  const number = BigInt(text);
  if (BigInt.asIntN(32, number) === number) return 'java.lang.Integer';
  return BigInt.asIntN(64, number) === number ? 'java.lang.Long' : 'java.math.BigInteger';
}

function classOf(json: JsonReader): string {
  const { token } = json;
  return token === 'VALUE_NUMBER_INT' ? classOfWhole(json.text()) : ((token && CLASSES[token]) ?? 'java.lang.Object');
}

function noList(found: string, wanted: string): ClientError {
  const why = `class ${found} cannot be cast to class ${wanted} (${found} and ${wanted} are in module java.base of loader 'bootstrap')`;
  return new ClientError(400, 'Unable to convert the given data to a list', why);
}

const isHexadecimal = (text: string): boolean => /^[0-9a-fA-F]+$/.test(text);

/** What stands in a body; what can't be used is an error for later, since a body is read as a whole first. */
interface Draft {
  treeId: number | ClientError;
  tsuids: string[] | null | ClientError;
}

function readTreeId(json: JsonReader): Draft['treeId'] {
  if (json.token === 'VALUE_NUMBER_INT' && classOf(json) === 'java.lang.Integer') return int(json);
  const missing = json.token === 'VALUE_NULL';
  json.skip();
  return new ClientError(400, 'Missing or invalid Tree ID', missing ? undefined : 'It must be a number');
}

function readTsuids(json: JsonReader): Draft['tsuids'] {
  if (json.token === 'VALUE_NULL') return null;
  if (json.token !== 'START_ARRAY') {
    const found = classOf(json);
    json.skip();
    return noList(found, 'java.util.List');
  }
  const tsuids: string[] = [];
  let failure: ClientError | null = null;
  for (let token = json.next(); token !== 'END_ARRAY'; token = json.next()) {
    if (token === 'VALUE_STRING' || token === 'VALUE_NULL') {
      if (failure === null) tsuids.push(token === 'VALUE_NULL' ? '' : json.text());
    } else failure ??= noList(classOf(json), 'java.lang.String');
    json.skip();
  }
  // Those before it are looked at first.
  for (const tsuid of failure === null ? [] : tsuids) if (!isHexadecimal(tsuid)) return tsuids;
  return failure ?? tsuids;
}

const TREE_SERIES = bean<Draft>({
  type: 'java.util.HashMap',
  unknown: 'ignored',
  create: () => ({ treeId: new ClientError(400, 'Missing or invalid Tree ID'), tsuids: null }),
  setters: {
    treeId: (series, json) => (series.treeId = readTreeId(json)),
    tsuids: (series, json) => (series.tsuids = readTsuids(json)),
  },
});

function given<T>(value: T | ClientError): T {
  if (value instanceof ClientError) throw value;
  return value;
}

/** Between commas; empty ones at the end don't count, as of String.split. */
function tsuidsOf(list: string): string[] {
  const tsuids = list.split(',');
  while (tsuids.length > 1 && tsuids[tsuids.length - 1] === '') tsuids.pop();
  return list !== '' && tsuids.length === 1 && tsuids[0] === '' ? [] : tsuids;
}

/** A tree and some of its series, of a body or of parameters. @throws ClientError */
export function readTreeSeries(call: HttpCall): TreeSeries {
  if (call.body.length === 0) {
    const treeId = treeIdOf(call.requiredParam('treeid'));
    const list = call.param('tsuids');
    return { treeId, tsuids: () => (list === null ? null : tsuidsOf(list)) };
  }
  const series = readBody(call.bodyText(), TREE_SERIES, call.tsd.settings.body.json);
  if (series === null) throw nullPointer();
  return { treeId: given(series.treeId), tsuids: () => given(series.tsuids) };
}
