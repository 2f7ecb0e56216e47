import { ClientError } from '../../../../util/errors';
import { joinUnion, type Joined, type JoinSide } from '../../join';
import { doublePoints, isTurnOver, type Hold } from '../../series';
import type { Series } from '../../../series/series';
import { collect, type GexpFunction, type GexpSeries } from '../series';

const RULE = { useQueryTags: false, includeAggTags: false };

type Operator = (a: number, b: number) => number;

/**
 * Combines points by their place in the series, not by time: the first points of all, the second, and so on, each at the earliest of
 * their times. NaN counts as 0, as does a series that isn't there.
 * @throws ClientError 400 when one series has fewer points than another
 */
function* combine(operands: readonly (Series | null)[], operator: Operator): Generator<null, Series> {
  const there = operands.filter((points) => points !== null);
  const size = Math.max(0, ...there.map((points) => points.size));
  if (there.some((points) => points.size !== size)) throw new ClientError(400, 'No more elements');
  const timestamps = new Float64Array(size);
  const values = new Float64Array(size);
  for (let i = 0; i < size; i++) {
    let time = Infinity;
    let result = 0;
    for (let j = 0; j < operands.length; j++) {
      const points = operands[j];
      const raw = points === null ? 0 : points.values[i];
      const value = raw === raw ? raw : 0;
      result = j === 0 ? value : operator(result, value);
      if (points !== null && points.timestamps[i] < time) time = points.timestamps[i];
    }
    timestamps[i] = time;
    values[i] = result;
    if (isTurnOver(i)) yield null;
  }
  return doublePoints(timestamps, values);
}

/** The series among them whose metric has the lowest id. */
function lowestMetric(members: readonly GexpSeries[]): GexpSeries {
  return members.reduce((lowest, one) => {
    const [a, b] = [lowest.ids.metric, one.ids.metric];
    return a !== null && b !== null && Buffer.compare(b, a) < 0 ? one : lowest;
  });
}

/** What a result is labelled with: tags of the first operand only, aggregated keys of all. */
function labelled(members: Joined<GexpSeries>, query: GexpSeries, operator: Operator, hold: Hold): GexpSeries {
  const there = members.filter((series) => series !== null);
  const [first] = members;
  const { metric, ids } = lowestMetric(there);
  const aggregated = new Map(
    there.flatMap((one) => one.ids.aggregated.map((id, i) => [id.toString('latin1'), { id, name: one.aggregateTags[i] }])),
  );
  return {
    ...query,
    metric,
    tags: first?.tags ?? new Map(),
    aggregateTags: [...aggregated.values()].map(({ name }) => name),
    ids: { metric: ids.metric, tags: first?.ids.tags ?? [], aggregated: [...aggregated.values()].map(({ id }) => id) },
    tsuids: () => [],
    annotations: [],
    showsEmptyAnnotations: true,
    *points() {
      const operands: (Series | null)[] = [];
      let held = 0;
      for (const series of members) {
        const points = series === null ? null : yield* series.points();
        operands.push(points);
        hold(points?.size ?? 0);
        held += points?.size ?? 0;
      }
      const combined = yield* combine(operands, operator);
      hold(-held);
      return combined;
    },
  };
}

/**
 * A function that works `a + b + ...` out for the series of its inputs that have the same tags.
 * Mirrors SumSeries and its like, and ExpressionIterator underneath them.
 */
export function seriesFunction(operator: Operator): GexpFunction {
  return (_parameters, count) => {
    if (count < 2 || count > 26) throw new ClientError(400, `Must have 2 to 26 series, got ${count} instead`);
    return function* (inputs, { hold }) {
      const sides: JoinSide<GexpSeries>[] = [];
      for (const input of inputs) sides.push({ series: yield* collect(input), filterTagks: null });
      const first = sides.find(({ series }) => series.length > 0)?.series[0];
      if (first === undefined) return;
      let held = 0;
      const joined = yield* joinUnion(sides, RULE, (points) => {
        hold(points);
        held += points;
      });
      for (const members of joined) yield labelled(members, first, operator, hold);
      hold(-held);
    };
  };
}
