import { useEffect, useState } from 'preact/hooks';

/** Where the pointer is in a graph. */
export interface Cursor {
  /** Milliseconds, of the nearest point. */
  readonly time: number;
  /** CSS pixels within the plot. */
  readonly left: number;
  readonly top: number;
  /** The line that the pointer is near; null: none. */
  readonly focused: number | null;
}

/** Tells those who show something of the pointer, and nobody else: it moves more often than a page can be made anew. */
export class CursorStore {
  private cursor: Cursor | null = null;
  private readonly listeners = new Set<(cursor: Cursor | null) => void>();

  set(cursor: Cursor | null): void {
    if (cursor === null && this.cursor === null) return;
    this.cursor = cursor;
    for (const listener of this.listeners) listener(cursor);
  }

  listen(listener: (cursor: Cursor | null) => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }
}

export function useCursor(store: CursorStore): Cursor | null {
  const [cursor, setCursor] = useState<Cursor | null>(null);
  useEffect(() => store.listen(setCursor), [store]);
  return cursor;
}
