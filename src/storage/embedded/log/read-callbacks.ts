import type { RowPart } from './row-puts';
import type { OwnEntry } from './segment';

/** Is told where the entry is. Must not throw. */
export type OnRead = (part: RowPart, entry: number) => void;

/**
 * Calls that wait for the place of their entry in the log: what a compare-and-set or an increment did depends on what stands in front of it,
 * which other processes may have written. They are told as soon as the entry was read: later its segment may be merged.
 */
export class ReadCallbacks {
  private readonly waiting = new Map<number, OnRead>();

  /** @param sequence of the record that has the entry */
  expect(sequence: number, onRead: OnRead): void {
    this.waiting.set(sequence, onRead);
  }

  /** Nobody waits for this record any more. */
  forget(sequence: number): void {
    this.waiting.delete(sequence);
  }

  /** Takes out what was read. */
  tell(entries: Map<number, OwnEntry>): void {
    for (const [sequence, { index, row, entry }] of entries) {
      entries.delete(sequence);
      this.waiting.get(sequence)?.({ index, row }, entry);
      this.waiting.delete(sequence);
    }
  }
}
