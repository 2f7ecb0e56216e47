import type { TimeSlice } from './time-slice';

/** Elements that are sorted or merged between two looks at the clock. */
const RUN = 4096;

/**
 * Sorts a list, equal elements staying in their order, with others having their turn meanwhile. A short list, or one that is in order already,
 * stays the same list.
 */
export async function sortInSlices<T>(items: T[], compare: (a: T, b: T) => number, slice: TimeSlice): Promise<T[]> {
  const steps = sortSteps(items, compare);
  let step = steps.next();
  for (; !step.done; step = steps.next()) if (slice.isOver()) await slice.next();
  return step.value;
}

/** `sortInSlices` in steps of a moment each, between which others may have their turn. */
export function* sortSteps<T>(items: T[], compare: (a: T, b: T) => number): Generator<null, T[]> {
  if (items.length <= RUN) return items.sort(compare);
  if (yield* isSorted(items, compare)) return items;
  let from = items;
  for (let at = 0; at < items.length; at += RUN) {
    const run = items.slice(at, at + RUN).sort(compare);
    for (let i = 0; i < run.length; i++) items[at + i] = run[i];
    yield null;
  }
  let to = new Array<T>(items.length);
  for (let width = RUN; width < items.length; width *= 2) {
    for (let at = 0; at < items.length; at += 2 * width) yield* mergeRuns(from, to, at, width, compare);
    [from, to] = [to, from];
  }
  return from;
}

function* isSorted<T>(items: readonly T[], compare: (a: T, b: T) => number): Generator<null, boolean> {
  for (let i = 1; i < items.length; i++) {
    if (compare(items[i - 1], items[i]) > 0) return false;
    if (i % RUN === 0) yield null;
  }
  return true;
}

/** Merges two runs that lie side by side. @param at of the first one @param width of a run; the last one may be shorter */
function* mergeRuns<T>(from: readonly T[], to: T[], at: number, width: number, compare: (a: T, b: T) => number): Generator<null, void> {
  const middle = Math.min(at + width, from.length);
  const end = Math.min(at + 2 * width, from.length);
  for (let a = at, b = middle, i = at; i < end; i++) {
    to[i] = b >= end || (a < middle && compare(from[a], from[b]) <= 0) ? from[a++] : from[b++];
    if (i % RUN === 0) yield null;
  }
}
