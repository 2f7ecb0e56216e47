import { useEffect, useRef, useState } from 'preact/hooks';
import { isAbort } from '../api/http';

export interface Loaded<T> {
  /** The last that came; null: nothing yet. */
  readonly value: T | null;
  readonly error: unknown;
  readonly loading: boolean;
  reload(): void;
}

/** Loads when the component appears, when it is told to, and, with a period, again and again while the page is visible. */
export function useLoaded<T>(load: (signal: AbortSignal) => Promise<T>, periodMs?: number): Loaded<T> {
  const [state, setState] = useState<{ value: T | null; error: unknown; loading: boolean }>({ value: null, error: null, loading: true });
  const [turn, setTurn] = useState(0);
  const loader = useRef(load);
  loader.current = load;
  useEffect(() => {
    const aborter = new AbortController();
    let timer = 0;
    const run = async (): Promise<void> => {
      try {
        const value = await loader.current(aborter.signal);
        setState({ value, error: null, loading: false });
      } catch (error) {
        if (isAbort(error)) return;
        setState(({ value }) => ({ value, error, loading: false }));
      }
      if (periodMs !== undefined && !aborter.signal.aborted) timer = window.setTimeout(() => void again(), periodMs);
    };
    const again = (): Promise<void> =>
      document.hidden
        ? new Promise<void>((go) => document.addEventListener('visibilitychange', () => go(), { once: true })).then(run)
        : run();
    void run();
    return () => {
      aborter.abort();
      clearTimeout(timer);
    };
  }, [turn, periodMs]);
  return { ...state, reload: () => setTurn((n) => n + 1) };
}

/** Calls a function at every key that is pressed anywhere in the page. */
export function useKeys(onKey: (event: KeyboardEvent) => void): void {
  const handler = useRef(onKey);
  handler.current = onKey;
  useEffect(() => {
    const listen = (event: KeyboardEvent): void => handler.current(event);
    document.addEventListener('keydown', listen);
    return () => document.removeEventListener('keydown', listen);
  }, []);
}

/** Whether keys go to a field in which they are text. */
export const isTyping = ({ target }: Event): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || /^(?:INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
