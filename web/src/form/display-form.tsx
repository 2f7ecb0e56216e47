import type { SeriesStyle } from '../../../src/chart/description';
import type { Axis, GraphState } from '../state/graph-state';
import { keyText, KEY_PLACES } from '../state/key-place';
import { isZone } from '../lib/times';
import { Check, Select, TextField } from '../ui/fields';
import { isNumberFormat, isRange, isSize, isTimeFormat } from './checks';

const STYLE_NAMES: readonly (readonly [SeriesStyle, string])[] = [
  ['linespoint', 'lines and points'],
  ['lines', 'lines'],
  ['points', 'points'],
  ['circles', 'circles'],
  ['dots', 'dots'],
  ['stacked', 'stacked areas'],
];

interface DisplayFormProps {
  graph: GraphState;
  onChange(part: Partial<GraphState>): void;
}

/** How the graph looks: axes, key, style, size. */
export function DisplayForm({ graph, onChange }: DisplayFormProps) {
  const right = graph.metrics.some(({ rightAxis }) => rightAxis);
  return (
    <section class="card" aria-label="Display">
      <details>
        <summary>Axes, key and style</summary>
        <div class="stack">
          <TextField label="Title" value={graph.title} onCommit={(title) => onChange({ title })} />
          <AxisFields name="Left axis" axis={graph.y} onChange={(y) => onChange({ y })} />
          <AxisFields name="Right axis" axis={graph.y2} disabled={!right} onChange={(y2) => onChange({ y2 })} />
          <KeyFields graph={graph} onChange={onChange} />
          <fieldset>
            <legend>Style</legend>
            <div class="row">
              <Select label="Lines" value={graph.style} options={STYLE_NAMES} onChange={(style) => onChange({ style })} />
              <TextField
                class="short"
                label="Size"
                hint="WIDTHxHEIGHT; empty: as large as there is room"
                placeholder="fit"
                value={graph.size}
                invalid={!isSize(graph.size)}
                onCommit={(size) => onChange({ size })}
              />
              <TextField
                class="short"
                label="Times as"
                hint="gnuplot's form, such as %H:%M"
                placeholder="%H:%M"
                value={graph.xformat}
                invalid={!isTimeFormat(graph.xformat)}
                onCommit={(xformat) => onChange({ xformat })}
              />
            </div>
            <div class="row">
              <Check checked={graph.smooth !== ''} onChange={(on) => onChange({ smooth: on ? 'csplines' : '' })}>
                smooth
              </Check>
            </div>
          </fieldset>
          <fieldset>
            <legend>Time zone and annotations</legend>
            <ZoneField zone={graph.tz} onChange={(tz) => onChange({ tz })} />
            <div class="row">
              <Check checked={!graph.noAnnotations} onChange={(on) => onChange({ noAnnotations: !on })}>
                annotations
              </Check>
              <Check
                checked={graph.globalAnnotations}
                disabled={graph.noAnnotations}
                onChange={(globalAnnotations) => onChange({ globalAnnotations })}
              >
                global ones, too
              </Check>
            </div>
          </fieldset>
        </div>
      </details>
    </section>
  );
}

function AxisFields({ name, axis, disabled, onChange }: { name: string; axis: Axis; disabled?: boolean; onChange(axis: Axis): void }) {
  // A logarithmic axis has no 0: the usual ranges change places.
  const setLog = (log: boolean): void =>
    onChange({ ...axis, log, range: log && axis.range === '[0:]' ? '[1:]' : !log && axis.range === '[1:]' ? '[0:]' : axis.range });
  return (
    <fieldset disabled={disabled}>
      <legend>
        {name}
        {disabled === true && <span class="muted"> (no metric is on it)</span>}
      </legend>
      <div class="row">
        <TextField class="grow" label="Label" value={axis.label} onCommit={(label) => onChange({ ...axis, label })} />
        <TextField
          class="short"
          label="Format"
          hint="gnuplot's form, such as %.2f or %.0s%c"
          placeholder="%.2f"
          value={axis.format}
          invalid={!isNumberFormat(axis.format)}
          onCommit={(format) => onChange({ ...axis, format })}
        />
        <TextField
          class="short"
          label="Range"
          placeholder="[0:]"
          value={axis.range}
          invalid={!isRange(axis.range)}
          onCommit={(range) => onChange({ ...axis, range })}
        />
      </div>
      <Check checked={axis.log} onChange={setLog}>
        logarithmic
      </Check>
    </fieldset>
  );
}

function KeyFields({ graph: { key }, onChange }: DisplayFormProps) {
  const places = KEY_PLACES.map((place) => {
    const words = keyText({ ...key, ...place, horizontal: false, box: false });
    return [words, words.replace(/^out /, 'outside ')] as const;
  });
  return (
    <fieldset>
      <legend>Key</legend>
      <div class="row">
        <Select
          label="Place"
          value={keyText({ ...key, horizontal: false, box: false })}
          options={places}
          disabled={!key.shown}
          onChange={(words) => {
            const at = places.findIndex(([place]) => place === words);
            onChange({ key: { ...key, ...KEY_PLACES[at] } });
          }}
        />
        <Check checked={key.shown} onChange={(shown) => onChange({ key: { ...key, shown } })}>
          shown
        </Check>
        <Check checked={key.horizontal} onChange={(horizontal) => onChange({ key: { ...key, horizontal } })}>
          horizontal
        </Check>
        <Check checked={key.box} onChange={(box) => onChange({ key: { ...key, box } })}>
          box
        </Check>
      </div>
    </fieldset>
  );
}

function ZoneField({ zone, onChange }: { zone: string; onChange(zone: string): void }) {
  return (
    <label class="field">
      <span>Time zone</span>
      <input
        type="text"
        list="zones"
        aria-label="Time zone"
        aria-invalid={isZone(zone) ? undefined : 'true'}
        placeholder="the browser's"
        value={zone}
        onChange={({ currentTarget }) => onChange(currentTarget.value.trim())}
      />
      <datalist id="zones">
        {['UTC', ...Intl.supportedValuesOf('timeZone')].map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
    </label>
  );
}
