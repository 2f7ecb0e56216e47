import { eventually } from '../../interop/support/tsd-client';
import type { SentPoint } from './transcript';

interface Series {
  metric: string;
  tags: Record<string, string>;
  dps: Record<string, number>;
}

const nameOf = ({ metric, tags }: { metric: string; tags: Record<string, string> }): string =>
  `${metric}{${Object.entries(tags)
    .map(([key, value]) => `${key}=${value}`)
    .sort()
    .join(',')}}`;

/** The series of the points, by name, with the last value sent for each time. */
function seriesOf(points: readonly SentPoint[]): Map<string, Series> {
  const all = new Map<string, Series>();
  for (const point of points) {
    const name = nameOf(point);
    const series = all.get(name) ?? { metric: point.metric, tags: point.tags, dps: {} };
    series.dps[point.time] = point.value;
    all.set(name, series);
  }
  return all;
}

async function postQuery(port: number, body: object): Promise<Series[]> {
  const response = await fetch(`http://127.0.0.1:${port}/api/query`, { method: 'POST', body: JSON.stringify(body) });
  const text = await response.text();
  if (response.status !== 200) throw new Error(`/api/query answered ${response.status}: ${text.slice(0, 500)}`);
  return JSON.parse(text) as Series[];
}

/**
 * Reads every series that was sent back through /api/query, each by its metric and its exact tags, and expects exactly the
 * points that were sent, as soon as they are stored.
 * @returns how many points that were
 */
export async function expectStored(port: number, points: readonly SentPoint[]): Promise<number> {
  const sent = seriesOf(points);
  const times = points.map(({ time }) => time);
  const range = { start: Math.min(...times) - 1000, end: Math.max(...times) + 1000, msResolution: true };
  let count = 0;
  for (const [name, { metric, tags, dps }] of sent) {
    const filters = Object.entries(tags).map(([tagk, filter]) => ({ type: 'literal_or', tagk, filter, groupBy: true }));
    const query = { ...range, queries: [{ aggregator: 'sum', metric, explicitTags: true, filters }] };
    await eventually(async () => {
      const answer = await postQuery(port, query);
      expect(answer.map((series) => ({ name: nameOf(series), dps: series.dps }))).toEqual([{ name, dps }]);
    });
    count += Object.keys(dps).length;
  }
  return count;
}
