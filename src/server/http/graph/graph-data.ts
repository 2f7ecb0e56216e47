import { thin, within, type ChartAnnotation, type ChartSeries, type Points } from '../../../chart';
import type { QueryAnswer, QueryResult, Series } from '../../../query';
import { toMilliseconds, type Annotation } from '../../../schema';
import { firstThat } from '../../../util/first-that';
import { TimeSlice } from '../../../util/time-slice';
import { showsNothing } from './shown';

/** What is drawn of an answer. */
export interface GraphData {
  /** Points between the start and the end, of all series. */
  readonly plotted: number;
  /** As the legend lists them. */
  readonly series: ChartSeries[];
  /** Series that have points to draw, those that are left out, too. */
  readonly found: number;
  /** Names of tags of which the values differ in what was added up, by sub-query: of its last series; null: it has none. */
  readonly aggregatedTags: readonly (readonly string[] | null)[];
  readonly annotations: ChartAnnotation[];
}

export interface GraphNeeds {
  /** Milliseconds since the epoch, both ends inclusive. */
  readonly from: number;
  readonly to: number;
  /** Pixels from one to the other; null: all points are needed. */
  readonly columns: number | null;
  /** Most series that are drawn: those with the greatest values. */
  readonly maxSeries: number;
  readonly annotations: boolean;
  /** Sub-queries of the query. */
  readonly subQueries: number;
  /** On which axis a sub-query's series are. */
  axisOf(subQuery: number): ChartSeries['axis'];
}

interface Candidate {
  readonly order: number;
  readonly greatest: number;
  readonly series: ChartSeries;
}

/**
 * Takes the series of an answer one after the other and keeps of each no more than a picture can show.
 * @throws ClientError when the points are too many
 */
export async function collectGraphData(answer: QueryAnswer, needs: GraphNeeds): Promise<GraphData> {
  const slice = new TimeSlice(answer.signal);
  const aggregatedTags: (readonly string[] | null)[] = Array.from({ length: needs.subQueries }, (_none, i) => (i === 0 ? [] : null));
  const annotations = new Annotations(needs);
  const kept: Candidate[] = [];
  let found = 0;
  let plotted = 0;
  if (needs.annotations) annotations.add(answer.globalAnnotations);
  for await (const result of answer.results()) {
    aggregatedTags[result.subQuery.index] = result.aggregateTags;
    if (needs.annotations) annotations.add(result.annotations);
    const drawn = await drawnPoints(result, needs, slice);
    plotted += drawn.plotted;
    if (drawn.points === null) continue;
    answer.hold(drawn.points.times.length);
    const series: ChartSeries = { name: nameOf(result), axis: needs.axisOf(result.subQuery.index), ...drawn.points };
    const dropped = keep(kept, { order: found++, greatest: greatestOf(drawn.points.values), series }, needs.maxSeries);
    if (dropped !== null) answer.hold(-dropped.series.times.length);
    if (slice.isOver()) await slice.next();
  }
  kept.sort((one, other) => one.order - other.order);
  return { plotted, series: kept.map(({ series }) => series), found, aggregatedTags, annotations: annotations.sorted() };
}

/** `metric{tag=value, tag=value}` */
const nameOf = ({ metric, tags }: QueryResult): string =>
  tags.size === 0 ? metric : `${metric}{${[...tags].map(([key, value]) => `${key}=${value}`).join(', ')}}`;

function greatestOf(values: Float64Array): number {
  let greatest = -Infinity;
  for (const value of values) if (value > greatest) greatest = value;
  return greatest;
}

/** Keeps the candidates with the greatest values, sorted by them; of equals the first. @returns the one that is not kept */
function keep(kept: Candidate[], candidate: Candidate, most: number): Candidate | null {
  if (kept.length >= most && candidate.greatest <= kept[kept.length - 1].greatest) return candidate;
  const at = firstThat(0, kept.length, (i) => kept[i].greatest < candidate.greatest);
  kept.splice(at, 0, candidate);
  return kept.length > most ? (kept.pop() ?? null) : null;
}

/** Points of the window, without those that are no numbers. Null: there are none. */
async function drawnPoints(result: QueryResult, needs: GraphNeeds, slice: TimeSlice): Promise<{ plotted: number; points: Points | null }> {
  const pieces: Points[] = [];
  let plotted = 0;
  if (showsNothing(result)) return { plotted, points: null };
  for (const part of result.parts?.() ?? [result.points]) {
    if (part !== null && part.size > 0) {
      const points = pointsOf(part, needs);
      plotted += points.times.length;
      // what is kept of it must not keep all of it in memory
      pieces.push(copy(needs.columns === null ? points : thin(points, needs.from, needs.to, needs.columns)));
    }
    if (slice.isOver()) await slice.next();
  }
  return { plotted, points: plotted === 0 ? null : joined(pieces) };
}

/** The original cuts times to seconds before it looks whether they are in the window. */
function pointsOf({ timestamps, values, size }: Series, { from, to }: GraphNeeds): Points {
  const all = within({ times: timestamps.subarray(0, size), values: values.subarray(0, size) }, from, to + 999);
  let numbers = 0;
  for (const value of all.values) if (value === value) numbers++;
  if (numbers === all.values.length) return all;
  const times = new Float64Array(numbers);
  const kept = new Float64Array(numbers);
  let at = 0;
  for (let i = 0; i < all.values.length; i++) {
    if (all.values[i] !== all.values[i]) continue;
    times[at] = all.times[i];
    kept[at++] = all.values[i];
  }
  return { times, values: kept };
}

const copy = ({ times, values }: Points): Points => ({ times: times.slice(), values: values.slice() });

function joined(pieces: readonly Points[]): Points {
  if (pieces.length === 1) return pieces[0];
  const size = pieces.reduce((total, { times }) => total + times.length, 0);
  const all = { times: new Float64Array(size), values: new Float64Array(size) };
  let at = 0;
  for (const { times, values } of pieces) {
    all.times.set(times, at);
    all.values.set(values, at);
    at += times.length;
  }
  return all;
}

/** Most that are handed on to be drawn. */
const MAX_ANNOTATIONS = 1000;

/** Annotations of the window, each once: series of a group may share them. */
class Annotations {
  private readonly found = new Map<string, ChartAnnotation>();

  constructor(private readonly needs: GraphNeeds) {}

  add(annotations: readonly Annotation[]): void {
    const { from, to } = this.needs;
    for (const { startTime, endTime, description, tsuid } of annotations) {
      if (this.found.size >= MAX_ANNOTATIONS) return;
      const start = toMilliseconds(startTime);
      const end = endTime > 0 ? toMilliseconds(endTime) : null;
      if (start > to || (end ?? start) < from) continue;
      this.found.set(JSON.stringify([tsuid, startTime, description]), { start, end, text: description ?? '' });
    }
  }

  sorted(): ChartAnnotation[] {
    return [...this.found.values()].sort((one, other) => one.start - other.start);
  }
}
