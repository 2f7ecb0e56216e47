import type { GexpFunction } from '../series';
import { absolute } from './absolute';
import { alias } from './alias';
import { diffSeries } from './diff-series';
import { divideSeries } from './divide-series';
import { highestCurrent } from './highest-current';
import { highestMax } from './highest-max';
import { movingAverage } from './moving-average';
import { multiplySeries } from './multiply-series';
import { scale } from './scale';
import { sumSeries } from './sum-series';
import { timeShift } from './time-shift';

/** A function and what error texts call it. */
export interface NamedFunction {
  readonly name: string;
  readonly prepare: GexpFunction;
}

const named = (name: string, prepare: GexpFunction, ...aliases: string[]): [string, NamedFunction][] =>
  [name, ...aliases].map((word) => [word, { name, prepare }]);

const timeshift: NamedFunction = { name: 'timeshift', prepare: timeShift };

/** By the names that requests call them. Mirrors ExpressionFactory. */
const FUNCTIONS: ReadonlyMap<string, NamedFunction> = new Map([
  ...named('alias', alias),
  ...named('scale', scale),
  ...named('absolute', absolute),
  ...named('movingAverage', movingAverage),
  ...named('highestCurrent', highestCurrent),
  ...named('highestMax', highestMax),
  ['shift', timeshift],
  ['timeShift', timeshift],
  ...named('divideSeries', divideSeries, 'divide'),
  ...named('sumSeries', sumSeries, 'sum'),
  ...named('diffSeries', diffSeries, 'difference'),
  ...named('multiplySeries', multiplySeries, 'multiply'),
]);

/** The function that a name stands for; upper and lower case differ. */
export function findFunction(name: string): NamedFunction | undefined {
  return FUNCTIONS.get(name);
}
