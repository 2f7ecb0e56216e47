import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Of the live heap: how much garbage may gather before the next full collection. V8 alone allows up to four times the live heap. */
const GROWTH_PERCENT = 60;

/**
 * Makes V8 collect as a daemon's host wants it: often, since what lives is small. Until its first full collection V8 lets hundreds of
 * megabytes gather whatever lives, so one is made now; it takes some milliseconds.
 */
export function boundHeapGrowth(): void {
  setFlagsFromString(`--heap-growing-percent=${GROWTH_PERCENT}`);
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  setFlagsFromString('--no-expose-gc');
  collect();
}
