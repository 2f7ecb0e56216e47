/** Where the cells of a run are put, one behind the other. */
export interface RunTarget {
  /** What was placed and copied in; another one when it has to grow. */
  readonly data: Buffer;
  /** Makes room for a cell whose bytes the caller writes: its qualifier where this says, the value behind it. */
  place(timestamp: number, qualifierLength: number, valueLength: number): number;
  /** Copies bytes in, of which `note` then says where cells are. @returns where they are */
  copyIn(bytes: Uint8Array, from: number, end: number): number;
  /** Adds a cell whose bytes are in `data` already. */
  note(timestamp: number, qualifierAt: number, qualifierLength: number, valueAt: number, valueLength: number): void;
}
