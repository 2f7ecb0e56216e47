import { Random } from './random';

/** A time as it is put: seconds, or milliseconds beyond 2^32. Its value as it is put, so that 1, 1.0 and 1.00 stay apart. */
export type DataPoint = readonly [time: number, value: string];

export interface DataSeries {
  /** Without what keeps data sets apart. */
  readonly metric: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly points: readonly DataPoint[];
  readonly notes: readonly Note[];
}

export interface Note {
  /** Seconds or milliseconds. */
  readonly startTime: number;
  readonly endTime?: number;
  readonly description: string;
}

/** Series of some metrics around one time. */
export interface DataSet {
  /** In front of each metric's name in storage. */
  readonly id: string;
  /** Seconds, on the hour: most points lie in the hours after it. */
  readonly base: number;
  readonly series: readonly DataSeries[];
  /** Annotations of no series. */
  readonly globals: readonly Note[];
}

/** Hours after `base` that hold points of most metrics. */
export const HOURS = 4;
export const HOUR = 3600;
/** Points of the metric `days` lie in so many days after `base`. */
export const DAYS = 70;
export const HOSTS = ['web01', 'web02', 'WEB01', 'db-1', 'cache.7'] as const;
export const RACKS = ['r1', 'r2', 'r3'] as const;
export const CENTERS = ['lga', 'sjc', 'LGA'] as const;
export const TAGS: Readonly<Record<string, readonly string[]>> = { host: HOSTS, rack: RACKS, dc: CENTERS };
/** Every name of a data set's tags, in the order in which UIDs are assigned. */
export const TAG_KEYS = ['rack', 'host', 'dc'] as const;
export const TAG_VALUES = ['r2', 'web02', 'lga', 'cache.7', 'WEB01', 'LGA', 'r1', 'web01', 'sjc', 'r3', 'db-1'] as const;

type Values = (random: Random, n: number) => string;

const float = (random: Random): string => String((random.int(-4000, 4000) / 8).toFixed(3));
const EDGES = ['9223372036854775807', '-9223372036854775808', '4611686018427387904', '9007199254740993', '-9007199254740992'];
const FLOAT_EDGES = ['0.0', '-0.0', '0.1', '1e10', '1.5e300', '-1.5e300', '1e-30', '16777217.0', '3.141592653589793', '4.9E-324'];

/** What the values of a metric are like. */
const METRICS: Readonly<Record<string, Values>> = {
  ints: (random) => String(random.int(-1000, 1000)),
  floats: float,
  mixed: (random) => (random.chance(0.6) ? String(random.int(-50, 50)) : float(random)),
  wide: (random) => random.pick([...EDGES, String(random.int(-100, 100)), String(random.int(-(2 ** 31), 2 ** 31))]),
  doubles: (random) => random.pick([...FLOAT_EDGES, String(Math.sin(random.next()) * 1e5), float(random)]),
  counter: (random, n) => String(random.chance(0.15) ? random.int(0, 20) : n * 60 + random.int(0, 59)),
  days: (random) => (random.chance(0.8) ? String(random.int(0, 100)) : float(random)),
  twice: (random) => String(random.int(0, 9)),
};
const MOST_ASKED = Object.keys(METRICS).filter((name) => name !== 'twice');
/** What to choose metrics from; most queries of `twice` fail. */
export const METRIC_NAMES = [...MOST_ASKED, ...MOST_ASKED, 'twice'];
/** A metric whose points are of the last hours before `now`: for those who ask for the last points. */
export const RECENT = 'recent';

const second = (random: Random): number => random.pick([1, 5, 10, 10, 30, 60, 60, 300]);

/** Times in ascending order, seconds and milliseconds mixed, with gaps. */
function times(random: Random, base: number): number[] {
  const step = second(random);
  const style = random.pick(['s', 's', 'ms', 'mixed'] as const);
  const jitter = random.chance(0.3) ? step / 2 : 0;
  const found: number[] = [];
  let at = base + random.pick([0, 0, 1, 59, 1800, 3540, 3599, 7199]) + (random.chance(0.2) ? -HOUR : 0);
  for (let left = random.oneOf([1, () => 1], [2, () => random.int(2, 5)], [5, () => random.int(10, 90)]); left > 0; left--) {
    const exact = at + random.next() * jitter;
    const milliseconds = style === 'ms' || (style === 'mixed' && random.chance(0.5));
    found.push(milliseconds ? Math.floor(exact) * 1000 + random.pick([0, 1, 250, 500, 999]) : Math.floor(exact));
    at += random.chance(0.05) ? random.int(2, 40) * step : step;
  }
  return found;
}

function daysTimes(random: Random, base: number): number[] {
  const found: number[] = [];
  for (let at = base + random.int(0, 86_400); at < base + DAYS * 86_400; at += random.int(1, 16) * HOUR + random.int(-90, 90))
    found.push(at);
  return found;
}

/** Points in time order; of those at one instant the first counts. */
function distinct(points: readonly DataPoint[]): DataPoint[] {
  const seen = new Map<number, DataPoint>();
  for (const point of points) {
    const at = point[0] < 2 ** 32 ? point[0] * 1000 : point[0];
    if (!seen.has(at)) seen.set(at, point);
  }
  return [...seen].sort(([a], [b]) => a - b).map(([, point]) => point);
}

/** The same instant again: as other numbers, or in milliseconds beside seconds. */
function duplicates(random: Random, points: readonly DataPoint[]): DataPoint[] {
  return points.flatMap((point): DataPoint[] => {
    if (!random.chance(0.1)) return [point];
    const [time, value] = point;
    if (random.chance(0.3)) return [point, [time < 2 ** 32 ? time * 1000 : time, value]];
    return [point, [time, random.pick([value, `${value}.5`, '300'])]];
  });
}

function notes(random: Random, base: number): Note[] {
  if (!random.chance(0.15)) return [];
  return Array.from({ length: random.int(1, 3) }, (_, i): Note => {
    const at = base + random.int(0, HOURS * HOUR);
    const startTime = random.chance(0.3) ? at * 1000 + random.int(0, 999) : at;
    return { startTime, endTime: random.chance(0.4) ? startTime + random.int(1, 60) : undefined, description: `note ${i}` };
  });
}

/** No two alike; some without some of the keys. */
function tagSets(random: Random, count: number): Record<string, string>[] {
  const all = new Map<string, Record<string, string>>();
  const keys = random.pick([['host'], ['host', 'dc'], ['host', 'rack', 'dc'], ['rack', 'host']]);
  for (let i = 0; i < count; i++) {
    const present = keys.filter((_, k) => k === 0 || random.chance(0.85));
    const tags = Object.fromEntries(present.map((key) => [key, random.pick(TAGS[key])]));
    all.set(JSON.stringify(tags), tags);
  }
  return [...all.values()];
}

function recentSeries(random: Random, now: number): DataSeries[] {
  const hour = now - (now % HOUR);
  return tagSets(random, 5).map((tags) => {
    const points = Array.from({ length: random.int(1, 8) }, (): DataPoint => {
      const time = Math.min(hour - random.int(0, 6) * HOUR + random.int(0, HOUR - 1), now);
      return [random.chance(0.3) ? time * 1000 + random.int(0, 999) : time, METRICS.mixed(random, 0)];
    });
    return { metric: RECENT, tags, points: distinct(points), notes: [] };
  });
}

/**
 * @param number of the data set: each has a time of its own, for annotations of no series know no other bounds
 * @param now seconds
 */
export function randomDataSet(seed: number, number: number, now: number): DataSet {
  const random = new Random(seed, 'data', number);
  // A hundred days apart from 1980 on, so that every season and change of the clock has its turn.
  const base = 315_532_800 + (number % 120) * 100 * 86_400 + random.int(0, 23) * HOUR;
  const series = Object.entries(METRICS).flatMap(([metric, valueOf]) =>
    tagSets(random, metric === 'days' ? 2 : random.int(1, 6)).map((tags): DataSeries => {
      const at = metric === 'days' ? daysTimes(random, base) : times(random, base);
      const points = distinct(at.map((time, n): DataPoint => [time, valueOf(random, n)]));
      return { metric, tags, points: metric === 'twice' ? duplicates(random, points) : points, notes: notes(random, base) };
    }),
  );
  series.push(...recentSeries(random, now));
  return { id: `d${seed}.${number}`, base, series, globals: notes(random, base) };
}
