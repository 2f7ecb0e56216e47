import { letterOf, type GraphState } from '../state/graph-state';
import { downsampleText, isAsked, type MetricQuery } from '../state/metric-query';
import { isWhole } from '../state/metric-text';

type Json = Record<string, unknown>;

/** A sub query as `/api/query` takes it. Only what differs from the API's defaults is said. */
export function subQueryJson(query: MetricQuery): Json {
  const { rate, downsample } = query;
  return {
    aggregator: query.aggregator,
    ...(query.tsuids.length > 0 ? { tsuids: query.tsuids } : { metric: query.metric }),
    ...(query.filters.some(isWhole)
      ? { filters: query.filters.filter(isWhole).map(({ type, tagk, filter, groupBy }) => ({ type, tagk, filter, groupBy })) }
      : {}),
    ...(downsample ? { downsample: downsampleText(downsample) } : {}),
    ...(rate ? { rate: true } : {}),
    ...(rate && (rate.counter || rate.dropResets)
      ? {
          rateOptions: {
            counter: true,
            ...(rate.max === '' ? {} : { counterMax: wholeNumber(rate.max) }),
            ...(rate.reset === '' ? {} : { resetValue: wholeNumber(rate.reset) }),
            ...(rate.dropResets ? { dropResets: true } : {}),
          },
        }
      : {}),
    ...(query.explicitTags ? { explicitTags: true } : {}),
    ...(query.preAggregate ? { preAggregate: true } : {}),
    ...(query.rollupUsage ? { rollupUsage: query.rollupUsage } : {}),
    ...(query.percentiles.length > 0 ? { percentiles: query.percentiles } : {}),
    ...(query.histogramBuckets ? { showHistogramBuckets: true } : {}),
  };
}

/** As typed when a double does not hold it: the TSD reads numbers in texts, and says what is wrong with them. */
const wholeNumber = (text: string): number | string => (Number.isSafeInteger(Number(text)) ? Number(text) : text);

const timesJson = ({ start, end, tz }: GraphState): Json => ({
  start,
  ...(end === '' ? {} : { end }),
  ...(tz === '' ? {} : { timezone: tz }),
});

/** The body for `/api/query` that people copy: what the graph asks, without what only the page needs. */
export const queryJson = (graph: GraphState): Json => ({
  ...timesJson(graph),
  ...(graph.noAnnotations ? { noAnnotations: true } : {}),
  ...(graph.globalAnnotations ? { globalAnnotations: true } : {}),
  queries: graph.metrics.filter(isAsked).map(subQueryJson),
});

/** And the one that the page sends: milliseconds, and which series belongs to which tab. */
export const pageQueryJson = (graph: GraphState): Json => ({ ...queryJson(graph), msResolution: true, showTSUIDs: true, showQuery: true });

/** Letters of metric tabs that a formula names. */
export const lettersIn = (formula: string): string[] => [...new Set(formula.match(/\b[a-z]{1,2}\b/g) ?? [])];

/**
 * The body for `/api/query/exp` of one formula over the metric tabs that it names. Counters, percentiles and rollups of a tab have no
 * place there. The id of a metric is its letter and a `q`: some letters are words of the language.
 */
export function formulaJson(graph: GraphState, formula: string): Json {
  const letters = graph.metrics.map((_metric, i) => letterOf(i));
  const named = lettersIn(formula).filter((letter) => letters.includes(letter) && isAsked(graph.metrics[letters.indexOf(letter)]));
  const metrics = named.map((letter) => graph.metrics[letters.indexOf(letter)]);
  const first = metrics[0];
  const down = first?.downsample;
  return {
    time: {
      ...timesJson(graph),
      aggregator: first?.aggregator ?? 'sum',
      ...(first?.rate ? { rate: true } : {}),
      ...(down ? { downsampler: { interval: down.interval, aggregator: down.aggregator, ...fillJson(down.fill) } } : {}),
    },
    filters: named.map((letter, i) => ({
      id: `f${letter}`,
      tags: metrics[i].filters.filter(isWhole).map(({ type, tagk, filter, groupBy }) => ({ type, tagk, filter, groupBy })),
      ...(metrics[i].explicitTags ? { explicitTags: true } : {}),
    })),
    metrics: named.map((letter, i) => ({
      id: idOf(letter),
      metric: metrics[i].metric,
      filter: `f${letter}`,
      aggregator: metrics[i].aggregator,
      fillPolicy: { policy: 'nan' },
    })),
    expressions: [{ id: 'formula', expr: formula.replace(/\b[a-z]{1,2}\b/g, (word) => (named.includes(word) ? idOf(word) : word)) }],
    outputs: [{ id: 'formula' }],
  };
}

const idOf = (letter: string): string => `${letter}q`;
const fillJson = (fill: string): Json => (fill === 'none' ? {} : { fillPolicy: { policy: fill } });
