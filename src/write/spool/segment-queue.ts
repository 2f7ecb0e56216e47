import { mkdir, open, readdir, readFile, rm, stat, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { frame } from './frame';
import type { SpoolSpace } from './space';

/** What a segment starts with: it says what the file is, and in which form. */
const MAGIC = Buffer.from('TSDSPL01', 'latin1');
export const SEGMENT_HEADER = MAGIC.length;
const SUFFIX = '.spool';
const SEGMENT_BYTES = 8 << 20;

/** A segment that nothing is added to any more. */
export interface Segment {
  name: string;
  /** Bytes of the file. */
  size: number;
}

interface Batch {
  frames: Buffer[];
  bytes: number;
  done: () => void;
  failed: (error: unknown) => void;
}

/**
 * A queue of records in numbered, append-only files of a directory. A record counts as taken once it is written and synchronised to
 * the disk, together with all that came meanwhile. What was not taken when the process or the machine died is torn or missing at the end of a
 * file, and is not read; files of an earlier process are never added to.
 */
export class SegmentQueue {
  private readonly sealed: Segment[] = [];
  private current: { name: string; file: FileHandle; size: number } | null = null;
  private next = 1;
  private waiting: Batch[] = [];
  private writing = false;
  /** Appends, seals and removals, one after the other. */
  private turn: Promise<void> = Promise.resolve();

  private constructor(
    private readonly directory: string,
    private readonly space: SpoolSpace,
    private readonly segmentBytes: number,
  ) {}

  /** Opens the queue with what an earlier process has left in the directory, which is made when missing. */
  static async open(directory: string, space: SpoolSpace, segmentBytes = SEGMENT_BYTES): Promise<SegmentQueue> {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const queue = new SegmentQueue(directory, space, segmentBytes);
    for (const name of (await readdir(directory)).filter((file) => file.endsWith(SUFFIX)).sort()) {
      const { size } = await stat(join(directory, name));
      queue.next = Math.max(queue.next, parseInt(name, 10) + 1);
      if (size <= SEGMENT_HEADER) {
        await rm(join(directory, name));
        continue;
      }
      if (!(await isSegment(join(directory, name)))) continue;
      queue.sealed.push({ name, size });
      space.used += size;
    }
    return queue;
  }

  /** Bytes in files, and on their way into one. */
  get bytes(): number {
    let bytes = this.current?.size ?? 0;
    for (const { size } of this.sealed) bytes += size;
    for (const batch of this.waiting) bytes += batch.bytes;
    return bytes;
  }

  get empty(): boolean {
    return !this.writing && this.waiting.length === 0 && this.sealed.length === 0 && (this.current?.size ?? 0) <= SEGMENT_HEADER;
  }

  /**
   * Adds records, in their order, behind all that were added before.
   * @returns resolves when they are on the disk
   * @throws SpoolFullError at once; rejects with the error of the file system
   */
  append(payloads: readonly Buffer[]): Promise<void> {
    const frames = payloads.map(frame);
    const bytes = frames.reduce((sum, { length }) => sum + length, 0);
    this.space.take(bytes);
    return new Promise<void>((done, failed) => {
      this.waiting.push({ frames, bytes, done, failed });
      if (this.writing) return;
      this.writing = true;
      void this.inTurn(() => this.write());
    });
  }

  private async write(): Promise<void> {
    while (this.waiting.length > 0) {
      const batches = this.waiting;
      this.waiting = [];
      try {
        await this.writeOut(batches);
        for (const batch of batches) batch.done();
      } catch (error) {
        this.space.release(batches.reduce((sum, { bytes }) => sum + bytes, 0));
        for (const batch of batches) batch.failed(error);
      }
    }
    this.writing = false;
  }

  private async writeOut(batches: readonly Batch[]): Promise<void> {
    if (this.current !== null && this.current.size >= this.segmentBytes) await this.seal();
    const current = (this.current ??= await this.create());
    const bytes = Buffer.concat(batches.flatMap(({ frames }) => frames));
    try {
      await writeAll(current.file, bytes, current.size);
      await current.file.datasync();
      current.size += bytes.length;
    } catch (error) {
      // What is there of the records must not be read as if they had been taken. If it can't be cut off, the file ends with it.
      await current.file.truncate(current.size).catch(() => this.seal());
      throw error;
    }
  }

  private async create(): Promise<{ name: string; file: FileHandle; size: number }> {
    const name = String(this.next++).padStart(12, '0') + SUFFIX;
    const file = await open(join(this.directory, name), 'wx', 0o600);
    try {
      await writeAll(file, MAGIC, 0);
      await syncDirectory(this.directory);
    } catch (error) {
      await file.close();
      await rm(join(this.directory, name), { force: true });
      throw error;
    }
    this.space.used += SEGMENT_HEADER;
    return { name, file, size: SEGMENT_HEADER };
  }

  private async seal(): Promise<void> {
    const { current } = this;
    if (current === null) return;
    // At no moment it is in neither place: its bytes are counted by whoever asks.
    this.current = null;
    this.sealed.push({ name: current.name, size: current.size });
    await current.file.close();
  }

  /** The oldest segment; nothing is added to it from here on. Null: there are no records. */
  oldest(): Promise<Segment | null> {
    return this.inTurn(async () => {
      if (this.sealed.length === 0 && this.current !== null && this.current.size > SEGMENT_HEADER) await this.seal();
      return this.sealed[0] ?? null;
    });
  }

  /** Segments that nothing is added to any more, oldest first. */
  get segments(): readonly Segment[] {
    return this.sealed;
  }

  /** The bytes of a segment, its header in front. */
  read(segment: Segment): Promise<Buffer> {
    return readFile(join(this.directory, segment.name));
  }

  /** Forgets the oldest segment. */
  remove(segment: Segment): Promise<void> {
    return this.inTurn(async () => {
      await rm(join(this.directory, segment.name), { force: true });
      this.sealed.splice(this.sealed.indexOf(segment), 1);
      this.space.release(segment.size);
    });
  }

  /** Ends what is under way; records stay for the next process. */
  close(): Promise<void> {
    return this.inTurn(async () => {
      await this.seal();
      const [only] = this.sealed;
      if (this.sealed.length === 1 && only.size <= SEGMENT_HEADER) await rm(join(this.directory, only.name), { force: true });
    });
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.turn.then(work);
    this.turn = result.then(
      () => undefined,
      () => undefined,
    );
    return result;
  }
}

/** Files in another form are left alone. */
async function isSegment(path: string): Promise<boolean> {
  const file = await open(path, 'r');
  try {
    const start = Buffer.alloc(SEGMENT_HEADER);
    await file.read(start, 0, SEGMENT_HEADER, 0);
    return start.equals(MAGIC);
  } finally {
    await file.close();
  }
}

async function writeAll(file: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let at = 0; at < bytes.length;) {
    const { bytesWritten } = await file.write(bytes, at, bytes.length - at, position + at);
    at += bytesWritten;
  }
}

/** Makes a new file's name as lasting as its bytes. */
async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
