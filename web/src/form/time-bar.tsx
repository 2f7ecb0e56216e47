import { FIRST_AUTORELOAD, LEAST_AUTORELOAD, type GraphState } from '../state/graph-state';
import { Check, TextField } from '../ui/fields';
import { Icon } from '../ui/icon';
import { TimeField } from './time-field';

const SPANS: readonly (readonly [start: string, text: string])[] = [
  ['15m-ago', '15 min'],
  ['1h-ago', '1 h'],
  ['6h-ago', '6 h'],
  ['1d-ago', '1 day'],
  ['7d-ago', '7 days'],
  ['30d-ago', '30 days'],
];

interface TimeBarProps {
  graph: GraphState;
  /** Milliseconds that the graph shows. */
  from: number;
  to: number;
  zone: string;
  loading: boolean;
  onChange(part: Partial<GraphState>): void;
  /** To times in milliseconds. */
  onRange(from: number, to: number): void;
  onReload(): void;
}

/** From when to when, and how often anew. */
export function TimeBar({ graph, from, to, zone, loading, onChange, onRange, onReload }: TimeBarProps) {
  const span = to - from;
  const { autoreload } = graph;
  return (
    <section class="time-bar" aria-label="Time">
      <div class="spans" role="group" aria-label="Quick ranges">
        {SPANS.map(([start, text]) => (
          <button
            key={start}
            type="button"
            aria-pressed={graph.start === start && graph.end === ''}
            onClick={() => onChange({ start, end: '' })}
          >
            {text}
          </button>
        ))}
      </div>
      <div class="ends">
        <TimeField
          label="From"
          value={graph.start}
          zone={zone}
          fixedZone={graph.tz !== ''}
          onChange={(start) => onChange({ start: start === '' ? '1h-ago' : start })}
        />
        <TimeField
          label="To"
          value={graph.end}
          zone={zone}
          fixedZone={graph.tz !== ''}
          placeholder="now"
          onChange={(end) => onChange({ end: end === 'now' ? '' : end })}
        />
      </div>
      <div class="steps" role="group" aria-label="Move and zoom">
        <button
          type="button"
          class="icon-only"
          aria-label="Earlier"
          title="Earlier"
          onClick={() => onRange(from - span / 2, to - span / 2)}
        >
          <Icon name="left" />
        </button>
        <button
          type="button"
          class="icon-only"
          aria-label="Zoom out"
          title="Zoom out"
          onClick={() => onRange(from - span / 2, to + span / 2)}
        >
          <Icon name="zoomOut" />
        </button>
        <button type="button" class="icon-only" aria-label="Later" title="Later" onClick={() => onRange(from + span / 2, to + span / 2)}>
          <Icon name="right" />
        </button>
      </div>
      <div class="reload">
        <button type="button" class={`icon-only ${loading ? 'busy' : ''}`} aria-label="Reload" title="Reload (r)" onClick={onReload}>
          <Icon name="reload" />
        </button>
        <Check checked={autoreload !== null} onChange={(on) => onChange({ autoreload: on ? FIRST_AUTORELOAD : null })}>
          every
        </Check>
        <TextField
          bare
          class="seconds"
          label="Seconds between reloads"
          disabled={autoreload === null}
          value={String(autoreload ?? FIRST_AUTORELOAD)}
          onCommit={(text) => onChange({ autoreload: Math.max(LEAST_AUTORELOAD, Math.floor(Number(text)) || FIRST_AUTORELOAD) })}
        />
        <span class="muted">s</span>
      </div>
    </section>
  );
}
