import { JsonNumber, JsonObject, parseAnswer, type Json } from './answer';

/** What a TSD answered. */
export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** Members that tell how long something took, or when it was asked. */
const VOLATILE = new Set(['trace', 'time', 'timing', 'took']);

/** Lists whose order means nothing. */
export type Unordered = 'none' | 'top' | 'results';

function compareNames([a]: readonly [string, Json], [b]: readonly [string, Json]): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** A number is as exact as it is printed, and integers stay integers: 5 is not 5.0. */
function compareNumbers(want: JsonNumber, got: JsonNumber): boolean {
  if (want.text === got.text) return true;
  return !want.isInteger && !got.isInteger && Object.is(Number(want.text), Number(got.text));
}

const short = (json: Json | undefined): string => show(json).slice(0, 160);

/** JSON again, for people. */
export function show(json: Json | undefined): string {
  if (json === undefined) return 'nothing';
  if (json instanceof JsonNumber) return json.text;
  if (json instanceof JsonObject) return `{${json.members.map(([name, value]) => `${JSON.stringify(name)}:${show(value)}`).join(',')}}`;
  return Array.isArray(json) ? `[${json.map(show).join(',')}]` : JSON.stringify(json);
}

/** Where two values first differ; null where they don't. The order of an object's members means nothing, but for one name's several values. */
export function difference(want: Json, got: Json, path = ''): string | null {
  const differs = `${path || 'answer'}: want ${short(want)}, got ${short(got)}`;
  if (want instanceof JsonNumber && got instanceof JsonNumber) return compareNumbers(want, got) ? null : differs;
  if (Array.isArray(want) && Array.isArray(got)) {
    for (let i = 0; i < Math.min(want.length, got.length); i++) {
      const found = difference(want[i], got[i], `${path}[${i}]`);
      if (found !== null) return found;
    }
    return want.length === got.length ? null : `${path || 'answer'}: want ${want.length} items, got ${got.length}`;
  }
  if (want instanceof JsonObject && got instanceof JsonObject) {
    const [a, b] = [want, got].map((object) => [...object.without(VOLATILE).members].sort(compareNames));
    for (let i = 0; i < Math.max(a.length, b.length); i++) {
      if (a[i]?.[0] !== b[i]?.[0]) return `${path}: want member ${a[i]?.[0]}, got ${b[i]?.[0]}`;
      const found = difference(a[i][1], b[i][1], `${path}.${a[i][0]}`);
      if (found !== null) return found;
    }
    return null;
  }
  return want === got ? null : differs;
}

/** What an error says to the client: the original's traces, and details that hold Java's own text, are left out. */
function errorText(json: Json): string | null {
  if (!(json instanceof JsonObject)) return null;
  const error = json.get('error');
  const message = error instanceof JsonObject ? error.get('message') : undefined;
  return typeof message === 'string' ? message : null;
}

function sorted(items: Json): Json {
  return Array.isArray(items) ? [...items].sort((a, b) => (show(a) < show(b) ? -1 : 1)) : items;
}

function inOrder(json: Json, unordered: Unordered): Json {
  if (unordered === 'top') return sorted(json);
  if (unordered === 'none' || !(json instanceof JsonObject)) return json;
  return new JsonObject(json.members.map(([name, value]) => [name, name === unordered ? sorted(value) : value]));
}

/** How an answer differs from the one that is wanted; null when it does not. */
export function compareAnswers(want: Answer, got: Answer, unordered: Unordered): string | null {
  if (want.status === got.status && want.body === got.body) return null;
  let a: Json, b: Json;
  try {
    a = parseAnswer(want.body);
    b = parseAnswer(got.body);
  } catch (error) {
    return want.status === got.status && want.body === got.body ? null : `${want.status} and ${got.status}: ${String(error)}`;
  }
  const [wanted, said] = [errorText(a), errorText(b)];
  if (want.status !== got.status) return `status: want ${want.status} ${wanted ?? ''}, got ${got.status} ${said ?? ''}`;
  if (wanted !== null && said !== null) return wanted === said ? null : `message: want ${wanted}, got ${said}`;
  return difference(inOrder(a, unordered), inOrder(b, unordered));
}
