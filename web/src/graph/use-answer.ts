import { useEffect, useRef, useState } from 'preact/hooks';
import { isAbort } from '../api/http';
import { ask, type Answer } from '../api/query';
import { formulaJson, pageQueryJson } from '../api/request-json';
import { hasQuestion, type GraphState } from '../state/graph-state';

export interface Asked {
  /** The last answer that came; it stays while the next one is under way. */
  readonly answer: Answer | null;
  readonly error: unknown;
  readonly loading: boolean;
  reload(): void;
}

/** What of a graph changes its points: all else is drawn anew without asking. */
const questionOf = (graph: GraphState): string =>
  JSON.stringify([pageQueryJson(graph), graph.functions, graph.formulas.map((formula) => formulaJson(graph, formula))]);

/**
 * Asks whenever the question changes, and again as often as the graph says. One request is under way at most: a newer question ends the
 * one before it, and with its connection the TSD's work on it.
 */
export function useAnswer(graph: GraphState): Asked {
  const [state, setState] = useState<{ answer: Answer | null; error: unknown; loading: boolean }>({
    answer: null,
    error: null,
    loading: false,
  });
  const [turn, setTurn] = useState(0);
  const latest = useRef(graph);
  latest.current = graph;
  const question = questionOf(graph);

  useEffect(() => {
    if (!hasQuestion(latest.current)) {
      setState({ answer: null, error: null, loading: false });
      return;
    }
    const aborter = new AbortController();
    setState((before) => ({ ...before, loading: true }));
    ask(latest.current, aborter.signal).then(
      (answer) => setState({ answer, error: null, loading: false }),
      (error: unknown) => {
        aborter.abort(); // the other parts of the question
        if (!isAbort(error)) setState((before) => ({ ...before, error, loading: false }));
      },
    );
    return () => aborter.abort();
  }, [question, turn]);

  const { autoreload } = graph;
  useEffect(() => {
    // counted from the answer: a slow one is not asked for again before it is there
    if (autoreload === null || state.loading) return;
    const timer = setTimeout(() => setTurn((n) => n + 1), autoreload * 1000);
    return () => clearTimeout(timer);
  }, [autoreload, state]);

  return { ...state, reload: () => setTurn((n) => n + 1) };
}
