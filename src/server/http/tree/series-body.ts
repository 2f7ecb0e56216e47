import { bean, int, readBody, type Bind, type JsonToken } from '../../../json';
import { ClientError } from '../../../util/errors';
import { nullPointer } from '../json-body';
import type { HttpCall } from '../types';
import { treeIdOf } from './support';

/** Series of a tree that are asked for. */
export interface TreeSeries {
  treeId: number;
  /** Hexadecimal; null: none are named. */
  tsuids: string[] | null;
}

/** What the original's library makes of a token. */
const CLASSES: Partial<Record<JsonToken, string>> = {
  VALUE_STRING: 'java.lang.String',
  VALUE_NUMBER_INT: 'java.lang.Integer',
  VALUE_NUMBER_FLOAT: 'java.lang.Double',
  VALUE_TRUE: 'java.lang.Boolean',
  VALUE_FALSE: 'java.lang.Boolean',
  START_OBJECT: 'java.util.LinkedHashMap',
  START_ARRAY: 'java.util.ArrayList',
};

function noList(token: JsonToken | null, wanted: string): ClientError {
  const found = (token && CLASSES[token]) ?? 'java.lang.Object';
  const why = `class ${found} cannot be cast to class ${wanted} (${found} and ${wanted} are in module java.base of loader 'bootstrap')`;
  return new ClientError(400, 'Unable to convert the given data to a list', why);
}

const TREE_ID: Bind<number> = (json) => {
  if (json.token === 'VALUE_NULL') return NaN;
  if (json.token !== 'VALUE_NUMBER_INT') throw new ClientError(400, 'Missing or invalid Tree ID', 'It must be a number');
  return int(json);
};

const TSUIDS: Bind<string[] | null> = (json) => {
  if (json.token === 'VALUE_NULL') return null;
  if (json.token !== 'START_ARRAY') throw noList(json.token, 'java.util.List');
  const tsuids: string[] = [];
  for (let token = json.next(); token !== 'END_ARRAY'; token = json.next()) {
    if (token !== 'VALUE_STRING') throw noList(token, 'java.lang.String');
    tsuids.push(json.text());
  }
  return tsuids;
};

const TREE_SERIES = bean<TreeSeries>({
  type: 'java.util.HashMap',
  unknown: 'ignored',
  create: () => ({ treeId: NaN, tsuids: null }),
  setters: {
    treeId: (series, json) => (series.treeId = TREE_ID(json)),
    tsuids: (series, json) => (series.tsuids = TSUIDS(json)),
  },
});

/** A tree and some of its series, of a body or of parameters. @throws ClientError */
export function readTreeSeries(call: HttpCall): TreeSeries {
  if (call.body.length === 0) {
    const treeId = treeIdOf(call.requiredParam('treeid'));
    return { treeId, tsuids: call.param('tsuids')?.split(',') ?? null };
  }
  const series = readBody(call.bodyText(), TREE_SERIES, call.tsd.settings.body.json);
  if (series === null) throw nullPointer();
  if (Number.isNaN(series.treeId)) throw new ClientError(400, 'Missing or invalid Tree ID');
  return series;
}
