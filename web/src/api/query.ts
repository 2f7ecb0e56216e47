import type { GraphState } from '../state/graph-state';
import { isAsked } from '../state/metric-query';
import { printPairs } from '../state/fragment';
import { getJson, postJson } from './http';
import { formulaJson, pageQueryJson, subQueryJson } from './request-json';
import { readAnswer, readFormulaAnswer, type Annotation, type Series } from './series';

export interface Answer {
  readonly series: readonly Series[];
  readonly annotations: readonly Annotation[];
  readonly points: number;
  /** From asking to having it all. */
  readonly tookMs: number;
  /** When it was asked. */
  readonly at: number;
}

/** Asks for all that a graph shows: the metrics in one query, each function and each formula in one of its own, at the same time. */
export async function ask(graph: GraphState, signal: AbortSignal): Promise<Answer> {
  const at = Date.now();
  const begun = performance.now();
  const parts = await Promise.all([
    askMetrics(graph, signal),
    ...graph.functions.filter((text) => text !== '').map((text) => askFunction(graph, text, signal)),
    ...graph.formulas.filter((text) => text !== '').map((text) => askFormula(graph, text, signal)),
  ]);
  const series = unique(parts.flatMap((part) => part.series));
  return {
    series,
    annotations: parts.flatMap((part) => part.annotations),
    points: series.reduce((sum, { times }) => sum + times.length, 0),
    tookMs: performance.now() - begun,
    at,
  };
}

interface Part {
  series: Series[];
  annotations: Annotation[];
}

async function askMetrics(graph: GraphState, signal: AbortSignal): Promise<Part> {
  const asked = graph.metrics.flatMap((metric, tab) => (isAsked(metric) ? [{ tab, text: JSON.stringify(subQueryJson(metric)) }] : []));
  if (asked.length === 0) return { series: [], annotations: [] };
  // Equal sub queries become one, and the rest are numbered anew.
  const tabs = asked.filter(({ text }, i) => asked.findIndex((other) => other.text === text) === i).map(({ tab }) => tab);
  // Series ids go before metrics only in addresses; in a body all keep their places.
  return readAnswer(await postJson('api/query?arrays', pageQueryJson(graph), signal), (index) => tabs[index] ?? null);
}

async function askFunction(graph: GraphState, text: string, signal: AbortSignal): Promise<Part> {
  const pairs: (readonly [string, string])[] = [
    ['start', graph.start],
    ['exp', text],
    ['arrays', ''],
    ['ms', ''],
  ];
  if (graph.end !== '') pairs.push(['end', graph.end]);
  const { series } = readAnswer(await getJson(`api/query/gexp?${printPairs(pairs)}`, signal), () => null);
  return { series, annotations: [] };
}

async function askFormula(graph: GraphState, formula: string, signal: AbortSignal): Promise<Part> {
  return { series: readFormulaAnswer(await postJson('api/query/exp', formulaJson(graph, formula), signal), formula), annotations: [] };
}

/** Two series may have one name, such as those of `none`; each keeps an id of its own. */
function unique(series: readonly Series[]): Series[] {
  const seen = new Map<string, number>();
  return series.map((one) => {
    const count = (seen.get(one.id) ?? 0) + 1;
    seen.set(one.id, count);
    return count === 1 ? one : { ...one, id: `${one.id} ${count}` };
  });
}
