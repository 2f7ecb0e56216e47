import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { parseGraph, printGraph } from './state/fragment';
import { EMPTY_GRAPH, hasQuestion, type GraphState } from './state/graph-state';

export const PAGES = ['graph', 'stats', 'logs', 'cluster', 'version'] as const;
export type Page = (typeof PAGES)[number];

interface Place {
  readonly page: Page;
  readonly graph: GraphState;
  readonly problems: readonly string[];
}

/** What the address says. A fragment that is one word names a page; all others are graphs, as in the original. */
function readPlace(fragment: string, before: GraphState): Place {
  const text = fragment.replace(/^#/, '');
  const page = PAGES.find((name) => name === text);
  if (page !== undefined) return { page, graph: page === 'graph' ? EMPTY_GRAPH : before, problems: [] };
  return { page: 'graph', ...parseGraph(text) };
}

const printPlace = ({ page, graph }: Place): string => (page === 'graph' ? printGraph(graph) : page);

export interface Address extends Place {
  change(part: Partial<GraphState>): void;
  open(page: Page): void;
}

/** Keeps page and address the same: every change is a step of the browser's history, and going back in it shows what was there. */
export function useAddress(): Address {
  const [place, setPlace] = useState(() => readPlace(location.hash, EMPTY_GRAPH));
  const current = useRef(place);
  current.current = place;

  const go = useCallback((next: Place) => {
    const before = printPlace(current.current);
    current.current = next;
    setPlace(next);
    const text = printPlace(next);
    if (text === before) return;
    history.pushState(null, '', `#${text}`);
  }, []);

  useEffect(() => {
    const listen = (): void => {
      if (currentFragment() === printPlace(current.current)) return;
      setPlace(readPlace(location.hash, current.current.graph));
    };
    addEventListener('hashchange', listen);
    addEventListener('popstate', listen);
    return () => {
      removeEventListener('hashchange', listen);
      removeEventListener('popstate', listen);
    };
  }, []);

  useEffect(() => {
    const { page, graph } = place;
    const names = graph.metrics.map(({ metric }) => metric).filter((name) => name !== '');
    const what = page !== 'graph' ? page : graph.title || (hasQuestion(graph) ? names.join(', ') : '');
    document.title = what === '' ? 'OpenTSDB' : `${what} · OpenTSDB`;
  }, [place]);

  return {
    ...place,
    change: useCallback((part) => go({ page: 'graph', graph: { ...current.current.graph, ...part }, problems: [] }), [go]),
    open: useCallback((page) => go({ ...current.current, page }), [go]),
  };
}

const currentFragment = (): string => location.hash.slice(1);
