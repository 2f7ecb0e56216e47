import type { TagValueFilter } from '../filter';
import { parseMetricAndFilters } from './metric-tags';
import { emptyQuery, emptySubQuery, parseRollupUsage, type Query, type SubQuery } from './query';
import { parseRateOptions } from './rate-options';
import { ClientError } from '../../util/errors';

/** What the parser reads of a query string. */
export interface UriParams {
  has(name: string): boolean;
  /** The last value; null when absent. */
  last(name: string): string | null;
  all(name: string): readonly string[];
}

function splitParts(text: string): string[] {
  const parts = text.split(':');
  if (parts.length < 2) throw new ClientError(400, `Invalid parameter m=${text} (not enough :-separated parts)`);
  if (parts.length > 5) throw new ClientError(400, `Invalid parameter m=${text} (too many :-separated parts)`);
  return parts;
}

/** Java's Float.parseFloat as far as percentiles need it. */
function parseFloat32(text: string): number {
  const trimmed = text.trim();
  if (!/^[+-]?(NaN|Infinity|((\d+\.?\d*|\.\d+)([eE][+-]?\d+)?)[fFdD]?)$/.test(trimmed)) {
    throw new ClientError(400, trimmed === '' ? 'empty String' : `For input string: "${trimmed}"`);
  }
  return Number(trimmed.replace(/[fFdD]$/, ''));
}

/** `percentiles[50,99.9]`. Mirrors QueryRpc.parsePercentiles. */
function parsePercentiles(spec: string): number[] {
  const open = spec.indexOf('[');
  const close = spec.indexOf(']');
  if (open < 0 || close < 0) throw new ClientError(400, `Malformated percentile query paramater: ${spec}`);
  return spec
    .slice(open + 1, close)
    .split(',')
    .map(parseFloat32)
    .sort((a, b) => a - b);
}

function applyShared(sub: SubQuery, part: string, lower: string): boolean {
  if (lower.startsWith('rate')) {
    sub.rate = true;
    if (part.includes('{')) sub.rateOptions = parseRateOptions(part);
  } else if (/^\p{Nd}/u.test(part)) sub.downsample = part;
  else if (lower.startsWith('percentiles')) sub.percentiles = parsePercentiles(part);
  else if (lower.startsWith('show-histogram-buckets')) sub.showHistogramBuckets = true;
  else return false;
  return true;
}

function middleParts(parts: readonly string[]): string[] {
  const middle = parts.slice(1, -1);
  if (middle.includes('')) throw new ClientError(400, 'String index out of range: 0');
  return middle;
}

/**
 * `agg[:modifier]*:metric[{tags}[{filters}]]`. Modifiers that aren't known are ignored. Mirrors QueryRpc.parseMTypeSubQuery.
 * @throws ClientError
 */
export function parseMetricParam(text: string): SubQuery {
  if (text === '') throw new ClientError(400, 'The query string was empty');
  const parts = splitParts(text);
  const sub = emptySubQuery();
  sub.aggregator = parts[0];
  const filters: TagValueFilter[] = [];
  sub.metric = parseMetricAndFilters(parts[parts.length - 1], filters);
  sub.filters = filters;
  for (const part of middleParts(parts)) {
    const lower = part.toLowerCase();
    if (applyShared(sub, part, lower)) continue;
    if (lower === 'pre-agg') sub.preAggregate = true;
    else if (lower.startsWith('rollup_')) sub.rollupUsage = parseRollupUsage(part);
    else if (lower.startsWith('explicit_tags')) sub.explicitTags = true;
  }
  return sub;
}

/** `agg[:modifier]*:TSUID[,TSUID...]`. Mirrors QueryRpc.parseTsuidTypeSubQuery. @throws ClientError */
export function parseTsuidParam(text: string): SubQuery {
  if (text === '') throw new ClientError(400, 'The tsuid query string was empty');
  const parts = splitParts(text);
  const sub = emptySubQuery();
  sub.aggregator = parts[0];
  const tsuids = parts[parts.length - 1].split(',');
  while (tsuids.length > 1 && tsuids[tsuids.length - 1] === '') tsuids.pop();
  sub.tsuids = tsuids;
  for (const part of middleParts(parts)) applyShared(sub, part, part.toLowerCase());
  return sub;
}

/**
 * A query out of a query string. Flags count by presence, whatever their value. Mirrors QueryRpc.parseQuery.
 * @param fromExpressions parses `exp` parameters to the sub-queries that they ask for, which come last
 * @throws ClientError
 */
export function parseUriQuery(params: UriParams, fromExpressions: () => readonly SubQuery[] = () => []): Query {
  const start = params.last('start');
  if (!start) throw new ClientError(400, 'Missing parameter <code>start</code>');
  const query = emptyQuery();
  query.start = start;
  query.end = params.last('end');
  query.padding = params.has('padding');
  query.noAnnotations = params.has('no_annotations');
  query.globalAnnotations = params.has('global_annotations');
  query.showTsuids = params.has('show_tsuids');
  query.msResolution = params.has('ms');
  query.showQuery = params.has('show_query');
  query.showStats = params.has('show_stats');
  query.showSummary = params.has('show_summary');
  query.queries = [...params.all('tsuid').map(parseTsuidParam), ...params.all('m').map(parseMetricParam), ...fromExpressions()];
  if (query.queries.length === 0) throw new ClientError(400, 'Missing sub queries');
  return query;
}
