import { METRIC_NAMES, type DataSet } from '../dataset';
import type { Random } from '../random';
import type { HttpRequest, Names, Plain, QuestionKind } from './question';
import { keysOf, randomFilters, type FilterSpec } from './sub-query';
import { randomWindow } from './times';

type Fill = { policy: string; value?: number };

export type ExpSpec = {
  start: string;
  end: string;
  aggregator: string;
  rate?: true;
  downsampler?: { interval: string; aggregator: string };
  filters?: { tags: FilterSpec[]; explicitTags?: true };
  metrics: { id: string; metric: string; aggregator?: string; filtered?: true; fill?: Fill }[];
  expressions: { id: string; expr: string; join?: { operator: string; useQueryTags?: boolean; includeAggTags?: boolean }; fill?: Fill }[];
  outputs?: { id: string; alias?: string }[];
};

const LITERALS = ['2', '7', '0', '0.1', '1.5', '100', '2.5d', '0.0d', '3.14159265358979', '-1'];
const BINARY = ['+', '-', '*', '/', '%', '+', '-', '*', '/', 'div', 'mod'];
const COMPARING = ['>', '<', '>=', '<=', '==', '!=', 'gt', 'lt', 'ge', 'le', 'eq', 'ne'];

function arithmetic(random: Random, names: readonly string[], depth: number): string {
  const inner = (): string => arithmetic(random, names, depth - 1);
  if (depth === 0) return random.chance(0.7) ? random.pick(names) : random.pick(LITERALS);
  const condition = (): string => `${inner()} ${random.pick(COMPARING)} ${inner()}`;
  return random.oneOf(
    [6, () => `${inner()} ${random.pick(BINARY)} ${inner()}`],
    [3, () => `(${inner()} ${random.pick(BINARY)} ${inner()})`],
    [1, () => `-${random.pick(names)}`],
    [1, () => condition()],
    [1, () => `(${condition()} ${random.pick(['&&', '||', 'and', 'or'])} ${condition()})`],
    [1, () => `(${condition()} ? ${inner()} : ${inner()})`],
    [1, () => `${random.pick(names)} * (${condition()})`],
    [1, () => `!(${condition()})`],
    [1, () => `(${random.pick(names)} ?: ${inner()})`],
  );
}

function expression(random: Random, names: readonly string[]): string {
  const expr = arithmetic(random, names, random.int(1, 3));
  // Without a variable there is no expression.
  return names.some((name) => new RegExp(`\\b${name}\\b`).test(expr)) ? expr : `${random.pick(names)} + ${expr}`;
}

const fill = (random: Random): Fill =>
  random.pick<Fill>([
    { policy: 'nan' },
    { policy: 'zero' },
    { policy: 'none' },
    { policy: 'null' },
    { policy: 'scalar', value: random.int(-5, 9) },
  ]);

function random(random: Random, data: DataSet): ExpSpec {
  const metric = random.pick(METRIC_NAMES);
  const spec: ExpSpec = {
    ...randomWindow(random, data, metric),
    aggregator: random.pick(['sum', 'avg', 'max', 'min', 'count', 'zimsum', 'dev']),
    metrics: [],
    expressions: [],
  };
  if (random.chance(0.1)) spec.rate = true;
  if (random.chance(0.7))
    spec.downsampler = {
      interval: random.pick(metric === 'days' ? ['6h', '1d', '7d'] : ['10s', '1m', '5m', '1h', '1d']),
      aggregator: random.pick(['avg', 'sum', 'max', 'count', 'last']),
    };
  if (random.chance(0.7)) {
    spec.filters = { tags: randomFilters(random, keysOf(data, metric), 2) };
    if (random.chance(0.1)) spec.filters.explicitTags = true;
  }
  for (const id of ['a', 'b', 'c'].slice(0, random.int(1, 3))) {
    const of = random.chance(0.5) ? metric : random.pick(METRIC_NAMES);
    spec.metrics.push({
      id,
      metric: of,
      ...(random.chance(0.2) ? { aggregator: random.pick(['max', 'sum', 'none', 'p90']) } : {}),
      ...(spec.filters !== undefined && random.chance(0.85) ? { filtered: true as const } : {}),
      ...(random.chance(0.6) ? { fill: fill(random) } : {}),
    });
  }
  const ids = spec.metrics.map(({ id }) => id);
  for (const id of ['e', 'f'].slice(0, random.int(1, 2))) {
    const names = id === 'f' && random.chance(0.3) ? [...ids, 'e'] : ids;
    const operator = random.pick(['union', 'union', 'intersection']);
    spec.expressions.push({
      id,
      expr: expression(random, names),
      ...(random.chance(0.5)
        ? {
            join: {
              operator,
              ...(random.chance(0.4) ? { useQueryTags: true } : {}),
              ...(random.chance(0.4) ? { includeAggTags: false } : {}),
            },
          }
        : {}),
      ...(random.chance(0.2) ? { fill: fill(random) } : {}),
    });
  }
  if (random.chance(0.4)) {
    const all = random.some([...ids, 'e', 'f']);
    spec.outputs = all.map((id) => ({ id, ...(random.chance(0.4) ? { alias: `alias of ${id}` } : {}) }));
  }
  return spec;
}

function request(spec: ExpSpec, names: Names): HttpRequest {
  const { start, end, aggregator, rate, downsampler, filters, metrics, expressions, outputs } = spec;
  if (metrics.length === 0) throw new Error('nothing is asked');
  const body: Plain = {
    time: { start, end, aggregator, rate, downsampler },
    filters: filters === undefined ? undefined : [{ id: 'f1', ...filters }],
    metrics: metrics.map(({ metric, filtered, fill: fillPolicy, ...rest }) => ({
      ...rest,
      metric: names.metric(metric),
      filter: filtered && filters !== undefined ? 'f1' : undefined,
      fillPolicy,
    })),
    expressions: expressions.map(({ fill: fillPolicy, ...rest }) => ({ ...rest, fillPolicy })),
    outputs,
  };
  return { method: 'POST', path: '/api/query/exp', body };
}

/** `/api/query/exp`. */
export const exp: QuestionKind<ExpSpec> = {
  name: 'exp',
  unordered: 'none',
  random,
  request,
  metrics: ({ metrics }) => metrics.map(({ metric }) => metric),
};
