import {
  DATA_FAMILY,
  decodeAnnotation,
  columnKind,
  globalAnnotationKey,
  isGlobalAnnotationKey,
  MAX_TIMESPAN,
  type Annotation,
  type KeyLayout,
} from '../../schema';
import type { CallOptions, Storage } from '../../storage';
import { TimeSlice } from '../../util/time-slice';
import { fixedRowSpan } from '../source';

/** What an annotation takes of memory beside its texts. */
const NOTE_BYTES = 256;

const bytesOf = (cell: Buffer): number => NOTE_BYTES + 2 * cell.length;

/** Annotations stand in hours whatever the table of points has. */
const HOURS = fixedRowSpan(MAX_TIMESPAN);

/**
 * Annotations of no series in the hours of a window. What starts before it or ends after it is left out, comparing the
 * stored numbers as they are with seconds, so that an end in milliseconds is always too late. Mirrors Annotation.getGlobalAnnotations.
 * @param account told of the bytes that what is found takes, before it is decoded; negative: it is let go of
 * @param slice others have their turn between two annotations
 */
export async function readGlobalAnnotations(
  storage: Storage,
  table: string,
  layout: KeyLayout,
  startMs: number,
  endMs: number,
  options: CallOptions,
  account: (bytes: number) => void,
  slice = new TimeSlice(options.signal ?? null),
): Promise<Annotation[]> {
  const [start, end] = [Math.floor(startMs / 1000), Math.floor(endMs / 1000)];
  const found: Annotation[] = [];
  const rows = storage.scan(table, {
    start: globalAnnotationKey(layout, HOURS.start(start)),
    stop: globalAnnotationKey(layout, HOURS.next(HOURS.start(end))),
    family: DATA_FAMILY,
    ...options,
  });
  for await (const batch of rows) {
    for (const row of batch) {
      if (!isGlobalAnnotationKey(layout, row.key)) continue;
      const cells: Buffer[] = [];
      for (let i = 0; i < row.size; i++) if (columnKind(row.qualifier(i)) === 'annotation') cells.push(row.value(i));
      // To decode megabytes takes long: what has no room is known before.
      for (const cell of cells) account(bytesOf(cell));
      for (const cell of cells) {
        const note = decodeAnnotation(cell);
        if (note.startTime < start || note.endTime > end) account(-bytesOf(cell));
        else found.push(note);
        if (slice.isOver()) await slice.next();
      }
    }
  }
  return found;
}
