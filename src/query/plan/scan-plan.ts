import { allSalts, hexToUid, setBaseTime, tagsAt, type KeyLayout } from '../../schema';
import type { RowFilter } from '../../storage';
import type { PointSource } from '../source';
import type { FilterPlan, RowLiteral } from './row-literals';
import { RowTimes } from './row-times';
import type { ScanWindow } from './scan-window';
import { ClientError } from '../../util/errors';

/** One range of a table; keys as the store has them. */
export interface KeyRange {
  /** Inclusive. */
  readonly start: Buffer;
  /** Exclusive. */
  readonly stop: Buffer;
}

/** Which rows of which source a sub-query reads. */
export interface ScanPlan extends ScanWindow {
  readonly source: PointSource;
  readonly metric: Buffer;
  /** One a salt bucket; one when salting is off. */
  readonly ranges: readonly KeyRange[];
  readonly filter: RowFilter | undefined;
  /** A last condition on keys that the store does not evaluate; null: none. */
  readonly accepts: ((key: Buffer) => boolean) | null;
}

const NONE = Buffer.alloc(0);
/** With more keys a message of all of them costs more than the pattern that they have in common. */
const MOST_KEYS = 1000;

function rangesOf(layout: KeyLayout, metric: Buffer, window: ScanWindow, stopTags: Buffer): KeyRange[] {
  const key = (salt: Buffer, time: number, tags: Buffer): Buffer => {
    const out = Buffer.allocUnsafe(tagsAt(layout) + tags.length);
    out.set(salt);
    out.set(metric, layout.salt);
    setBaseTime(layout, out, time);
    out.set(tags, tagsAt(layout));
    return out;
  };
  return allSalts(layout).map((salt) => ({ start: key(salt, window.scanStart, NONE), stop: key(salt, window.scanEnd, stopTags) }));
}

/**
 * The extra condition of the fuzzy filter that the original adds for explicit tags: of the keys with several literal
 * values at most one may differ from its first value, for it builds masks for one key at a time only.
 */
function fuzzyCondition(layout: KeyLayout, literals: readonly RowLiteral[]): ((key: Buffer) => boolean) | null {
  const several = literals.flatMap((l, i) => (l.values && l.values.length > 1 ? [{ at: i, first: l.values[0] }] : []));
  if (several.length < 2) return null;
  const pair = layout.tagk + layout.tagv;
  const valuesAt = tagsAt(layout) + layout.tagk;
  return (key) => {
    const differing = several.filter(({ at, first }) => {
      const from = valuesAt + at * pair;
      return first.compare(key, from, from + layout.tagv) !== 0;
    });
    return differing.length <= 1;
  };
}

/** Where the tags are all there may be and their values are known, so are the series: their rows are found by their keys. */
function rowFilter(
  layout: KeyLayout,
  literals: readonly RowLiteral[],
  explicit: boolean,
  rowTimes: readonly number[] | undefined,
): RowFilter {
  const prefixLength = tagsAt(layout);
  const tagParts = explicit && rowTimes !== undefined ? literalSeries(literals, MOST_KEYS / rowTimes.length) : null;
  if (tagParts !== null) return { kind: 'tsuids', prefixLength, tagParts, rowTimes, onlyRowTimes: true };
  const tags = literals.map((l) => ({ tagk: l.tagk, tagvs: l.values }));
  const { tagk: tagkWidth, tagv: tagvWidth } = layout;
  return { kind: 'tags', prefixLength, tagkWidth, tagvWidth, tags, explicit, rowTimes, onlyRowTimes: true };
}

/** The tag parts of all series that have one value of each, in the order of keys; null: a value may be any, or they are more than `most`. */
function literalSeries(literals: readonly RowLiteral[], most: number): Buffer[] | null {
  const lists = literals.flatMap(({ values }) => (values === null ? [] : [values]));
  const count = lists.reduce((product, values) => product * values.length, 1);
  if (lists.length < literals.length || count > most) return null;
  return literals.reduce<Buffer[]>(
    (parts, { tagk }, i) => parts.flatMap((part) => lists[i].map((value) => Buffer.concat([part, tagk, value]))),
    [Buffer.alloc(0)],
  );
}

/**
 * Ranges and row filter of a metric's scan. Mirrors QueryUtil.getMetricScanner and setDataTableScanFilter: with the
 * fuzzy filter the row at the end of the window is read too.
 * @param explicit the series may have no other tags; without any filter that means nothing
 * @param fuzzy `tsd.query.enable_fuzzy_filter`
 * @param times of the request's scans
 */
export function planMetricScan(
  source: PointSource,
  metric: Buffer,
  window: ScanWindow,
  { literals, groupBys }: FilterPlan,
  explicit: boolean,
  fuzzy: boolean,
  times = new RowTimes(),
): ScanPlan {
  const { layout } = source;
  const useFuzzy = explicit && fuzzy && literals.length > 0;
  const stopTags = useFuzzy ? Buffer.concat(literals.flatMap((l) => [l.tagk, Buffer.alloc(layout.tagv, 0xff)])) : Buffer.alloc(0);
  return {
    source,
    scanStart: window.scanStart,
    scanEnd: window.scanEnd,
    metric,
    ranges: rangesOf(layout, metric, window, stopTags),
    filter:
      literals.length > 0 || groupBys.length > 0
        ? rowFilter(layout, literals, explicit, times.of(source.rowSpan, window, useFuzzy))
        : undefined,
    accepts: useFuzzy ? fuzzyCondition(layout, literals) : null,
  };
}

/**
 * Ranges and row filter for certain series. Mirrors TsdbQuery's TSUID path and QueryUtil.getRowKeyTSUIDRegex.
 * @param tsuids hexadecimal; all of one metric
 * @param times of the request's scans
 * @throws ClientError 400
 */
export function planTsuidScan(source: PointSource, tsuids: readonly string[], window: ScanWindow, times = new RowTimes()): ScanPlan {
  const { layout } = source;
  const digits = layout.metric * 2;
  const metricHex = tsuids[0].slice(0, digits).toUpperCase();
  for (const tsuid of tsuids) {
    if (tsuid.length < digits) throw new ClientError(400, `TSUID is shorter than a metric's UID: ${tsuid}`);
    const other = tsuid.slice(0, digits).toUpperCase();
    if (other !== metricHex) throw new ClientError(400, `One or more TSUIDs did not share the same metric [${metricHex}] [${other}]`);
  }
  const metric = hexToUid(tsuids[0].slice(0, digits));
  const tagParts = tsuids.map((tsuid) => hexToUid(tsuid.slice(digits))).sort(Buffer.compare);
  return {
    source,
    scanStart: window.scanStart,
    scanEnd: window.scanEnd,
    metric,
    ranges: rangesOf(layout, metric, window, Buffer.alloc(0)),
    filter: { kind: 'tsuids', prefixLength: tagsAt(layout), tagParts, rowTimes: times.of(source.rowSpan, window), onlyRowTimes: true },
    accepts: null,
  };
}
