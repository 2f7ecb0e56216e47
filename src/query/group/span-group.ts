import { type Annotation, type KeyLayout, toMilliseconds } from '../../schema';
import type { ScanWindow } from '../plan/scan-window';
import { sortInSlices } from '../../util/sort-in-slices';
import type { TimeSlice } from '../../util/time-slice';
import type { Span } from '../scan/span';

/** Series between two looks at the clock. */
const STEP = 1024;

/** Series that become one output object. Mirrors SpanGroup. */
export interface SpanGroup {
  /** Values of the group-by keys: groups of the same query over other tables have the same. Empty when there are no such keys. */
  readonly key: string;
  /** With points in the scan window; empty when the group has annotations only. */
  readonly spans: readonly Span[];
  readonly annotations: readonly Annotation[];
}

export interface GroupOptions {
  /** A group for each series; the keys are ignored. The aggregator `none`. */
  readonly each: boolean;
  /** In UID order. */
  readonly groupBys: readonly Buffer[];
  readonly window: ScanWindow;
}

function tagvOf(layout: KeyLayout, tagPart: Buffer, tagk: Buffer): Buffer | null {
  const pair = layout.tagk + layout.tagv;
  for (let at = 0; at < tagPart.length; at += pair) {
    const middle = at + layout.tagk;
    if (tagk.compare(tagPart, at, middle) === 0) return tagPart.subarray(middle, at + pair);
  }
  return null;
}

/** Null when the series lacks one of the keys. */
function groupKey(layout: KeyLayout, span: Span, groupBys: readonly Buffer[]): string | null {
  let key = '';
  for (const tagk of groupBys) {
    const tagv = tagvOf(layout, span.tagPart, tagk);
    if (!tagv) return null;
    key += tagv.toString('latin1');
  }
  return key;
}

/** Joins spans into a group: those with points in the scan window, and of those without any points the annotations in it. */
async function toGroup(key: string, members: readonly Span[], { scanStart, scanEnd }: ScanWindow, slice: TimeSlice): Promise<SpanGroup> {
  // From 2^32 seconds on they are taken for milliseconds: what rows from there show is named, though none of its points is in the window.
  const [start, end] = [toMilliseconds(scanStart), toMilliseconds(scanEnd)];
  const spans: Span[] = [];
  const annotations: Annotation[] = [];
  for (let i = 0; i < members.length; i++) {
    if (i % STEP === STEP - 1 && slice.isOver()) await slice.next();
    const span = members[i];
    if (span.histograms !== null) {
      if (span.histograms.some(({ time }) => time >= start && time <= end)) spans.push(span);
    } else if (span.size === 0) {
      for (const note of span.annotations ?? []) {
        const at = toMilliseconds(note.startTime);
        if (at >= start && at <= end) annotations.push(note);
      }
    } else if (span.first <= end && span.last >= start) {
      spans.push(span);
      for (const note of span.annotations ?? []) annotations.push(note);
    }
  }
  return { key, spans, annotations };
}

/**
 * Splits series into groups, in the byte order of the values of the group-by keys. Mirrors TsdbQuery.GroupByAndAggregateCB.
 * @param spans sorted
 * @param slice others have their turn when it is over
 */
export async function groupSpans(layout: KeyLayout, spans: readonly Span[], options: GroupOptions, slice: TimeSlice): Promise<SpanGroup[]> {
  if (spans.length === 0) return [];
  if (!options.each && options.groupBys.length === 0) return [await toGroup('', spans, options.window, slice)];
  const groups: SpanGroup[] = [];
  for (const [key, group] of options.each ? spans.map(alone) : await byKeys(layout, spans, options.groupBys, slice)) {
    groups.push(await toGroup(key, group, options.window, slice));
    if (slice.isOver()) await slice.next();
  }
  return groups;
}

const alone = (span: Span): [string, Span[]] => ['', [span]];

/** Series by the values of some keys, in their order; those that lack one of the keys are left out. */
async function byKeys(
  layout: KeyLayout,
  spans: readonly Span[],
  groupBys: readonly Buffer[],
  slice: TimeSlice,
): Promise<[string, Span[]][]> {
  const members = new Map<string, Span[]>();
  for (let i = 0; i < spans.length; i++) {
    if (i % STEP === STEP - 1 && slice.isOver()) await slice.next();
    const span = spans[i];
    const key = groupKey(layout, span, groupBys);
    if (key === null) continue;
    const group = members.get(key);
    if (group) group.push(span);
    else members.set(key, [span]);
  }
  // Keys are latin1 text of equal length: comparing code units compares the bytes.
  return sortInSlices([...members], ([a], [b]) => (a < b ? -1 : 1), slice);
}
