import { lettersIn } from '../api/request-json';
import { letterOf, type GraphState } from '../state/graph-state';
import { TextField } from '../ui/fields';
import { Icon } from '../ui/icon';

const FUNCTIONS =
  'alias, scale, absolute, movingAverage, highestCurrent, highestMax, timeShift, sumSeries, diffSeries, divideSeries, multiplySeries';

interface ListProps {
  label: string;
  placeholder: string;
  texts: readonly string[];
  invalid?(text: string): boolean;
  onChange(texts: readonly string[]): void;
}

function TextList({ label, placeholder, texts, invalid, onChange }: ListProps) {
  const set = (at: number, text: string | null): void =>
    onChange(texts.flatMap((old, i) => (i !== at ? [old] : text === null ? [] : [text])));
  return (
    <>
      {texts.map((text, i) => (
        <div class="row tight" key={i}>
          <TextField
            bare
            class="grow"
            label={`${label} ${i + 1}`}
            placeholder={placeholder}
            value={text}
            invalid={text !== '' && invalid?.(text) === true}
            onCommit={(next) => set(i, next === '' ? null : next)}
          />
          <button type="button" class="quiet icon-only" aria-label={`Remove ${label.toLowerCase()} ${i + 1}`} onClick={() => set(i, null)}>
            <Icon name="close" />
          </button>
        </div>
      ))}
      <div>
        <button type="button" class="quiet" onClick={() => onChange([...texts, ''])}>
          <Icon name="plus" /> {label}
        </button>
      </div>
    </>
  );
}

/** Lines that are computed from others. */
export function ExpressionForm({ graph, onChange }: { graph: GraphState; onChange(part: Partial<GraphState>): void }) {
  const { functions, formulas, metrics } = graph;
  const letters = metrics.map((_metric, i) => letterOf(i));
  const lacks = (formula: string): boolean => !lettersIn(formula).some((letter) => letters.includes(letter));
  return (
    <section class="card" aria-label="Expressions">
      <details open={functions.length + formulas.length > 0}>
        <summary>Expressions</summary>
        <div class="stack">
          <p class="muted">
            A formula computes with the metrics above, by their letters: <code>a / (a + b) * 100</code>. Series meet by their tags.
          </p>
          <TextList
            label="Formula"
            placeholder="a / b * 100"
            texts={formulas}
            invalid={lacks}
            onChange={(texts) => onChange({ formulas: texts })}
          />
          <p class="muted">
            A function names its metrics itself: <code>movingAverage(sum:sys.cpu.user{'{host=*}'},10)</code>. There are {FUNCTIONS}.
          </p>
          <TextList
            label="Function"
            placeholder="scale(sum:metric,10)"
            texts={functions}
            onChange={(texts) => onChange({ functions: texts })}
          />
        </div>
      </details>
    </section>
  );
}
