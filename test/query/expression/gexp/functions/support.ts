import { findFunction } from '../../../../../src/query/expression/gexp/functions';
import type { GexpSeries, GexpStream } from '../../../../../src/query/expression/gexp/series';
import { B, series, shown } from '../../../evaluate-support';

/** A group of series. @param points `0:1 60:-2`, as the helpers of `evaluate` have it @param tags `host=a` */
export function group(points: string, tags = 'host=a', metric = 'm', id = 1): GexpSeries {
  const pairs = tags === '' ? [] : tags.split(',').map((pair) => pair.split('='));
  const made = {
    metric,
    tags: new Map(pairs.map(([tagk, tagv]) => [tagk, tagv])),
    aggregateTags: [],
    ids: {
      metric: Buffer.of(id),
      tags: pairs.map(([tagk, tagv]) => ({ tagk: Buffer.from(tagk), tagv: Buffer.from(tagv) })),
      aggregated: [],
    },
    annotations: [],
    filterTagks: null,
    tsuids: () => [],
    *points() {
      return series(points);
    },
  };
  return made as unknown as GexpSeries;
}

function drain<T>(steps: Generator<null, T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

function* stream(groups: readonly GexpSeries[]): GexpStream {
  yield* groups;
}

/** What a function gives: name, tags and points of each series. @param window seconds from the start of the series */
export function apply(
  name: string,
  inputs: readonly (readonly GexpSeries[])[],
  parameters: readonly string[],
  window = [0, 3600],
): string[] {
  const operation = findFunction(name)?.prepare(parameters, inputs.length);
  if (operation === undefined) throw new Error(`no function ${name}`);
  let held = 0;
  const hold = (points: number): void => void (held += points);
  const scope = { startMs: B * 1000 + window[0] * 1000, endMs: B * 1000 + window[1] * 1000, hold };
  const results: string[] = [];
  for (const one of operation(inputs.map(stream), scope)) {
    if (one === null) continue;
    const tags = [...one.tags].map(([tagk, tagv]) => `${tagk}=${tagv}`).join(',');
    results.push(`${one.metric}{${tags}} ${shown(drain(one.points()))}`);
  }
  // The two that rank keep what they ranked by, all others only what they work on.
  if (!name.startsWith('highest')) expect(held).toBe(0);
  return results;
}
