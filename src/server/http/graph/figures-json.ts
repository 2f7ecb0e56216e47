import { javaJsonString } from '../../../schema';
import { hashMapOrder } from '../../../util/java-hash-order';
import type { GraphData } from './graph-data';

/**
 * What is said of a graph, in the original's order; `timing` and `cachehit` are put in before `etags` when it is sent.
 * @param points that were read
 */
export function figuresJson({ plotted, aggregatedTags }: GraphData, points: number): string {
  const tags = aggregatedTags.map((names) => (names === null ? 'null' : `[${hashMapOrder(names).map(javaJsonString).join(',')}]`));
  return `{"plotted":${plotted},"etags":[${tags.join(',')}],"points":${points}}`;
}
