import { IllegalArgumentError } from './errors';

/** How a data row's key is laid out; every codec that touches a key is given one. Widths in bytes. */
export interface KeyLayout {
  /** 0: no salt. */
  salt: number;
  saltBuckets: number;
  metric: number;
  tagk: number;
  tagv: number;
}

export const DEFAULT_LAYOUT: Readonly<KeyLayout> = { salt: 0, saltBuckets: 20, metric: 3, tagk: 3, tagv: 3 };

/** Width of the base time inside a key. */
export const TIMESTAMP_BYTES = 4;

/** Column family of data, rollup and annotation cells. */
export const DATA_FAMILY = Buffer.from('t');

/**
 * @returns the layout, if it is a possible one
 * @throws IllegalArgumentError in the words of Const.setSaltWidth, Const.setSaltBuckets and UniqueId
 */
export function checkLayout<L extends KeyLayout>(layout: L): L {
  if (!(layout.salt >= 0 && layout.salt <= 8)) throw new IllegalArgumentError('Salt width must be between 0 and 8');
  if (!(layout.saltBuckets >= 1)) throw new IllegalArgumentError('Salt buckets must be greater than 0');
  for (const width of [layout.metric, layout.tagk, layout.tagv])
    if (!(width >= 1 && width <= 8)) throw new IllegalArgumentError(`Invalid width: ${width}`);
  return layout;
}

/** Where the base time starts in a key: after salt and metric. */
export function baseTimeAt(layout: KeyLayout): number {
  return layout.salt + layout.metric;
}

/** Where the tag pairs start in a key. */
export function tagsAt(layout: KeyLayout): number {
  return layout.salt + layout.metric + TIMESTAMP_BYTES;
}
