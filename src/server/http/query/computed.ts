import type { QueryAnswer, QueryResult } from '../../../query';

/** All of them, before the first one is written: what fails in the last one fails before anything was sent. @throws ClientError */
export function computed(found: QueryAnswer, results: () => AsyncIterable<QueryResult>): Promise<QueryResult[]> {
  return found.compute(async () => {
    const all: QueryResult[] = [];
    for await (const result of results()) {
      const points = found.keep(result.points);
      all.push(points === result.points ? result : { ...result, points });
    }
    return all;
  });
}
