import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * Until its first full collection V8 lets hundreds of megabytes of garbage gather, however little of the heap lives; after it, a few times
 * what lives. A daemon's heap is small, so one is made at the start; it takes some milliseconds.
 */
export function boundHeapGrowth(): void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  setFlagsFromString('--no-expose-gc');
  collect();
}
