import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Garbage that may gather before the next full collection, of what lives. V8 alone allows three times what lives in a small heap. */
const GROWTH_PERCENT = 120;

/**
 * Until its first full collection V8 lets hundreds of megabytes of garbage gather, however little of the heap lives; after it, a few times
 * what lives. A daemon's heap is small, so one is made at the start; it takes some milliseconds. What follows is kept from growing in the same way.
 */
export function boundHeapGrowth(): void {
  setFlagsFromString(`--heap-growing-percent=${GROWTH_PERCENT}`);
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  setFlagsFromString('--no-expose-gc');
  collect();
}
