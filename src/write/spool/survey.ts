import { FrameReader } from './frame';
import type { RowFence } from './row-fence';
import { SEGMENT_HEADER, type SegmentQueue } from './segment-queue';

/** Records that are read before other work gets its turn. */
const RECORDS_A_TURN = 2000;

/** The look through what an earlier process has left. */
export interface Survey {
  /** Resolves at the end, or when it was stopped; rejects when a file can't be read: the fence stays around everything then. */
  readonly ended: Promise<void>;
  /** Nothing is added to the fence from here on. */
  stop(): void;
}

/**
 * Finds out whose records are in the files that are there now, so that others need not go behind them: adds each to the fence, and takes the
 * fence from around everything when all are known. A record that can't be read will not be replayed either.
 */
export function surveyOf(queue: SegmentQueue, fence: RowFence, nameOf: (payload: Buffer) => Uint8Array): Survey {
  let stopped = false;
  const look = async (): Promise<void> => {
    for (const segment of [...queue.segments]) {
      const bytes = await queue.read(segment).catch(ignoreRemoved);
      if (bytes === null) continue;
      const reader = new FrameReader(bytes, SEGMENT_HEADER);
      for (let more = true; more;) {
        await new Promise((turn) => setImmediate(turn));
        if (stopped) return;
        more = addSome(reader, fence, nameOf);
      }
    }
    if (!stopped) fence.endAll();
  };
  return { ended: look(), stop: () => void (stopped = true) };
}

/** @returns false: there are no more */
function addSome(reader: FrameReader, fence: RowFence, nameOf: (payload: Buffer) => Uint8Array): boolean {
  for (let i = 0; i < RECORDS_A_TURN; i++) {
    const payload = reader.next();
    if (payload === null) return false;
    try {
      fence.add(nameOf(payload));
    } catch {
      continue;
    }
  }
  return true;
}

/** Its records are in storage by now. */
function ignoreRemoved(error: unknown): null {
  if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
  throw error;
}
