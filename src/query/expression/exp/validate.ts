import { parseDateTimeString, parseDuration } from '../../../util/date-time';
import { ClientError } from '../../../util/errors';
import { findAggregator } from '../../aggregate/registry';
import { checkCount, type ExpressionLimits } from '../limits';
import { parseExpression, type ParsedExpression } from './language';
import type { ExpExpression, ExpFilter, ExpMetric, ExpRequest, ExpTime } from './request';

/** An element that is there, and has its id. */
type Named<T> = T & { readonly id: string };

export interface ValidExpression extends Named<ExpExpression> {
  readonly parsed: ParsedExpression;
}

/** A request that is complete and consistent in itself. */
export interface ValidExp {
  readonly request: ExpRequest;
  readonly time: ExpTime;
  readonly metrics: readonly Named<ExpMetric>[];
  readonly filters: ReadonlyMap<string, Named<ExpFilter>>;
  readonly expressions: readonly ValidExpression[];
}

/** All that is wrong with a request as such is an error of the server in the original. */
function invalid(message: string, cause?: unknown): ClientError {
  return new ClientError(500, message, null, { cause });
}

/** The original trips over a null among its elements. */
function present<T>(items: readonly (T | null)[]): readonly T[] {
  if (items.some((item) => item === null)) throw invalid('An internal null pointer exception was thrown');
  return items.filter((item) => item !== null);
}

/** @throws Error */
function checkId(id: string | null): asserts id is string {
  if (id === null || id === '') throw new Error('missing or empty id');
  const wrong = [...id].find((c) => !/[\p{L}0-9]/u.test(c));
  if (wrong !== undefined) throw new Error(`Invalid id ("${id}"): illegal character: ${wrong}`);
  if (/^[0-9]$/.test(id)) throw new Error('The ID cannot be an integer');
}

/** @throws Error */
function checkAggregator(name: string | null): void {
  if (name !== null && name !== '' && findAggregator(name.toLowerCase()) === undefined) throw new Error('Invalid aggregator');
}

/** Does something that may fail; of its failure only the outer message is shown. */
function orSay(message: string, check: () => void): void {
  try {
    check();
  } catch (e) {
    if (e instanceof ClientError) throw e;
    throw invalid(message, e);
  }
}

function noDuplicates(items: readonly { id: string | null }[], seen: Set<string>, message: string): void {
  for (const { id } of items) {
    if (id === null) continue;
    if (seen.has(id)) throw invalid(`${message}: ${id}`);
    seen.add(id);
  }
}

/** Checks the elements of a list one by one. */
function checkEach<T extends { id: string | null }>(items: readonly T[], what: string, check: (item: T) => void): Named<T>[] {
  return items.map((item, i) => {
    const { id } = item;
    orSay(`Invalid ${what} at index ${i}`, () => {
      checkId(id);
      check(item);
    });
    return { ...item, id: id ?? '' };
  });
}

function checkTime(time: ExpTime, defaultZone: string | null, nowMs: number): void {
  if (!time.start) throw new Error('missing or empty start');
  const zone = time.timezone || defaultZone;
  parseDateTimeString(time.start, zone, nowMs);
  if (time.end) parseDateTimeString(time.end, zone, nowMs);
  if (time.downsampler !== null) {
    const { interval, aggregator } = time.downsampler;
    if (!interval) throw new Error('Missing or empty interval');
    parseDuration(interval);
    if (!aggregator) throw new Error('Missing or empty aggregator');
    checkAggregator(aggregator);
  }
  if (!time.aggregator) throw new Error('Missing or empty aggregator');
  checkAggregator(time.aggregator);
}

/**
 * Checks a request in the original's order. Mirrors net.opentsdb.query.pojo.Query.validate.
 * @param defaultZone for absolute dates without a zone; null: the process's own
 * @throws ClientError 500 in the original's words; 400 beyond a limit and for what expressions may not hold
 */
export function validateExp(request: ExpRequest, limits: ExpressionLimits, defaultZone: string | null, nowMs: number): ValidExp {
  const { time } = request;
  if (time === null) throw invalid('missing time');
  orSay('Invalid time', () => checkTime(time, defaultZone, nowMs));
  if (request.metrics === null || request.metrics.length === 0) throw invalid('missing or empty metrics');
  checkCount(request.metrics.length + (request.expressions?.length ?? 0), limits);

  const variables = new Set<string>();
  const sentMetrics = present(request.metrics);
  noDuplicates(sentMetrics, variables, 'duplicated metric id');
  const metrics = checkEach(sentMetrics, 'metric', ({ metric, aggregator, timeOffset }) => {
    if (!metric) throw new Error('missing or empty metric');
    checkAggregator(aggregator);
    if (timeOffset) parseDateTimeString(timeOffset, null, nowMs);
  });

  const sentFilters = present(request.filters ?? []);
  noDuplicates(sentFilters, new Set(), 'duplicated filter id');
  const filters = new Map(checkEach(sentFilters, 'filter', () => undefined).map((filter) => [filter.id, filter]));

  const sentExpressions = present(request.expressions ?? []);
  noDuplicates(sentExpressions, variables, 'Duplicated variable or expression id');
  const parsed = new Map<string, ParsedExpression>();
  const expressions = checkEach(sentExpressions, 'expression', ({ id, expr }) => {
    if (!expr) throw new Error('missing or empty expr');
    parsed.set(id ?? '', parseExpression(expr, limits));
  });

  checkFilters(metrics, filters, request.filters !== null);
  const valid = expressions.map((expression) => ({ ...expression, parsed: parsed.get(expression.id) ?? parseExpression('', limits) }));
  for (const { parsed: expression } of valid) {
    const unknown = expression.variables.find((name) => !variables.has(name));
    if (unknown !== undefined) throw invalid(`Expression [${expression.source}] was missing input ${unknown}`);
    if (expression.refused !== null) throw expression.refused;
  }
  checkFiltersOf(metrics, filters);
  for (const { join, parsed: expression } of valid) {
    if (join !== null && join.operator === null) throw invalid('The set operator cannot be null');
    if (expression.variables.length === 0) throw invalid("The expression didn't appear to have any variables");
  }
  return { request, time, metrics, filters, expressions: valid };
}

function checkFilters(metrics: readonly Named<ExpMetric>[], filters: ReadonlyMap<string, ExpFilter>, given: boolean): void {
  for (const { id, filter } of metrics) {
    if (given && filter && !filters.has(filter)) throw invalid(`unrecognized filter id ${filter} in metric ${id}`);
  }
}

/** What only shows when the filters are taken: that there are none at all, or that they are not complete. */
function checkFiltersOf(metrics: readonly Named<ExpMetric>[], filters: ReadonlyMap<string, ExpFilter>): void {
  for (const { filter: id } of metrics) {
    if (!id) continue;
    const filter = filters.get(id);
    if (filter === undefined) throw invalid(`No filter defined: ${id}`);
    if (filter.tags === null) throw invalid('An internal null pointer exception was thrown');
    present(filter.tags);
  }
}
