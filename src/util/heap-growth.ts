import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Garbage that may gather before the next full collection, of what lives. V8 alone allows three times what lives in a small heap. */
const GROWTH_PERCENT = 120;
/** When the first one is made: not while clients wait for the start, and before much can gather. */
const FIRST_MS = 1000;
/** At most so often is a collection asked for: it stops everything for some tens of milliseconds. */
const COLLECT_EVERY_MS = 10_000;
/** And so often, when there is very much to collect. It is asked for a moment later: what has ended is still referred to. */
const COLLECT_MUCH_EVERY_MS = 1000;
const COLLECT_NEXT_MS = 20;
/** V8 gives pages that a collection has emptied back to the system with the one after it: worth while for so many bytes. */
const WORTH_GIVING_BACK = 32 << 20;
const GIVE_BACK_MS = 2000;

/** What so many bytes leave behind should not stay until there is something to do again. */
const WORTH_COLLECTING = 4 << 20;
/** So many bytes of smaller requests have to have passed before quiet is waited for, and so few are quiet. */
const WORTH_WAITING = 16 << 20;
const QUIET_BYTES = 4 << 20;

let fullCollection: (() => void) | null = null;
let timer: NodeJS.Timeout | null = null;
let next: Promise<void> | null = null;
let givingBack: NodeJS.Timeout | null = null;
let lastCollected = -Infinity;

/**
 * Until its first full collection V8 lets hundreds of megabytes of garbage gather, however little of the heap lives; after it, a few times
 * what lives. A daemon's heap is small, so one is made a second after the start; it takes some milliseconds. What follows is kept from growing in
 * the same way.
 */
export function boundHeapGrowth(): void {
  setFlagsFromString(`--heap-growing-percent=${GROWTH_PERCENT}`);
  setFlagsFromString('--expose-gc');
  fullCollection = runInNewContext('gc') as () => void;
  setFlagsFromString('--no-expose-gc');
  setTimeout(collect, FIRST_MS).unref();
}

function collect(): void {
  if (fullCollection === null) return;
  fullCollection();
  lastCollected = performance.now();
  if (givingBack !== null || !holdsEmptyPages()) return;
  givingBack = setTimeout(() => {
    givingBack = null;
    if (holdsEmptyPages()) fullCollection?.();
  }, GIVE_BACK_MS).unref();
}

function holdsEmptyPages(): boolean {
  const { total_physical_size, used_heap_size } = getHeapStatistics();
  return total_physical_size - used_heap_size >= WORTH_GIVING_BACK;
}

/**
 * Has the garbage collected in some seconds, for when there is much outside of V8's heap: a daemon that has little to do would otherwise
 * hold it for hours. Without effect where the heap's growth is not bound, as in a tool.
 */
export function collectSoon(): void {
  if (fullCollection === null || timer !== null) return;
  timer = setTimeout(() => {
    timer = null;
    collect();
  }, COLLECT_EVERY_MS);
  timer.unref();
}

/**
 * Has the garbage collected before as much again can gather, for when a large part of the heap has just become garbage: V8 would let it
 * grow to twice what lived a moment ago.
 * @returns resolves when it is collected, within little more than a second; null: nobody collects, as in a tool
 */
export function collectNext(): Promise<void> | null {
  if (fullCollection === null) return null;
  const waitMs = Math.max(COLLECT_NEXT_MS, lastCollected + COLLECT_MUCH_EVERY_MS - performance.now());
  next ??= new Promise((resolve) => {
    setTimeout(() => {
      next = null;
      collect();
      resolve();
    }, waitMs).unref();
  });
  return next;
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
  if (fullCollection !== null && quiet === null && passed >= WORTH_WAITING) waitForQuiet();
}

function waitForQuiet(): void {
  const before = passed;
  quiet = setTimeout(() => {
    quiet = null;
    if (passed - before >= QUIET_BYTES) return waitForQuiet();
    passed = 0;
    collect();
  }, COLLECT_EVERY_MS);
  quiet.unref();
}
