import type { Difference } from './shrink';

/** A difference for people: the points, the question, both answers. */
export function describeDifference({ question, loaded, store, want, got, text }: Difference, number: number): string {
  const asked = question.metrics(loaded.data);
  const series = loaded.data.series.flatMap(({ metric, tags, points, notes }, i) => {
    if (points.length + notes.length === 0 || asked?.includes(metric) === false) return [];
    const pairs = Object.entries(tags).map(([key, value]) => `${key}=${value}`);
    const head = `  [${i}] ${loaded.metric(metric)} ${pairs.join(' ')} (${loaded.series(i).tsuid})`;
    const lines = points.slice(0, 40).map(([time, value]) => `${time}:${value}`);
    const more = points.length > 40 ? ` and ${points.length - 40} more` : '';
    return [`${head}: ${lines.join(' ')}${more}${notes.map((note) => ` ${JSON.stringify(note)}`).join('')}`];
  });
  const { method, path, body } = question.request(loaded);
  return [
    `question ${number}: ours on ${store} differs: ${text}`,
    ...series,
    `  ${method} ${decodeURIComponent(path)}${body === undefined ? '' : ` ${JSON.stringify(body)}`}`,
    `  the original ${want.status}: ${want.body.slice(0, 1000)}`,
    `  ours         ${got.status}: ${got.body.slice(0, 1000)}`,
  ].join('\n');
}
