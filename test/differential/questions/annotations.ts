import type { DataSet } from '../dataset';
import type { Random } from '../random';
import type { HttpRequest, Names, QuestionKind } from './question';
import { randomWindow } from './times';

export type AnnotationsSpec = {
  /** Places of series in the data set. */
  tsuids?: number[];
  global?: true;
  start: string;
  /** Undefined: the one annotation that begins at `start`. */
  end?: string;
};

/** Series with annotations, and some others. */
const annotated = (data: DataSet): number[] => data.series.flatMap(({ notes }, i) => (notes.length > 0 || i % 9 === 0 ? [i] : []));

function one(random: Random, data: DataSet): AnnotationsSpec {
  const place = random.chance(0.3) ? null : random.pick(annotated(data));
  const notes = place === null ? data.globals : data.series[place].notes;
  const at = notes.length > 0 ? random.pick(notes).startTime : data.base;
  return { ...(place !== null && { tsuids: [place] }), start: String(random.chance(0.8) ? at : at + 1) };
}

function many(random: Random, data: DataSet): AnnotationsSpec {
  const { start, end } = randomWindow(random, data, 'ints');
  const spec: AnnotationsSpec = { start, end };
  if (random.chance(0.7)) spec.tsuids = random.some(annotated(data), 1, 3);
  if (random.chance(0.4)) spec.global = true;
  return spec;
}

function request({ tsuids = [], global, start, end }: AnnotationsSpec, names: Names): HttpRequest {
  const ids = tsuids.map((place) => names.series(place).tsuid).join(',');
  const words = [`start_time=${encodeURIComponent(start)}`];
  if (end === undefined) return { method: 'GET', path: `/api/annotation?${[...words, ...(ids ? [`tsuid=${ids}`] : [])].join('&')}` };
  words.push(`end_time=${encodeURIComponent(end)}`, ...(ids ? [`tsuids=${ids}`] : []), ...(global ? ['global'] : []));
  return { method: 'GET', path: `/api/annotations?${words.join('&')}` };
}

/** `/api/annotation` and `/api/annotations`. */
export const annotations: QuestionKind<AnnotationsSpec> = {
  name: 'annotations',
  unordered: 'top',
  random: (random, data) => (random.chance(0.4) ? one(random, data) : many(random, data)),
  request,
  metrics: () => null,
};
