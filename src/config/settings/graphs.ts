import { availableParallelism } from 'node:os';
import type { Config } from '../types';
import { intOf, optionalText, textOf } from './read';

/** Answers that are kept on disk. */
export interface GraphCacheSettings {
  /** `tsd.http.cachedir`. */
  readonly directory: string;
  /** Most bytes of all files; 0: none are kept. */
  readonly bytes: number;
  /** Milliseconds after which a file is removed. */
  readonly ageMs: number;
  /** Processes that keep answers in the directory, each as many as the others. */
  readonly writers: number;
}

/** What the configuration says about `/q`. */
export interface GraphSettings {
  readonly drawing: { readonly threads: number; readonly waiting: number; readonly timeoutMs: number; readonly idleMs: number };
  readonly cache: GraphCacheSettings;
  /** Most series of a picture. */
  readonly maxSeries: number;
  /** `tsd.gnuplot.options.allowlist`: what `o` may say; null: nobody has said. */
  readonly rightAxisOptions: readonly string[] | null;
}

/** As many as the machine computes at once, but no more: each takes its own memory. */
const MOST_THREADS = 4;
const TIMEOUT_MS = 30_000;
/** A thread keeps what it has needed for its largest picture. */
const IDLE_MS = 10_000;

/** @throws NumberFormatError */
export function readGraphSettings(config: Config): GraphSettings {
  const threads = intOf(config, 'tsd.http.graph.threads');
  return {
    drawing: {
      threads: threads > 0 ? threads : Math.min(availableParallelism(), MOST_THREADS),
      waiting: intOf(config, 'tsd.http.graph.queue'),
      timeoutMs: TIMEOUT_MS,
      idleMs: IDLE_MS,
    },
    cache: {
      directory: textOf(config, 'tsd.http.cachedir'),
      bytes: intOf(config, 'tsd.http.graph.cache.bytes'),
      ageMs: intOf(config, 'tsd.http.graph.cache.age') * 1000,
      writers: 1,
    },
    maxSeries: intOf(config, 'tsd.http.graph.max_series'),
    rightAxisOptions: allowList(optionalText(config, 'tsd.gnuplot.options.allowlist')),
  };
}

/** Separated by `;`, percent-decoded, trimmed. What cannot be decoded stays as it is. */
function allowList(text: string | null): string[] | null {
  if (text === null) return null;
  return text.split(';').map((option) => {
    try {
      return decodeURIComponent(option.replaceAll('+', ' ')).trim();
    } catch {
      return option.trim();
    }
  });
}
