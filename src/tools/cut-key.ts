import { tagsAt, type KeyLayout } from '../schema';
import type { JavaNamed } from '../util/errors';

/** A row key that ends too early. The text is what the JDK says in the original, where it is printed. */
export class CutKeyError extends Error implements JavaNamed {
  readonly javaClass = 'java.lang.ArrayIndexOutOfBoundsException';

  constructor(message: string) {
    super(message);
    this.name = 'CutKeyError';
  }
}

/** What is wrong with a key that ends within its base time or within a tag; null: it is whole. Mirrors Internal.baseTime and RowKey's reading of tags. */
export function cutKey(layout: KeyLayout, { length }: Buffer): CutKeyError | null {
  const start = tagsAt(layout);
  if (length < start) return new CutKeyError(`Index ${length} out of bounds for length ${length}`);
  const over = (length - start) % (layout.tagk + layout.tagv);
  if (over === 0) return null;
  const tagkEnd = length - over + layout.tagk;
  const end = over < layout.tagk ? tagkEnd : tagkEnd + layout.tagv;
  return new CutKeyError(`arraycopy: last source index ${end} out of bounds for byte[${length}]`);
}
