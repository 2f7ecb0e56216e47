import type {
  ExpDownsampler,
  ExpExpression,
  ExpFilter,
  ExpMetric,
  ExpOutput,
  ExpRequest,
  ExpTime,
  NumericFill,
} from '../../../query/expression/exp';
import { doubleJson } from './double-json';
import { filterJson, text } from './request-json';

/** What may be left out is null. */
function optional<T>(value: T | null, json: (value: T) => string): string {
  return value === null ? 'null' : json(value);
}

function list<T>(items: readonly (T | null)[] | null, json: (item: T) => string): string {
  return optional(items, (all) => `[${all.map((item) => optional(item, json)).join(',')}]`);
}

function fillJson({ policy, value }: NumericFill): string {
  return `{"policy":"${policy}","value":${doubleJson(value)}}`;
}

function downsamplerJson({ interval, aggregator, fillPolicy }: ExpDownsampler): string {
  return `{"interval":${text(interval)},"aggregator":${text(aggregator)},"fillPolicy":${optional(fillPolicy, fillJson)}}`;
}

function timeJson(time: ExpTime): string {
  const fields = [
    `"start":${text(time.start)}`,
    `"end":${text(time.end)}`,
    `"timezone":${text(time.timezone)}`,
    `"downsampler":${optional(time.downsampler, downsamplerJson)}`,
    `"aggregator":${text(time.aggregator)}`,
    `"rate":${time.rate}`,
  ];
  return `{${fields.join(',')}}`;
}

function expFilterJson({ id, tags, explicitTags }: ExpFilter): string {
  return `{"id":${text(id)},"tags":${list(tags, filterJson)},"explicitTags":${explicitTags}}`;
}

function metricJson(metric: ExpMetric): string {
  const fields = [
    `"metric":${text(metric.metric)}`,
    `"id":${text(metric.id)}`,
    `"filter":${text(metric.filter)}`,
    `"aggregator":${text(metric.aggregator)}`,
    `"timeOffset":${text(metric.timeOffset)}`,
    `"fillPolicy":${optional(metric.fillPolicy, fillJson)}`,
  ];
  return `{${fields.join(',')}}`;
}

/** Without a join the one that stands for it. */
function expressionJson({ id, expr, join, fillPolicy }: ExpExpression): string {
  const { operator, useQueryTags, includeAggTags } = join ?? { operator: 'union', useQueryTags: false, includeAggTags: true };
  const joinJson = `{"operator":${text(operator)},"useQueryTags":${useQueryTags},"includeAggTags":${includeAggTags}}`;
  return `{"id":${text(id)},"expr":${text(expr)},"join":${joinJson},"fillPolicy":${optional(fillPolicy, fillJson)}}`;
}

function outputJson({ id, alias }: ExpOutput): string {
  return `{"id":${text(id)},"alias":${text(alias)}}`;
}

/** A request as the answer of `/api/query/exp` echoes it. Mirrors net.opentsdb.query.pojo.Query as a bean. */
export function expRequestJson(request: ExpRequest): string {
  const fields = [
    `"name":${text(request.name)}`,
    `"time":${optional(request.time, timeJson)}`,
    `"filters":${list(request.filters, expFilterJson)}`,
    `"metrics":${list(request.metrics, metricJson)}`,
    `"expressions":${list(request.expressions, expressionJson)}`,
    `"outputs":${list(request.outputs, outputJson)}`,
  ];
  return `{${fields.join(',')}}`;
}
