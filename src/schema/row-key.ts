import { javaBytes } from './bytes';
import { IllegalArgumentError } from './errors';
import { baseTimeAt, tagsAt, TIMESTAMP_BYTES, type KeyLayout } from './layout';
import { applySalt } from './salt';

/** The parts of a data row's key; views into it. */
export interface RowKeyParts {
  metric: Buffer;
  /** Seconds. */
  baseTime: number;
  /** In key order: sorted by tagk. */
  tags: { tagk: Buffer; tagv: Buffer }[];
}

/**
 * A salted data row key.
 * @param tagPairs tagk and tagv UIDs concatenated, one buffer a tag, in any order: a key holds them sorted as unsigned bytes
 * @param baseTime seconds; only its low 32 bits are kept
 */
export function buildRowKey(layout: KeyLayout, metric: Uint8Array, baseTime: number, tagPairs: readonly Buffer[]): Buffer {
  const pairs = [...tagPairs].sort(Buffer.compare);
  const key = Buffer.alloc(tagsAt(layout) + pairs.reduce((n, p) => n + p.length, 0));
  key.set(metric, layout.salt);
  setBaseTime(layout, key, baseTime);
  let at = tagsAt(layout);
  for (const pair of pairs) {
    key.set(pair, at);
    at += pair.length;
  }
  applySalt(layout, key);
  return key;
}

/** Writes the base time into a key in place. The salt does not depend on it, so one key can serve a series hour after hour. */
export function setBaseTime(layout: KeyLayout, key: Buffer, baseTime: number): void {
  key.writeUInt32BE(baseTime >>> 0, baseTimeAt(layout));
}

/** Base time of a key, in seconds. Mirrors Internal.baseTime. */
export function baseTimeOfKey(layout: KeyLayout, key: Buffer): number {
  return key.readUInt32BE(baseTimeAt(layout));
}

/** Metric UID of a key, a view. */
function metricOfKey(layout: KeyLayout, key: Buffer): Buffer {
  return key.subarray(layout.salt, baseTimeAt(layout));
}

/**
 * Takes a key apart; views into it. The row of global annotations has no tags.
 * @throws IllegalArgumentError when the key is too short or its tags are cut off
 */
export function parseRowKey(layout: KeyLayout, key: Buffer): RowKeyParts {
  const start = tagsAt(layout);
  const tagPart = key.length - start;
  if (tagPart < 0 || tagPart % (layout.tagk + layout.tagv) !== 0) throw corruptKey(key);
  return { metric: metricOfKey(layout, key), baseTime: baseTimeOfKey(layout, key), tags: splitTags(layout, key.subarray(start)) };
}

/** Whether this is the row of global annotations of its hour: no metric, no tags, never salted. */
export function isGlobalAnnotationKey(layout: KeyLayout, key: Buffer): boolean {
  return key.length === tagsAt(layout) && key.subarray(0, baseTimeAt(layout)).every((b) => b === 0);
}

/** Key of the row that holds the global annotations of an hour. */
export function globalAnnotationKey(layout: KeyLayout, baseTime: number): Buffer {
  const key = Buffer.alloc(tagsAt(layout));
  setBaseTime(layout, key, baseTime);
  return key;
}

/**
 * TSUID of a key: metric and tags. Mirrors UniqueId.getTSUIDFromKey.
 * @throws IllegalArgumentError when the key has no tags or cut-off ones
 */
export function tsuidOfKey(layout: KeyLayout, key: Buffer): Buffer {
  const start = tagsAt(layout);
  const tagPart = key.length - start;
  if (tagPart < 1 || tagPart % (layout.tagk + layout.tagv) !== 0) throw corruptKey(key);
  return Buffer.concat([metricOfKey(layout, key), key.subarray(start)]);
}

/** The salted key of a series' row. Mirrors RowKey.rowKeyFromTSUID. @param baseTime seconds */
export function rowKeyOfTsuid(layout: KeyLayout, tsuid: Buffer, baseTime: number): Buffer {
  const key = Buffer.alloc(layout.salt + tsuid.length + TIMESTAMP_BYTES);
  tsuid.copy(key, layout.salt, 0, layout.metric);
  setBaseTime(layout, key, baseTime);
  tsuid.copy(key, tagsAt(layout), layout.metric);
  applySalt(layout, key);
  return key;
}

function splitTags(layout: KeyLayout, tagPart: Buffer): RowKeyParts['tags'] {
  const tags: RowKeyParts['tags'] = [];
  for (let at = 0; at < tagPart.length; at += layout.tagk + layout.tagv) {
    const middle = at + layout.tagk;
    tags.push({ tagk: tagPart.subarray(at, middle), tagv: tagPart.subarray(middle, middle + layout.tagv) });
  }
  return tags;
}

function corruptKey(key: Buffer): IllegalArgumentError {
  return new IllegalArgumentError(`Row key is missing tags or it is corrupted ${javaBytes(key)}`);
}
