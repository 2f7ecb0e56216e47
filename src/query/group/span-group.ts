import { type Annotation, type KeyLayout, toMilliseconds } from '../../schema';
import type { ScanWindow } from '../plan/scan-window';
import type { Span } from '../scan/span';

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
function toGroup(key: string, members: readonly Span[], { scanStart, scanEnd }: ScanWindow): SpanGroup {
  // From 2^32 seconds on they are taken for milliseconds: what rows from there show is named, though none of its points is in the window.
  const [start, end] = [toMilliseconds(scanStart), toMilliseconds(scanEnd)];
  const spans: Span[] = [];
  const annotations: Annotation[] = [];
  for (const span of members) {
    const { size, timestamps } = span.points;
    if (span.histograms !== null) {
      if (span.histograms.some(({ time }) => time >= start && time <= end)) spans.push(span);
    } else if (size === 0) {
      for (const note of span.annotations ?? []) {
        const at = toMilliseconds(note.startTime);
        if (at >= start && at <= end) annotations.push(note);
      }
    } else if (timestamps[0] <= end && timestamps[size - 1] >= start) {
      spans.push(span);
      if (span.annotations) annotations.push(...span.annotations);
    }
  }
  return { key, spans, annotations };
}

/**
 * Splits series into groups, in the byte order of the values of the group-by keys. Mirrors TsdbQuery.GroupByAndAggregateCB.
 * @param spans sorted
 */
export function groupSpans(layout: KeyLayout, spans: readonly Span[], options: GroupOptions): SpanGroup[] {
  if (spans.length === 0) return [];
  if (options.each) return spans.map((span) => toGroup('', [span], options.window));
  if (options.groupBys.length === 0) return [toGroup('', spans, options.window)];
  const members = new Map<string, Span[]>();
  for (const span of spans) {
    const key = groupKey(layout, span, options.groupBys);
    if (key === null) continue;
    const group = members.get(key);
    if (group) group.push(span);
    else members.set(key, [span]);
  }
  // Keys are latin1 text of equal length: comparing code units compares the bytes.
  return [...members].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, group]) => toGroup(key, group, options.window));
}
