import type { Query, SubQuery } from '../../../query';
import { javaJsonString } from '../../../schema';
import { javaFloatToString } from '../../../util/java-double';
import { hashMapOrder } from '../../../util/java-hash-order';

/** A text as JSON. */
export function text(value: string | null): string {
  return value === null ? 'null' : javaJsonString(value);
}

function list(items: readonly string[] | null): string {
  return items === null ? 'null' : `[${items.join(',')}]`;
}

function rateOptionsJson({ rateOptions: o }: SubQuery): string {
  if (o === null) return 'null';
  return `{"counter":${o.counter},"counterMax":${o.counterMax},"resetValue":${o.resetValue},"dropResets":${o.dropResets}}`;
}

/** Grouping filters as `type(filter)` by key; of several on one key the last. */
function tagsJson({ filters }: SubQuery): string {
  const tags = new Map((filters ?? []).filter((f) => f.groupBy).map((f) => [f.tagk, `${f.type}(${f.filter})`]));
  return `{${hashMapOrder(tags.keys()).map((k) => `${javaJsonString(k)}:${javaJsonString(tags.get(k) ?? '')}`)}}`;
}

/** A filter of a tag as requests are echoed with it. */
export function filterJson({ tagk, filter, groupBy, type }: NonNullable<SubQuery['filters']>[number]): string {
  return `{"tagk":${text(tagk)},"filter":${text(filter)},"group_by":${groupBy},"type":${text(type)}}`;
}

/**
 * A sub-query as `show_query` and the query statistics echo it. Mirrors TSSubQuery as a bean.
 * @param filterTagks UIDs of the keys that filters name; empty for TSUIDs, null without filters or before they are resolved
 * @param table what was read: `raw`, or the interval of rolled up values
 */
export function subQueryJson(sub: SubQuery, filterTagks: readonly Buffer[] | null, table = 'raw'): string {
  const filters = (sub.filters ?? []).map(filterJson);
  const histogram = (sub.percentiles !== null && sub.percentiles.length > 0) || sub.showHistogramBuckets;
  const fields = [
    `"aggregator":${text(sub.aggregator)}`,
    `"metric":${text(sub.metric)}`,
    `"tsuids":${list(sub.tsuids?.map(text) ?? null)}`,
    `"downsample":${text(sub.downsample)}`,
    `"rate":${sub.rate}`,
    `"filters":${list(filters)}`,
    `"percentiles":${list(sub.percentiles?.map((p) => (p === null ? 'null' : javaFloatToString(p))) ?? null)}`,
    `"index":${sub.index}`,
    `"rateOptions":${rateOptionsJson(sub)}`,
    `"filterTagKs":${list(filterTagks?.map((id) => `"${id.toString('base64')}"`) ?? null)}`,
    `"explicitTags":${sub.explicitTags}`,
    `"useFuzzyFilter":${sub.useFuzzyFilter}`,
    `"preAggregate":${sub.preAggregate}`,
    `"rollupUsage":${text(sub.rollupUsage)}`,
    `"rollupTable":${text(table)}`,
    `"showHistogramBuckets":${sub.showHistogramBuckets}`,
    `"useMultiGets":${sub.useMultiGets}`,
    `"tags":${tagsJson(sub)}`,
    `"histogramQuery":${histogram}`,
  ];
  return `{${fields.join(',')}}`;
}

/** A whole request as the query statistics show it. Mirrors TSQuery as a bean. @param filterTagks by sub-query; see there */
export function queryJson(query: Query, filterTagks: readonly (readonly Buffer[] | null)[]): string {
  const options = query.options
    ? `{${Object.entries(query.options).map(([k, values]) => `${javaJsonString(k)}:[${values.map(javaJsonString)}]`)}}`
    : 'null';
  const fields = [
    `"start":${text(query.start)}`,
    `"end":${text(query.end)}`,
    `"timezone":${text(query.timezone)}`,
    `"options":${options}`,
    `"padding":${query.padding}`,
    `"queries":${list((query.queries ?? []).map((sub, i) => (sub ? subQueryJson(sub, filterTagks[i] ?? null) : 'null')))}`,
    `"delete":${query.delete}`,
    `"noAnnotations":${query.noAnnotations}`,
    `"globalAnnotations":${query.globalAnnotations}`,
    `"showTSUIDs":${query.showTsuids}`,
    `"msResolution":${query.msResolution}`,
    `"showQuery":${query.showQuery}`,
    `"showStats":${query.showStats}`,
    `"showSummary":${query.showSummary}`,
    `"useCalendar":${query.useCalendar}`,
  ];
  return `{${fields.join(',')}}`;
}
