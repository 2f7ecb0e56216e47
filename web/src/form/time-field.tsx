import { useState } from 'preact/hooks';
import { browserZone, isDate, parseDate, printDate, resolveTime } from '../lib/times';
import { Dialog } from '../ui/dialog';
import { TextField } from '../ui/fields';
import { Icon } from '../ui/icon';

const STEPS: readonly (readonly [text: string, ms: number])[] = [
  ['1m', 60_000],
  ['10m', 600_000],
  ['1h', 3_600_000],
  ['1d', 86_400_000],
  ['1w', 7 * 86_400_000],
  ['30d', 30 * 86_400_000],
];

interface TimeFieldProps {
  label: string;
  /** In any of the API's forms. */
  value: string;
  placeholder?: string;
  /** In which times are shown; empty: the browser's. */
  zone: string;
  /** The address says a zone, which the TSD is told with the query: dates may stay dates. */
  fixedZone: boolean;
  onChange(value: string): void;
}

/**
 * One end of the time range: a text in any form that the API knows, or picked from a calendar. The TSD reads dates in a zone of its own
 * unless it is told one. So a date that is typed here, in the zone that is shown, is sent in seconds.
 */
export function TimeField({ label, value, placeholder, zone, fixedZone, onChange }: TimeFieldProps) {
  const [picking, setPicking] = useState(false);
  const set = (typed: string): void => {
    // a clock's time is that of today
    const text = /^\d{1,2}:\d{2}(?::\d{2})?$/.test(typed) ? `${printDate(Date.now(), zone).slice(0, 10)}-${typed}` : typed;
    const ms = !fixedZone && isDate(text) ? parseDate(text, zone) : null;
    onChange(ms === null ? text : asTime(ms, zone, fixedZone));
  };
  return (
    <div class="time-field">
      <TextField
        label={label}
        value={shown(value, zone)}
        placeholder={placeholder}
        hint="1h-ago, 12:30 (today), 2013/01/31-12:00:00, now, or seconds"
        onCommit={set}
      />
      <button
        type="button"
        class="quiet icon-only"
        aria-label={`Pick ${label.toLowerCase()}`}
        title="Calendar"
        onClick={() => setPicking(true)}
      >
        <Icon name="calendar" />
      </button>
      {picking && (
        <TimePicker
          label={label}
          value={resolveTime(value, Date.now(), zone) ?? Date.now()}
          zone={zone}
          onClose={() => setPicking(false)}
          onPick={(ms) => onChange(ms === null ? 'now' : asTime(ms, zone, fixedZone))}
        />
      )}
    </div>
  );
}

/** Seconds and milliseconds are shown as the dates they are. */
function shown(value: string, zone: string): string {
  if (!/^[0-9]{9,14}$/.test(value)) return value;
  return printDate(resolveTime(value, 0, zone) ?? 0, zone);
}

export function asTime(ms: number, zone: string, fixedZone: boolean): string {
  return fixedZone ? printDate(ms, zone) : String(Math.floor(ms / 1000));
}

interface TimePickerProps {
  label: string;
  value: number;
  zone: string;
  onClose(): void;
  /** Null: now, whenever that is. */
  onPick(ms: number | null): void;
}

function TimePicker({ label, value, zone, onClose, onPick }: TimePickerProps) {
  const [ms, setMs] = useState(value);
  const date = printDate(ms, zone);
  const local = `${date.slice(0, 10).replace(/\//g, '-')}T${date.slice(11)}`;
  const done = (picked: number | null): void => {
    onPick(picked);
    onClose();
  };
  return (
    <Dialog title={`Pick ${label.toLowerCase()}`} onClose={onClose}>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          done(ms);
        }}
      >
        <h2>{label}</h2>
        <label class="field">
          <span>Date and time in {zone === '' ? browserZone() : zone}</span>
          <input
            type="datetime-local"
            step="1"
            value={local}
            onInput={({ currentTarget }) => {
              const [day, clock = '00:00'] = currentTarget.value.split('T');
              setMs(parseDate(`${day.replace(/-/g, '/')}-${clock.slice(0, 8)}`, zone) ?? ms);
            }}
          />
        </label>
        <div class="steps-grid" role="group" aria-label="Earlier and later">
          {[-1, 1].map((sign) =>
            STEPS.map(([text, step]) => (
              <button key={sign + text} type="button" onClick={() => setMs(ms + sign * step)}>
                {sign < 0 ? '−' : '+'}
                {text}
              </button>
            )),
          )}
        </div>
        <TextField
          label="UNIX timestamp"
          value={String(Math.floor(ms / 1000))}
          onCommit={(text) => setMs(resolveTime(text, Date.now(), zone) ?? ms)}
        />
        <div class="row actions">
          <button type="submit" class="primary">
            Set
          </button>
          <button type="button" onClick={() => done(null)}>
            Now
          </button>
          <button type="button" onClick={onClose}>
            Cancel
          </button>
        </div>
      </form>
    </Dialog>
  );
}
