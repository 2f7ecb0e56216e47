import { fields, listOf, numberOf, textOf, textsOf } from './fields';

/** One line of a graph. */
export interface Series {
  /** Unique in a graph, and the same when it is asked again. */
  readonly id: string;
  /** `metric{tag=value, ...}` */
  readonly name: string;
  readonly metric: string;
  readonly tags: readonly (readonly [tagk: string, tagv: string])[];
  readonly aggregateTags: readonly string[];
  /** Of the series that were merged into it; none for expressions. */
  readonly tsuids: readonly string[];
  /** The metric tab that it answers; null for expressions. */
  readonly tab: number | null;
  /** Milliseconds, ascending. */
  readonly times: Float64Array;
  /** NaN: no value at that time, a gap in the line. */
  readonly values: Float64Array;
}

export interface Annotation {
  /** Empty: of no series in particular. */
  readonly tsuid: string;
  /** As stored: seconds or milliseconds. */
  readonly startTime: number;
  /** 0: none. */
  readonly endTime: number;
  readonly description: string;
  readonly notes: string;
  readonly custom: ReadonlyMap<string, string>;
}

/** What of an answer to `/api/query` or `/api/query/gexp` becomes lines and marks. @param tabOf which tab a sub query's index is */
export function readAnswer(answer: unknown, tabOf: (index: number) => number | null): { series: Series[]; annotations: Annotation[] } {
  const series: Series[] = [];
  const notes = new Map<string, Annotation>();
  for (const item of listOf(answer)) {
    const body = fields(item);
    if (!body.has('dps')) continue; // the summary of statistics
    const tab = tabOf(numberOf(fields(body.get('query')).get('index')));
    const metric = textOf(body.get('metric'));
    const tags = [...fields(body.get('tags'))].map(([tagk, tagv]) => [tagk, textOf(tagv)] as const);
    series.push({
      ...seriesOf(`${tab ?? 'e'}`, metric, tags, textsOf(body.get('aggregateTags')), readPoints(body.get('dps'))),
      tsuids: textsOf(body.get('tsuids')),
      tab,
    });
    for (const note of [...listOf(body.get('annotations')), ...listOf(body.get('globalAnnotations'))]) {
      const annotation = readAnnotation(note);
      notes.set(`${annotation.tsuid} ${annotation.startTime}`, annotation);
    }
  }
  return { series, annotations: [...notes.values()].sort((a, b) => toMs(a.startTime) - toMs(b.startTime)) };
}

function seriesOf(
  prefix: string,
  metric: string,
  tags: readonly (readonly [string, string])[],
  aggregateTags: readonly string[],
  points: { times: Float64Array; values: Float64Array },
): Omit<Series, 'tsuids' | 'tab'> {
  const sorted = [...tags].sort(([a], [b]) => (a < b ? -1 : 1));
  const name = sorted.length === 0 ? metric : `${metric}{${sorted.map(([tagk, tagv]) => `${tagk}=${tagv}`).join(', ')}}`;
  return { id: `${prefix} ${name}`, name, metric, tags: sorted, aggregateTags, ...points };
}

/** `[[time, value], ...]` in milliseconds. */
function readPoints(dps: unknown): { times: Float64Array; values: Float64Array } {
  const points = listOf(dps);
  const times = new Float64Array(points.length);
  const values = new Float64Array(points.length);
  points.forEach((point, i) => {
    const [time, value] = listOf(point);
    times[i] = numberOf(time);
    values[i] = valueOf(value);
  });
  return { times, values };
}

const valueOf = (value: unknown): number => (typeof value === 'number' ? value : typeof value === 'string' ? Number(value) : NaN);

/** The lines of an answer to `/api/query/exp`. */
export function readFormulaAnswer(answer: unknown, formula: string): Series[] {
  return listOf(fields(answer).get('outputs')).flatMap((item) => {
    const output = fields(item);
    const rows = listOf(output.get('dps')).map(listOf);
    const times = Float64Array.from(rows, ([time]) => numberOf(time));
    const meta = listOf(output.get('meta'))
      .map(fields)
      .filter((column) => numberOf(column.get('index')) > 0);
    return meta.map((column) => {
      const index = numberOf(column.get('index'));
      const tags = [...fields(column.get('commonTags'))].map(([tagk, tagv]) => [tagk, textOf(tagv)] as const);
      const values = Float64Array.from(rows, (row) => valueOf(row[index]));
      return { ...seriesOf('f', formula, tags, textsOf(column.get('aggregatedTags')), { times, values }), tsuids: [], tab: null };
    });
  });
}

export function readAnnotation(value: unknown): Annotation {
  const note = fields(value);
  return {
    tsuid: textOf(note.get('tsuid')),
    startTime: numberOf(note.get('startTime')),
    endTime: numberOf(note.get('endTime')),
    description: textOf(note.get('description')),
    notes: textOf(note.get('notes')),
    custom: new Map([...fields(note.get('custom'))].map(([name, text]) => [name, textOf(text)])),
  };
}

/** Up to ten digits are seconds, as everywhere in the API. */
export const toMs = (time: number): number => (time < 1e10 ? time * 1000 : time);
