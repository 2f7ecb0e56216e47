import type { PointSink } from '../write';

/**
 * A command that brings points: `put`, `rollup`, `histogram`. The same object serves telnet and HTTP; what they have in common (the order of
 * replies, back pressure, statistics, the words for what is wrong) is the business of those who call it, and the same for all commands.
 */
export interface IngestCommand {
  /** Its word on telnet, and its path behind `/api/`. */
  readonly name: string;
  /**
   * Takes a line of telnet word by word, with every check of the original.
   * @param words of the line, the command's name first
   * @param sink told what becomes of the point in the end
   * @returns undefined when the point is in the write buffer; else resolves when it is, rejects as the call throws
   * @throws what refusalLine has words for
   */
  addWords(words: readonly string[], sink: PointSink): Promise<void> | undefined;
  /** What is looked at first of an HTTP request, the verb included. @throws ClientError */
  checkConfigured(): void;
  /**
   * Reads the whole body of a request, in UTF-8; nothing is stored yet.
   * @param most points that it may have
   * @throws ClientError for one that can't be read, or has more
   */
  readBody(body: Buffer, most: number): Promise<PointBatch>;
}

/** A command with a fast path: lines whose names are known go from their bytes to the write buffer, without a string or an object. */
export interface LineCommand extends IngestCommand {
  /** @returns whether the bytes, without the line end, are a line of this command */
  isLine(bytes: Buffer, from: number, to: number): boolean;
  /** @returns false: nothing was done, and addWords has to look at the line */
  addLine(bytes: Buffer, from: number, to: number, sink: PointSink): boolean;
  /**
   * Looks at lines whose first was not taken, and asks for the UIDs of all names in them that the fast path does not know.
   * @param from where that line begins; what is behind the last line end is not looked at
   * @returns null: there is nothing to ask; else resolves, never rejects, when the fast path is to be tried again
   */
  lookAhead(bytes: Buffer, from: number): Promise<void> | null;
}

/** The points of one HTTP request. */
export interface PointBatch {
  readonly size: number;
  /** The fast path. @returns false: nothing was done, and `add` has to look at the point */
  addBytes(index: number, sink: PointSink): boolean;
  /**
   * Asks for the UIDs of the names that the fast path does not know of some points.
   * @returns as LineCommand.lookAhead
   */
  lookAhead(from: number, to: number): Promise<void> | null;
  /**
   * Takes a point with every check of the original.
   * @returns undefined when the point is in the write buffer; else resolves when it is, rejects as the call throws
   * @throws what refusalDetail has words for
   */
  add(index: number, sink: PointSink): Promise<void> | undefined;
  /** The point as the client sent it, in JSON. */
  toJson(index: number): string;
  /** Nobody looks at the points any more. */
  release(): void;
}
