import type { Room } from '../downsample/filled-buckets';
import { evaluateGroupSteps, type OutputMaker } from '../evaluate';
import { OutputBuilder } from '../merge/output';
import { NeededPoints, type Span } from '../scan';
import { pointArrays, PointsBuilder, type Series } from '../series';
import type { GroupSpec } from '../specification';

/** Points that are unpacked at once, about. */
const POINTS_AT_ONCE = 1024 * 1024;
/** Points unpacked between two looks at the clock. */
const UNPACK_WORK = 100_000;

/**
 * The numbers of a group whose series are packed, one stretch of the query window after the other: what the numbers of a stretch depend
 * on is known (`NeededPoints`), so only that is unpacked, and they come out the same as if it were the whole window. Those of a stretch
 * are valid until the next ones are asked for.
 * @param spec one for which there are `NeededPoints`
 * @param room told of points that are held more, or fewer
 */
export function* packedGroupParts(
  spans: readonly Span[],
  spec: GroupSpec,
  room: Room,
  pointsAtOnce = POINTS_AT_ONCE,
): Generator<Series | null, void> {
  for (const window of stretches(spans, spec, pointsAtOnce)) {
    const unpacked: PointsBuilder[] = [];
    let output: OutputBuilder | null = null;
    const outputOf: OutputMaker = (capacity) => (output = new OutputBuilder(capacity, undefined, pointArrays));
    let taken = 0;
    const take: Room = (points) => {
      taken += points;
      room(points);
    };
    try {
      const series = yield* unpackAll(spans, window, unpacked, take);
      if (series.length === 0) continue;
      const steps = evaluateGroupSteps(series, window, take, outputOf);
      let step = steps.next();
      for (; !step.done; step = steps.next()) yield null;
      if (step.value.size > 0) yield step.value;
    } finally {
      for (const points of unpacked) points.release();
      (output as OutputBuilder | null)?.release();
      room(-taken);
    }
  }
}

/** Parts of the window one after the other, with about as many points each. */
function* stretches(spans: readonly Span[], spec: GroupSpec, pointsAtOnce: number): Generator<GroupSpec> {
  const { startMs, endMs } = spec;
  const points = spans.reduce((sum, { size }) => sum + size, 0);
  const first = spans.reduce((least, span) => Math.min(least, span.first), Infinity);
  const last = spans.reduce((most, span) => Math.max(most, span.last), -Infinity);
  const width = Math.max(1, Math.ceil((last - first + 1) / Math.ceil(points / pointsAtOnce)));
  let from = startMs;
  for (let cut = first + width; cut <= last && cut <= endMs; cut += width) {
    if (cut <= from) continue;
    yield { ...spec, startMs: from, endMs: cut - 1 };
    from = cut;
  }
  yield { ...spec, startMs: from, endMs };
}

/** @param unpacked where the builders that hold points are put: to be released */
function* unpackAll(spans: readonly Span[], window: GroupSpec, unpacked: PointsBuilder[], room: Room): Generator<null, Series[]> {
  const needed = NeededPoints.of(window);
  const series: Series[] = [];
  let work = 0;
  for (const { packed, points } of spans) {
    if (packed === null || needed === null) {
      series.push(points);
      continue;
    }
    const { from, to } = needed.extent(packed);
    const builder = new PointsBuilder(1);
    unpacked.push(builder);
    packed.unpack(from, to, builder);
    room(builder.room);
    if (builder.size > 0) series.push(builder);
    work += builder.size + 50;
    if (work < UNPACK_WORK) continue;
    work = 0;
    yield null;
  }
  return series;
}
