import { toMs, type Annotation } from '../api/series';
import { showTime } from '../lib/times';
import type { PlotBox } from './plot-box';

interface MarksProps {
  annotations: readonly Annotation[];
  box: PlotBox;
  zone: string;
  onOpen(annotation: Annotation): void;
}

/** A flag on a line for each annotation in sight, and a shade from its start to its end. */
export function AnnotationMarks({ annotations, box, zone, onOpen }: MarksProps) {
  const place = (ms: number): number => box.left + ((ms - box.from) / (box.to - box.from)) * box.width;
  const inSight = annotations.filter((note) => toMs(note.startTime) <= box.to && toMs(note.endTime || note.startTime) >= box.from);
  return (
    <div class="marks">
      {inSight.map((note) => {
        const start = toMs(note.startTime);
        const left = Math.max(box.left, place(start));
        const right = note.endTime > 0 ? Math.min(box.left + box.width, place(toMs(note.endTime))) : left;
        const text = note.description || note.notes || 'Annotation';
        return (
          <div key={`${note.tsuid} ${note.startTime}`} class={note.tsuid === '' ? 'mark global' : 'mark'}>
            {right > left && (
              <span
                class="span"
                style={{ left: `${left}px`, width: `${right - left}px`, top: `${box.top}px`, height: `${box.height}px` }}
              />
            )}
            <span class="line" style={{ left: `${left}px`, top: `${box.top}px`, height: `${box.height}px` }} />
            <button
              type="button"
              class="flag"
              style={{ left: `${left}px`, top: `${box.top - 10}px` }}
              title={`${text}\n${showTime(start, zone)}`}
              aria-label={`Annotation: ${text}, ${showTime(start, zone)}`}
              onClick={() => onOpen(note)}
            />
          </div>
        );
      })}
    </div>
  );
}
