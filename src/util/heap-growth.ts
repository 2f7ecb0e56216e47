import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Garbage that may gather before the next full collection, of what lives. V8 alone allows three times what lives in a small heap. */
const GROWTH_PERCENT = 120;
/** When the first one is made: not while clients wait for the start, and before much can gather. */
const FIRST_MS = 1000;
/** At most so often is a collection asked for: it stops everything for some tens of milliseconds. */
const COLLECT_EVERY_MS = 10_000;

/** What so many bytes leave behind should not stay until there is something to do again. */
const WORTH_COLLECTING = 4 << 20;
/** So many bytes of smaller requests have to have passed before quiet is waited for, and so few are quiet. */
const WORTH_WAITING = 16 << 20;
const QUIET_BYTES = 4 << 20;

let collect: (() => void) | null = null;
let timer: NodeJS.Timeout | null = null;

/**
 * Until its first full collection V8 lets hundreds of megabytes of garbage gather, however little of the heap lives; after it, a few times
 * what lives. A daemon's heap is small, so one is made a second after the start; it takes some milliseconds. What follows is kept from growing in
 * the same way.
 */
export function boundHeapGrowth(): void {
  setFlagsFromString(`--heap-growing-percent=${GROWTH_PERCENT}`);
  setFlagsFromString('--expose-gc');
  collect = runInNewContext('gc') as () => void;
  setFlagsFromString('--no-expose-gc');
  setTimeout(collect, FIRST_MS).unref();
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

/** Bytes of small requests that are over, since the last collection in a quiet time. */
let passed = 0;
let quiet: NodeJS.Timeout | null = null;

/**
 * Has the garbage collected that is left of a request: of a large one in some seconds. Many small ones leave as much, and when no more come nothing
 * has it collected. As long as they come V8 does that by itself, so it is asked for only when some seconds have passed with next to none.
 * @param bytes that it held
 */
export function collectAfter(bytes: number): void {
  if (bytes >= WORTH_COLLECTING) return collectSoon();
  passed += bytes;
  if (collect !== null && quiet === null && passed >= WORTH_WAITING) waitForQuiet();
}

function waitForQuiet(): void {
  const before = passed;
  quiet = setTimeout(() => {
    quiet = null;
    if (passed - before >= QUIET_BYTES) return waitForQuiet();
    passed = 0;
    collect?.();
  }, COLLECT_EVERY_MS);
  quiet.unref();
}
