import type { RowFilter, TagFilter, TsuidFilter } from '../filter';
import { compileRowFilter } from '../row-filter';
import type { ScanOptions } from '../storage';
import { ProtoWriter } from './protobuf';
import { fuzzyKeys } from './fuzzy-keys';
import { keyRanges, onlyKeyOf, type RowRange } from '../key-ranges';

/**
 * Row filters as HBase evaluates them: a regular expression over the key's bytes (read as ISO-8859-1), and where every position
 * of a wanted key is known, fuzzy rows, or ranges of keys, which let the server jump instead of looking at each row.
 */

const FILTERS = 'org.apache.hadoop.hbase.filter.';
/** java.util.regex.Pattern.DOTALL: a key's bytes are any bytes. */
const DOTALL = 32;
/** With more alternatives the server's matcher costs more than sending the rows: they are checked in this process instead. */
const MAX_ALTERNATIVES = 4000;

/** What the server is asked for. */
export interface ServerScan {
  /** Inclusive. */
  start: Buffer;
  /** Empty: to the end of the table. */
  stop: Buffer;
  /** Only the row `start`, which is `stop`, too: the server opens no file that says it has no such row. */
  oneRow: boolean;
  /** Filter message, encoded; undefined: none. */
  filter: Buffer | undefined;
  /** What the server was not asked to check. */
  accepts: ((key: Buffer) => boolean) | null;
}

/** What of a scan becomes a filter; the range fixes the first bytes of the wanted keys. */
type FilteredScan = Pick<ScanOptions, 'filter' | 'firstCellOnly' | 'withoutValues' | 'start' | 'stop'>;

/** Everything of a scan's rows that the server can decide: as filters, and as the range itself where that is all there is to it. */
export function serverScan({ filter, firstCellOnly, withoutValues, start, stop }: FilteredScan): ServerScan {
  const scan: ServerScan = { start, stop, oneRow: false, filter: undefined, accepts: null };
  const messages: Buffer[] = [];
  if (filter !== undefined) addFilter(filter, scan, messages);
  if (firstCellOnly === true) messages.push(filterMessage('FirstKeyOnlyFilter', new ProtoWriter(0).finish()));
  // KeyOnlyFilter {len_as_val 1 = false}
  if (withoutValues === true) messages.push(filterMessage('KeyOnlyFilter', new ProtoWriter(2).bool(1, false).finish()));
  const key = onlyKeyOf(scan);
  if (key !== null) {
    scan.stop = key;
    scan.oneRow = true;
  }
  if (messages.length > 0) scan.filter = messages.length === 1 ? messages[0] : allOf(messages);
  return scan;
}

function compiled(filter: RowFilter): (key: Buffer) => boolean {
  const passes = compileRowFilter(filter);
  return (key) => passes(key, 0, key.length);
}

/** Adds the server's part of the filter, and makes the range of the scan smaller. */
function addFilter(filter: RowFilter, scan: ServerScan, messages: Buffer[]): void {
  switch (filter.kind) {
    case 'all':
      for (const part of filter.filters) addFilter(part, scan, messages);
      return;
    case 'keyRegexp':
      messages.push(rowRegexp(filter.pattern));
      return;
    case 'tags': {
      const keys = fuzzyKeys(filter, scan.start, scan.stop);
      if (keys !== null) messages.push(fuzzyRows(keys));
      else addRanges(keyRanges(filter, scan.start, scan.stop), scan, messages);
      const { pattern, exact } = tagPattern(filter);
      messages.push(rowRegexp(pattern));
      if (!exact) checkHere(filter, scan);
      return;
    }
    case 'tsuids': {
      const ranges = keyRanges(filter, scan.start, scan.stop);
      addRanges(ranges, scan, messages);
      if (ranges !== null && filter.onlyRowTimes === true) return; // the ranges are the keys
      if (filter.tagParts.length > MAX_ALTERNATIVES) checkHere(filter, scan);
      else messages.push(rowRegexp(tsuidPattern(filter)));
    }
  }
}

function checkHere(filter: RowFilter, scan: ServerScan): void {
  const passes = compiled(filter);
  const { accepts } = scan;
  scan.accepts = accepts === null ? passes : (key) => accepts(key) && passes(key);
}

/** Has the server look at these ranges only: one becomes the range of the scan, with several the server jumps from one to the next. */
function addRanges(ranges: readonly RowRange[] | null, scan: ServerScan, messages: Buffer[]): void {
  if (ranges === null || ranges.length === 0) return;
  if (ranges.length > 1) messages.push(rowRanges(ranges));
  const { start } = ranges[0];
  const { stop } = ranges[ranges.length - 1];
  if (scan.start.compare(start) < 0) scan.start = start;
  if (scan.stop.length === 0 || scan.stop.compare(stop) > 0) scan.stop = stop;
}

/**
 * The expression of QueryUtil.getRowKeyUIDRegex, with the end anchored at the very end. `exact` is false when a value list is
 * too long and only the presence of its tag is asked for.
 */
export function tagPattern({ prefixLength, tagkWidth, tagvWidth, tags, explicit }: TagFilter): { pattern: string; exact: boolean } {
  const gap = explicit ? '' : `(?:.{${tagkWidth + tagvWidth}})*`;
  let alternatives = 0;
  let exact = true;
  let pattern = `(?s)^.{${prefixLength}}`;
  for (const { tagk, tagvs } of tags) {
    pattern += gap + quote(tagk);
    alternatives += tagvs?.length ?? 0;
    if (tagvs === null) pattern += `.{${tagvWidth}}`;
    else if (alternatives > MAX_ALTERNATIVES) {
      pattern += `.{${tagvWidth}}`;
      exact = false;
    } else if (tagvs.length === 0) pattern += '(?!)';
    else pattern += `(?:${tagvs.map(quote).join('|')})`;
  }
  return { pattern: `${pattern}${gap}\\z`, exact };
}

/** The expression of QueryUtil.getRowKeyTSUIDRegex. */
export function tsuidPattern({ prefixLength, tagParts }: TsuidFilter): string {
  return tagParts.length === 0 ? '(?!)' : `(?s)^.{${prefixLength}}(?:${tagParts.map(quote).join('|')})\\z`;
}

/** Bytes as a literal; an end of quoting that lies within them is quoted by itself. */
function quote(bytes: Buffer): string {
  return `\\Q${bytes.toString('latin1').replaceAll('\\E', '\\E\\\\E\\Q')}\\E`;
}

function filterMessage(name: string, serialized: Buffer): Buffer {
  return new ProtoWriter(serialized.length + 80)
    .string(1, FILTERS + name)
    .bytes(2, serialized)
    .finish();
}

/** RowFilter {compare_filter 1 {compare_op 1 = EQUAL, comparator 2 {name 1, serialized 2 {pattern 1, flags 2, charset 3}}}}. */
function rowRegexp(pattern: string): Buffer {
  const comparator = new ProtoWriter(pattern.length * 2 + 32).string(1, pattern).uint(2, DOTALL).string(3, 'ISO-8859-1').finish();
  const w = new ProtoWriter(comparator.length + 128);
  const compare = w.begin(1);
  w.uint(1, 2);
  const wrapped = w.begin(2);
  w.string(1, `${FILTERS}RegexStringComparator`).bytes(2, comparator).end(wrapped).end(compare);
  return filterMessage('RowFilter', w.finish());
}

/** FuzzyRowFilter {fuzzy_keys_data 1 {first 1 = key, second 2 = mask}}; in the mask 0 is a fixed byte and 1 any. */
function fuzzyRows(keys: readonly { key: Buffer; mask: Buffer }[]): Buffer {
  const w = new ProtoWriter(keys.length * 64);
  for (const { key, mask } of keys) {
    const pair = w.begin(1);
    w.bytes(1, key).bytes(2, mask).end(pair);
  }
  return filterMessage('FuzzyRowFilter', w.finish());
}

/** MultiRowRangeFilter {row_range_list 1 {start_row 1, start_row_inclusive 2, stop_row 3, stop_row_inclusive 4}}. */
function rowRanges(ranges: readonly RowRange[]): Buffer {
  const w = new ProtoWriter(ranges.length * 80);
  for (const { start, stop } of ranges) {
    const range = w.begin(1);
    w.bytes(1, start).bool(2, true).bytes(3, stop).bool(4, false).end(range);
  }
  return filterMessage('MultiRowRangeFilter', w.finish());
}

/** FilterList {operator 1 = MUST_PASS_ALL, filters 2}. */
function allOf(messages: readonly Buffer[]): Buffer {
  const w = new ProtoWriter(messages.reduce((sum, message) => sum + message.length + 8, 16)).uint(1, 1);
  for (const message of messages) w.bytes(2, message);
  return filterMessage('FilterList', w.finish());
}
