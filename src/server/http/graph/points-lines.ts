import type { QueryAnswer, QueryResult, Series } from '../../../query';
import { javaDoubleToString } from '../../../util/java-double';
import { TimeSlice } from '../../../util/time-slice';
import { computed } from '../query/computed';
import { showsNothing } from './shown';

/** Characters of a part, about. */
const PART = 32 * 1024;

/**
 * All points that were read, one a line as a `put` has them: `metric seconds value tagk=tagv ...`. Not cut to the window; NaN is left out. Mirrors
 * GraphHandler.respondAsciiQuery.
 * @throws ClientError while iterating
 */
export async function* pointsLines(answer: QueryAnswer): AsyncGenerator<string> {
  const all = await computed(answer, () => answer.results());
  const slice = new TimeSlice(answer.signal);
  let part = '';
  for (const result of all) {
    if (showsNothing(result)) continue;
    const before = `${result.metric} `;
    const after = tagsOf(result);
    for (const points of result.parts?.() ?? [result.points]) {
      for (let at = 0; points !== null && at < points.size; at++) {
        const value = valueText(points, at);
        if (value !== null) part += `${before}${Math.floor(points.timestamps[at] / 1000)} ${value}${after}`;
        if (part.length <= PART) continue;
        yield part;
        part = '';
        if (slice.isOver()) await slice.next();
      }
      if (slice.isOver()) await slice.next();
    }
  }
  yield part;
}

const tagsOf = ({ tags }: QueryResult): string => `${[...tags].map(([key, value]) => ` ${key}=${value}`).join('')}\n`;

/** Null: NaN. */
function valueText({ values, isInteger, allIntegers, integers }: Series, at: number): string | null {
  const value = values[at];
  if (isInteger === null ? allIntegers : isInteger[at] === 1) return integers === null ? String(value) : String(integers[at]);
  return value === value ? javaDoubleToString(value) : null;
}
