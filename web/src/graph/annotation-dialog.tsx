import { useState } from 'preact/hooks';
import { deleteAnnotation, saveAnnotation } from '../api/annotations';
import { toMs, type Annotation, type Series } from '../api/series';
import { printDate, parseDate, resolveTime } from '../lib/times';
import { Dialog } from '../ui/dialog';
import { ErrorBox } from '../ui/error-box';

interface AnnotationDialogProps {
  /** What is edited; one that is not stored yet has neither description nor notes. */
  annotation: Annotation;
  isNew: boolean;
  series: readonly Series[];
  /** Empty: the browser's. */
  zone: string;
  onClose(): void;
  /** Something was stored or removed. */
  onChanged(global: boolean): void;
}

/** Writes, changes and removes an annotation. */
export function AnnotationDialog({ annotation, isNew, series, zone, onClose, onChanged }: AnnotationDialogProps) {
  const [tsuid, setTsuid] = useState(annotation.tsuid);
  const [start, setStart] = useState(printDate(toMs(annotation.startTime), zone));
  const [end, setEnd] = useState(annotation.endTime > 0 ? printDate(toMs(annotation.endTime), zone) : '');
  const [description, setDescription] = useState(annotation.description);
  const [notes, setNotes] = useState(annotation.notes);
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);

  const startTime = isNew ? secondsOf(start, zone) : annotation.startTime;
  const endTime = end.trim() === '' ? 0 : secondsOf(end, zone);
  const wrong =
    startTime === null
      ? 'The start is no time'
      : endTime === null
        ? 'The end is no time'
        : endTime > 0 && toMs(endTime) < toMs(startTime)
          ? 'It ends before it starts'
          : '';

  const run = async (work: () => Promise<void>): Promise<void> => {
    setBusy(true);
    try {
      await work();
      onChanged(tsuid === '');
    } catch (cause) {
      setError(cause);
      setBusy(false);
    }
  };
  const save = (event: Event): void => {
    event.preventDefault();
    if (wrong !== '' || startTime === null || endTime === null) return setError(new Error(wrong));
    void run(() => saveAnnotation({ ...annotation, tsuid, startTime, endTime, description, notes }));
  };
  // An annotation of a series that was merged with others still belongs to it alone.
  const choices = series.flatMap(({ name, tsuids }) =>
    tsuids.slice(0, 50).map((id) => ({ id, name: tsuids.length > 1 ? `${name} (${id})` : name })),
  );

  return (
    <Dialog title={isNew ? 'New annotation' : 'Annotation'} onClose={onClose}>
      <form class="stack" onSubmit={save}>
        <h2>{isNew ? 'New annotation' : 'Annotation'}</h2>
        <label class="field">
          <span>What happened</span>
          <input type="text" value={description} data-first onInput={({ currentTarget }) => setDescription(currentTarget.value)} />
        </label>
        <label class="field">
          <span>Notes</span>
          <textarea rows={4} value={notes} onInput={({ currentTarget }) => setNotes(currentTarget.value)} />
        </label>
        <div class="row">
          <label class="field grow">
            <span>Start</span>
            <input type="text" value={start} disabled={!isNew} onInput={({ currentTarget }) => setStart(currentTarget.value)} />
          </label>
          <label class="field grow">
            <span>End (may be left empty)</span>
            <input type="text" value={end} onInput={({ currentTarget }) => setEnd(currentTarget.value)} />
          </label>
        </div>
        <label class="field">
          <span>Belongs to</span>
          <select value={tsuid} disabled={!isNew} onChange={({ currentTarget }) => setTsuid(currentTarget.value)}>
            <option value="" selected={tsuid === ''}>
              everything (global)
            </option>
            {choices.map(({ id, name }) => (
              <option key={id} value={id} selected={tsuid === id}>
                {name}
              </option>
            ))}
            {tsuid !== '' && !choices.some(({ id }) => id === tsuid) && (
              <option value={tsuid} selected>
                series {tsuid}
              </option>
            )}
          </select>
        </label>
        {annotation.custom.size > 0 && (
          <dl class="pairs">
            {[...annotation.custom].map(([name, value]) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
        )}
        {error !== null && <ErrorBox error={error} />}
        <div class="row actions">
          <button type="submit" class="primary" disabled={busy}>
            Save
          </button>
          <button type="button" onClick={onClose}>
            Cancel
          </button>
          {!isNew && (
            <button type="button" class="danger" disabled={busy} onClick={() => void run(() => deleteAnnotation(annotation))}>
              Delete
            </button>
          )}
        </div>
      </form>
    </Dialog>
  );
}

/** Seconds of what was typed; null: no time. */
function secondsOf(text: string, zone: string): number | null {
  const ms = parseDate(text, zone) ?? resolveTime(text.trim() === '' ? 'x' : text, Date.now(), zone);
  return ms === null ? null : Math.floor(ms / 1000);
}
