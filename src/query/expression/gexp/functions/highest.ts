import { ClientError } from '../../../../util/errors';
import { OutputBuilder } from '../../../merge/output';
import { UnionMerge } from '../../../merge/union-merge';
import { since, type Series } from '../../../series/series';
import type { Aggregator } from '../../../specification';
import { collect, eachOf, type GexpFunction, type GexpSeries, type QueryWindow } from '../series';
import { parseCount } from './count-parameter';

/**
 * One number for each of the series, by which they are ranked: what a slot came to over all times. At each time at which one of
 * the series has a point, the values of those that are between their first and last points fill the slots from the first on, without
 * gaps, and the others are 0. So ranks are right where all series cover the same times, as they are in the original.
 */
export interface Slots extends Aggregator {
  /** Called when all times have been merged. */
  ranks(): Float64Array;
}

/** The number of series to keep. @throws ClientError 400 in the original's words, a wrong one among them */
function parseTopN(text: string | undefined): number {
  if (text === undefined) throw new ClientError(400, 'Need aggregation window for moving average');
  const count = parseCount(text);
  if (count === null) throw new ClientError(400, `Unparseable top n value: ${text}`);
  if (count === 0) throw new ClientError(400, `Top n value must be greater than zero: ${count}`);
  return count;
}

/** As Double.compare has it: NaN above all, and -0 below 0. */
function compareDoubles(a: number, b: number): number {
  if (a === b) return Number(Object.is(b, -0)) - Number(Object.is(a, -0));
  if (a !== a) return b !== b ? 0 : 1;
  return b !== b || a < b ? -1 : 1;
}

/** Positions of the series, the highest rank first; equals in their order. Without a point in the window all are equal. */
function* rank(all: readonly Series[], slots: Slots, { startMs, endMs }: QueryWindow): Generator<null, number[]> {
  const inWindow = all.map((points) => since(points, startMs));
  const merge = new UnionMerge(inWindow, slots, false, startMs, endMs, new OutputBuilder(0));
  while (merge.step()) yield null;
  const ranks = slots.ranks();
  return all.map((_, i) => i).sort((a, b) => compareDoubles(ranks[b], ranks[a]));
}

/** A function that keeps the `n` series of the highest ranks, whole; those without any point are left out. */
export function highest(newSlots: (series: number) => Slots): GexpFunction {
  return (parameters) => {
    const count = parseTopN(parameters.at(0));
    return function* (inputs, scope) {
      const all: GexpSeries[] = [];
      const points: Series[] = [];
      for (const series of yield* collect(eachOf(inputs))) {
        const found = yield* series.points();
        // Without any point, not even beside the window, it is not there.
        if (found.size === 0) continue;
        scope.hold(found.size);
        all.push(series);
        points.push(found);
      }
      if (all.length === 0) return;
      const order = yield* rank(points, newSlots(all.length), scope);
      for (const i of order.slice(0, count)) yield fixed(all[i], points[i]);
    };
  };
}

/** The series with the numbers that it has been ranked by. */
function fixed(series: GexpSeries, points: Series): GexpSeries {
  return {
    ...series,
    *points() {
      return points;
    },
  };
}
