/** Where the answers of two TSDs to one question part: a path into the JSON, and what stands there. Null: they are equal. */
export function firstDifference(a: unknown, b: unknown, path = ''): string | null {
  if (Object.is(a, b)) return null;
  if (Array.isArray(a) && Array.isArray(b)) {
    if (a.length !== b.length) return `${path}: ${a.length} elements, and ${b.length}`;
    return firstOf(a.keys(), (i) => firstDifference(a[i], b[i], `${path}[${i}]`));
  }
  if (isObject(a) && isObject(b)) {
    const names = new Set([...Object.keys(a), ...Object.keys(b)]);
    return firstOf(names, (name) => firstDifference(a[name], b[name], `${path}.${name}`));
  }
  return `${path}: ${show(a)}, and ${show(b)}`;
}

function firstOf<T>(items: Iterable<T>, look: (item: T) => string | null): string | null {
  for (const item of items) {
    const found = look(item);
    if (found !== null) return found;
  }
  return null;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const show = (value: unknown): string => (value === undefined ? 'nothing' : JSON.stringify(value));

/**
 * The series of an answer in one order: TSDs number names, and so order them, each in its own way. What is no list of series is left alone.
 * TSUIDs are left out, being numbers, too.
 */
export function comparable(answer: unknown): unknown {
  if (!Array.isArray(answer)) return answer;
  const series = (answer as readonly unknown[]).map((one): unknown =>
    isObject(one) ? Object.fromEntries(Object.entries(one).filter(([name]) => name !== 'tsuids')) : one,
  );
  const keyOf = (one: unknown): string => (isObject(one) ? JSON.stringify([one.metric, sorted(one.tags), one.aggregateTags]) : '');
  return series
    .map((one) => (isObject(one) && Array.isArray(one.aggregateTags) ? { ...one, aggregateTags: [...one.aggregateTags].sort() } : one))
    .map((one): [string, unknown] => [keyOf(one), one])
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([, one]) => one);
}

const sorted = (tags: unknown): unknown => (isObject(tags) ? Object.entries(tags).sort() : tags);

/**
 * Asks two TSDs the same and compares what they say.
 * @param path of the question, as `/api/query?start=1h-ago&m=sum:m`
 * @returns what differs; null: nothing
 */
export async function compareAnswers(first: string, second: string, path: string): Promise<string | null> {
  const [a, b] = await Promise.all([first, second].map((url) => ask(new URL(path, url))));
  if (a.status !== b.status) return `status ${a.status}, and ${b.status}`;
  return firstDifference(comparable(a.body), comparable(b.body));
}

async function ask(url: URL): Promise<{ status: number; body: unknown }> {
  const response = await fetch(url);
  const text = await response.text();
  try {
    return { status: response.status, body: JSON.parse(text) };
  } catch {
    return { status: response.status, body: text };
  }
}
