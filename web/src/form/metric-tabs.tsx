import type { Series } from '../api/series';
import { letterOf, type GraphState } from '../state/graph-state';
import { EMPTY_METRIC, tabName, type MetricQuery } from '../state/metric-query';
import { Icon } from '../ui/icon';
import { knownTags } from './known-tags';
import { MetricForm } from './metric-form';

interface MetricTabsProps {
  graph: GraphState;
  series: readonly Series[];
  aggregators: readonly string[];
  onChange(part: Partial<GraphState>): void;
}

/** A tab for each metric, and one more to add another. */
export function MetricTabs({ graph, series, aggregators, onChange }: MetricTabsProps) {
  const { metrics } = graph;
  const open = Math.min(graph.open, metrics.length - 1);
  const set = (at: number, query: MetricQuery): void => onChange({ metrics: metrics.map((old, i) => (i === at ? query : old)) });
  const remove = (at: number): void => {
    const rest = metrics.filter((_metric, i) => i !== at);
    onChange({
      metrics: rest.length > 0 ? rest : [EMPTY_METRIC],
      open: Math.max(0, Math.min(open > at ? open - 1 : open, rest.length - 1)),
    });
  };
  const add = (query: MetricQuery): void => onChange({ metrics: [...metrics, query], open: metrics.length });
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (step === 0 || !(event.currentTarget instanceof Element)) return;
    event.preventDefault();
    const next = (open + step + metrics.length) % metrics.length;
    onChange({ open: next });
    event.currentTarget.querySelectorAll<HTMLElement>('[role=tab]')[next]?.focus();
  };
  return (
    <section class="card metrics" aria-label="Metrics">
      <div class="tab-strip">
        <div class="tabs" role="tablist" aria-label="Metrics" onKeyDown={onKeyDown}>
          {metrics.map((metric, i) => (
            <button
              key={i}
              type="button"
              role="tab"
              id={`metric-tab-${i}`}
              aria-selected={i === open}
              aria-controls="metric-panel"
              tabIndex={i === open ? 0 : -1}
              title={metric.metric}
              onClick={() => onChange({ open: i })}
            >
              <span class="letter">{letterOf(i)}</span> {tabName(metric)}
            </button>
          ))}
        </div>
        <button type="button" class="quiet icon-only" aria-label="Add a metric" title="Add a metric" onClick={() => add(EMPTY_METRIC)}>
          <Icon name="plus" />
        </button>
      </div>
      <div id="metric-panel" role="tabpanel" aria-labelledby={`metric-tab-${open}`}>
        <MetricForm
          key={open}
          query={metrics[open]}
          aggregators={aggregators}
          known={knownTags(series, open)}
          onChange={(query) => set(open, query)}
        />
        <div class="row actions">
          <button type="button" class="quiet" onClick={() => add(metrics[open])}>
            Duplicate
          </button>
          <button type="button" class="quiet" onClick={() => remove(open)}>
            Remove
          </button>
        </div>
      </div>
    </section>
  );
}
