import { StoragePointWriter, type WriterParts } from './point-writer';
import type { PointWriter } from './types';

export type { WriterParts } from './point-writer';
export { loadWritePlugins } from './plugin-loader';
export * from './plugins';
export { checkFinite, checkTimestamp } from './point-checks';
export { HASH_PRIME, HASH_SEED, hashName } from './names-table';
export { NumberScanner } from './number-scanner';
export type { Spool } from './spool';
export { parseTag, showTags } from './tags-text';
export * from './types';
export { readValueText, type ReadValue } from './value-text';

/**
 * The write path as the configuration wants it.
 * @throws IllegalArgumentError for values that the original does not start with either
 */
export function createPointWriter(parts: WriterParts): PointWriter {
  return new StoragePointWriter(parts);
}
