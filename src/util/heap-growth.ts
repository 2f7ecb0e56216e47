import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Garbage that may gather before the next full collection, of what lives. V8 alone allows three times what lives in a small heap. */
const GROWTH_PERCENT = 120;
/** At most so often is a collection asked for: it stops everything for some tens of milliseconds. */
const COLLECT_EVERY_MS = 10_000;

let collect: (() => void) | null = null;
let timer: NodeJS.Timeout | null = null;

/**
 * Until its first full collection V8 lets hundreds of megabytes of garbage gather, however little of the heap lives; after it, a few times
 * what lives. A daemon's heap is small, so one is made at the start; it takes some milliseconds. What follows is kept from growing in the same way.
 */
export function boundHeapGrowth(): void {
  setFlagsFromString(`--heap-growing-percent=${GROWTH_PERCENT}`);
  setFlagsFromString('--expose-gc');
  collect = runInNewContext('gc') as () => void;
  setFlagsFromString('--no-expose-gc');
  collect();
}

/**
 * Has the garbage collected in some seconds, for when there is much outside of V8's heap: a daemon that has little to do would otherwise
 * hold it for hours. Without effect where the heap's growth is not bound, as in a tool.
 */
export function collectSoon(): void {
  if (collect === null || timer !== null) return;
  timer = setTimeout(() => {
    timer = null;
    collect?.();
  }, COLLECT_EVERY_MS);
  timer.unref();
}
