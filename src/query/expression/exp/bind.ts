import { bean, boolean, double, JsonError, jsonErrorText, list, readJson, string, type Bind, type JsonReader } from '../../../json';
import { ClientError } from '../../../util/errors';
import { filterOrNull } from '../../parse/json';
import { numericFill, parseFillPolicy } from './fill';
import type { ExpDownsampler, ExpExpression, ExpFilter, ExpJoin, ExpMetric, ExpOutput, ExpRequest, ExpTime, NumericFill } from './request';

const POJO = 'net.opentsdb.query.pojo.';
const EXPRESSION = 'net.opentsdb.query.expression.';

/** A name out of a list of them; null for null. */
function choice<T>(type: string, parse: (text: string) => T): Bind<T | null> {
  return (json: JsonReader) => {
    const text = string(json);
    try {
      return text === null ? null : parse(text);
    } catch (e) {
      throw json.error('definition', `Cannot construct instance of \`${type}\`, problem: ${(e as Error).message}`);
    }
  };
}

const FILL_POLICY = choice('net.opentsdb.core.FillPolicy', parseFillPolicy);

const OPERATOR = choice(`${EXPRESSION}VariableIterator$SetOperator`, (text): ExpJoin['operator'] => {
  const operator = text.toLowerCase();
  if (operator !== 'union' && operator !== 'intersection') throw new Error(`Unrecognized set operator: ${text}`);
  return operator;
});

interface FillDraft {
  policy: NumericFill['policy'] | null;
  value: number;
  made: NumericFill | null;
}

const FILL_DRAFT = bean<FillDraft>({
  type: `${EXPRESSION}NumericFillPolicy$Builder`,
  unknown: 'ignored',
  create: () => ({ policy: null, value: 0, made: null }),
  setters: {
    policy: (f, json) => (f.policy = FILL_POLICY(json)),
    value: (f, json) => (f.value = double(json)),
  },
  finish: (f) => (f.made = numericFill(f.policy, f.value)),
});

const fill: Bind<NumericFill | null> = (json) => FILL_DRAFT(json)?.made ?? null;

const DOWNSAMPLER = bean<ExpDownsampler>({
  type: `${POJO}Downsampler$Builder`,
  unknown: 'ignored',
  create: () => ({ interval: null, aggregator: null, fillPolicy: null }),
  setters: {
    interval: (o, json) => (o.interval = string(json)),
    aggregator: (o, json) => (o.aggregator = string(json)),
    fillPolicy: (o, json) => (o.fillPolicy = fill(json)),
  },
});

const TIME = bean<ExpTime>({
  type: `${POJO}Timespan$Builder`,
  unknown: 'ignored',
  create: () => ({ start: null, end: null, timezone: null, downsampler: null, aggregator: null, rate: false }),
  setters: {
    start: (o, json) => (o.start = string(json)),
    end: (o, json) => (o.end = string(json)),
    timezone: (o, json) => (o.timezone = string(json)),
    downsampler: (o, json) => (o.downsampler = DOWNSAMPLER(json)),
    aggregator: (o, json) => (o.aggregator = string(json)),
    rate: (o, json) => (o.rate = boolean(json)),
  },
});

const TAGS = list(filterOrNull);

const FILTERS = list(
  bean<ExpFilter>({
    type: `${POJO}Filter$Builder`,
    unknown: 'ignored',
    create: () => ({ id: null, tags: null, explicitTags: false }),
    setters: {
      id: (o, json) => (o.id = string(json)),
      tags: (o, json) => (o.tags = TAGS(json)),
      explicitTags: (o, json) => (o.explicitTags = boolean(json)),
    },
  }),
);

const METRICS = list(
  bean<ExpMetric>({
    type: `${POJO}Metric$Builder`,
    unknown: 'ignored',
    create: () => ({ id: null, metric: null, filter: null, aggregator: null, timeOffset: null, fillPolicy: null }),
    setters: {
      id: (o, json) => (o.id = string(json)),
      metric: (o, json) => (o.metric = string(json)),
      filter: (o, json) => (o.filter = string(json)),
      aggregator: (o, json) => (o.aggregator = string(json)),
      timeOffset: (o, json) => (o.timeOffset = string(json)),
      fillPolicy: (o, json) => (o.fillPolicy = fill(json)),
    },
  }),
);

const JOIN = bean<ExpJoin>({
  type: `${POJO}Join$Builder`,
  unknown: 'ignored',
  create: () => ({ operator: null, useQueryTags: false, includeAggTags: true }),
  setters: {
    operator: (o, json) => (o.operator = OPERATOR(json)),
    useQueryTags: (o, json) => (o.useQueryTags = boolean(json)),
    includeAggTags: (o, json) => (o.includeAggTags = boolean(json)),
  },
});

const EXPRESSIONS = list(
  bean<ExpExpression>({
    type: `${POJO}Expression$Builder`,
    unknown: 'ignored',
    create: () => ({ id: null, expr: null, join: null, fillPolicy: null }),
    setters: {
      id: (o, json) => (o.id = string(json)),
      expr: (o, json) => (o.expr = string(json)),
      join: (o, json) => (o.join = JOIN(json)),
      fillPolicy: (o, json) => (o.fillPolicy = fill(json)),
    },
  }),
);

const OUTPUTS = list(
  bean<ExpOutput>({
    type: `${POJO}Output$Builder`,
    unknown: 'ignored',
    create: () => ({ id: null, alias: null }),
    setters: {
      id: (o, json) => (o.id = string(json)),
      alias: (o, json) => (o.alias = string(json)),
    },
  }),
);

const QUERY = bean<ExpRequest>({
  type: `${POJO}Query$Builder`,
  unknown: 'ignored',
  create: () => ({ name: null, time: null, filters: null, metrics: null, expressions: null, outputs: null }),
  setters: {
    name: (o, json) => (o.name = string(json)),
    time: (o, json) => (o.time = TIME(json)),
    filters: (o, json) => (o.filters = FILTERS(json)),
    metrics: (o, json) => (o.metrics = METRICS(json)),
    expressions: (o, json) => (o.expressions = EXPRESSIONS(json)),
    outputs: (o, json) => (o.outputs = OUTPUTS(json)),
  },
});

/**
 * A request out of the body of `/api/query/exp`. Mirrors Query.Builder and its like, and QueryRpc, which makes an error of the server
 * of whatever is wrong with a body.
 * @throws ClientError 500
 */
export function parseExpRequest(body: string): ExpRequest {
  if (body === '') throw new ClientError(500, 'Incoming data was null or empty');
  try {
    const request = readJson(body, QUERY);
    if (request === null) throw new ClientError(500, 'An internal null pointer exception was thrown');
    return request;
  } catch (e) {
    if (e instanceof JsonError) throw new ClientError(500, jsonErrorText(e), null, { cause: e });
    throw e;
  }
}
