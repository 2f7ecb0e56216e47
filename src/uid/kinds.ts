import { IllegalArgumentError } from '../util/errors';
import type { UidKind } from './types';

/** What the assign and rename API call a kind, also in their messages. */
export const TYPE_NAMES: Readonly<Record<UidKind, string>> = { metrics: 'metric', tagk: 'tagk', tagv: 'tagv' };

/**
 * The kind that a client's type string means: `metric` or `metrics`, `tagk`, `tagv`, in any case. Mirrors UniqueId.stringToUniqueIdType.
 * @throws IllegalArgumentError `Invalid type requested: X`
 */
export function kindOf(type: string): UidKind {
  switch (type.toLowerCase()) {
    case 'metric':
    case 'metrics':
      return 'metrics';
    case 'tagk':
      return 'tagk';
    case 'tagv':
      return 'tagv';
    default:
      throw new IllegalArgumentError(`Invalid type requested: ${type}`);
  }
}

/** Column of a kind's UIDMeta beside its reverse mapping; by type, so `metric_meta` although the mapping is `metrics`. */
export function metaQualifier(kind: string): Buffer {
  return Buffer.from(`${TYPE_NAMES[kindOf(kind)]}_meta`);
}

/** @returns the width, if it is a possible one. @throws IllegalArgumentError `Invalid width: N` */
export function checkWidth(width: number): number {
  if (!(width >= 1 && width <= 8)) throw new IllegalArgumentError(`Invalid width: ${width}`);
  return width;
}

/** The highest UID of a width: 2^(8·width) − 1; for 8 bytes the highest signed number. */
export function maxId(width: number): bigint {
  return width === 8 ? (1n << 63n) - 1n : (1n << BigInt(8 * width)) - 1n;
}
