/** What tells series apart before their UIDs are known: tags in the order written. */
export function seriesName(point: { metric: string; tags: ReadonlyMap<string, string> }): string {
  let name = point.metric;
  for (const [key, value] of point.tags) name += `\n${key}=${value}`;
  return name;
}
