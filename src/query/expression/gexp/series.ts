import type { QueryGroup } from '../../output';
import type { Series } from '../../series';
import type { Hold } from '../series';

/** A series of an answer of `/api/query/gexp`: an output object of `/api/query`, except that its numbers come when asked for. */
export type GexpSeries = QueryGroup;

/** What a call gives, one series after the other. Null: others may have a turn here. */
export type GexpStream = Generator<GexpSeries | null>;

/** The query window in milliseconds, both ends inclusive. */
export interface QueryWindow {
  readonly startMs: number;
  readonly endMs: number;
}

/** What calls are evaluated in. */
export interface GexpScope extends QueryWindow {
  readonly hold: Hold;
}

/**
 * What a call does.
 * @param inputs what each of its metrics and calls gives, at least one
 * @throws ClientError 400 while it is iterated
 */
export type GexpOperation = (inputs: readonly GexpStream[], scope: GexpScope) => GexpStream;

/**
 * A function of `/api/query/gexp`.
 * @param parameters its plain words
 * @param inputs the number of its metrics and calls, at least one
 * @throws ClientError 400 for parameters that it can't work with
 */
export type GexpFunction = (parameters: readonly string[], inputs: number) => GexpOperation;

/** The series of all inputs, input by input. */
export function* eachOf(inputs: readonly GexpStream[]): GexpStream {
  for (const input of inputs) yield* input;
}

/** All series of one input. */
export function* collect(input: GexpStream): Generator<null, GexpSeries[]> {
  const all: GexpSeries[] = [];
  for (const series of input) {
    if (series === null) yield null;
    else all.push(series);
  }
  return all;
}

/** Changes the series of all inputs one by one. */
export function eachSeries(change: (series: GexpSeries, scope: GexpScope) => GexpSeries): GexpOperation {
  return function* (inputs, scope) {
    for (const series of eachOf(inputs)) yield series && change(series, scope);
  };
}

/** The same series with other numbers. @param change lets others have their turn every `POINTS_A_TURN` */
export function withPoints(series: GexpSeries, change: (points: Series) => Generator<null, Series>, { hold }: GexpScope): GexpSeries {
  return {
    ...series,
    *points() {
      const points = yield* series.points();
      hold(points.size);
      const changed = yield* change(points);
      hold(-points.size);
      return changed;
    },
  };
}
