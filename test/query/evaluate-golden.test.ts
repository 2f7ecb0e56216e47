import fs from 'node:fs';
import path from 'node:path';
import { evaluateGroup } from '../../src/query/evaluate';
import { parseDownsample } from '../../src/query/downsample/parse-downsample';
import type { DownsampleSpec } from '../../src/query/specification';
import { groupSpec, seriesOf, toMs, valueTexts, type PutPoint } from './evaluate-support';

interface StoredSeries {
  metric: string;
  tags: { host: string; g: string };
  points: PutPoint[];
}

interface Case {
  metric: string;
  start: number;
  end: number;
  agg: string;
  ds?: string;
  tz?: string;
  cal?: boolean;
  rate?: { counter?: boolean; counterMax?: number; resetValue?: number; dropResets?: boolean };
  /** The tag that groups. */
  by: string | null;
  groups?: { tags: Record<string, string>; dps: string }[];
  error?: string;
}

const golden = JSON.parse(fs.readFileSync(path.join(__dirname, 'golden', 'evaluate.json'), 'utf8')) as {
  series: StoredSeries[];
  cases: Case[];
};

function downsampleOf(c: Case): DownsampleSpec | undefined {
  if (c.ds === undefined) return undefined;
  const spec = parseDownsample(c.ds);
  return { ...spec, timeZone: c.tz ?? 'UTC', calendar: spec.kind === 'interval' && (spec.calendar || c.cal === true) };
}

/** The text of each object's `dps`. */
function answer(c: Case): string[] {
  const { counter = false, counterMax = 2n ** 63n - 1n, resetValue = 0, dropResets = false } = c.rate ?? {};
  const spec = groupSpec({
    aggregator: c.agg,
    downsample: downsampleOf(c),
    rate: c.rate !== undefined && { counter, counterMax: BigInt(counterMax), resetValue: BigInt(resetValue), dropResets },
    startMs: c.start,
    endMs: c.end,
  });
  const inScan = ([timestamp]: PutPoint): boolean => toMs(timestamp) >= spec.scanStart * 1000 && toMs(timestamp) < spec.scanEnd * 1000;
  const spans = golden.series
    .filter(({ metric }) => metric === c.metric)
    .map(({ tags, points }) => ({ tags, points: points.filter(inScan) }))
    .filter(({ points }) => points.length > 0)
    // UID order: of the tag keys, g came first.
    .sort((a, b) => (a.tags.g + a.tags.host < b.tags.g + b.tags.host ? -1 : 1));
  const groups = new Map<string, typeof spans>();
  for (const span of spans) {
    const key = c.agg === 'none' ? span.tags.g + span.tags.host : c.by === null ? '' : span.tags.g;
    groups.set(key, [...(groups.get(key) ?? []), span]);
  }
  return [...groups.values()].map((members) => {
    const points = evaluateGroup(
      members.map((span) => seriesOf(span.points)),
      spec,
    );
    return valueTexts(points, spec.downsample?.fill === 'null' ? 'null' : '"NaN"')
      .map((text, i) => `"${points.timestamps[i]}":${text}`)
      .join(',');
  });
}

const titleOf = ({ metric, agg, ds, tz, rate, by, start, end, cal }: Case): string =>
  JSON.stringify({ metric, agg, ds, tz, cal, rate, by, start, end });

describe("the original's answers", () => {
  test.each(golden.cases.map((c) => [titleOf(c), c] as const))('%s', (_title, c) => {
    if (c.error !== undefined) {
      expect(() => answer(c)).toThrow(c.error);
    } else {
      expect(answer(c)).toEqual(c.groups?.map(({ dps }) => dps));
    }
  });
});
