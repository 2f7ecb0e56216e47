import { bean, elements, int, JsonError, JsonReader, long, longOrNull, map, string, unparsable } from '../../json';
import { javaTrim } from '../../util/java-number-text';
import { TimeSlice } from '../../util/time-slice';
import { startOf } from '../put/point-reader';
import { tooManyPoints } from '../put/put-body';
import type { SentPoint } from '../put/sent-point';

/** A histogram as a client sent it over HTTP. Mirrors HistogramPojo. */
export interface SentHistogram extends SentPoint {
  /** Of the codec that `value` is read with. */
  id: number;
  /** Counts by bounds, in place of a value; null: absent. */
  buckets: ReadonlyMap<string, bigint | null> | null;
  underflow: bigint;
  overflow: bigint;
}

const TAGS = map('java.util.HashMap', string);
const BUCKETS = map('java.util.LinkedHashMap', longOrNull);

const HISTOGRAM = bean<SentHistogram>({
  type: 'net.opentsdb.core.HistogramPojo',
  unknown: 'ignored',
  create: () => ({
    metric: null,
    timestamp: 0,
    value: null,
    tags: null,
    tsuid: null,
    id: 0,
    buckets: null,
    underflow: 0n,
    overflow: 0n,
  }),
  setters: {
    metric: (point, json) => (point.metric = string(json)),
    timestamp: (point, json) => (point.timestamp = long(json)),
    value: (point, json) => (point.value = string(json)),
    tags: (point, json) => (point.tags = TAGS(json)),
    tsuid: (point, json) => (point.tsuid = string(json)),
    id: (point, json) => (point.id = int(json)),
    buckets: (point, json) => (point.buckets = BUCKETS(json)),
    underflow: (point, json) => (point.underflow = long(json)),
    overflow: (point, json) => (point.overflow = long(json)),
  },
});

/** Histograms between two looks at the clock. */
const STEP = 64;

/** Reads the histograms of a body, a list or a single one. @param most of them @throws ClientError */
export async function readHistograms(bytes: Buffer, most: number): Promise<(SentHistogram | null)[]> {
  const slice = new TimeSlice();
  const start = await startOf(bytes, slice);
  const json = new JsonReader(javaTrim(bytes.toString('utf8', start)));
  const read: (SentHistogram | null)[] = [];
  try {
    if (json.next() !== 'START_ARRAY') return [HISTOGRAM(json)];
    for (const point of elements(json, HISTOGRAM)) {
      if (read.length === most) throw tooManyPoints(most);
      read.push(point);
      if (read.length % STEP === 0 && slice.isOver()) await slice.next();
    }
    return read;
  } catch (error) {
    throw error instanceof JsonError ? unparsable(error) : error;
  }
}
