import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { listAggregators } from '../api/names';
import type { Annotation } from '../api/series';
import { isSize, parseSize } from '../form/checks';
import { DisplayForm } from '../form/display-form';
import { ExpressionForm } from '../form/expression-form';
import { MetricTabs } from '../form/metric-tabs';
import { TimeBar } from '../form/time-bar';
import { asTime } from '../form/time-field';
import { isTyping, useKeys } from '../lib/hooks';
import { isZone, resolveTime } from '../lib/times';
import { hasQuestion, type GraphState } from '../state/graph-state';
import { ErrorBox } from '../ui/error-box';
import { Icon } from '../ui/icon';
import { Welcome } from '../welcome/welcome';
import { AnnotationDialog } from './annotation-dialog';
import { Chart } from './chart';
import { lineColour } from './colours';
import { CursorStore } from './cursor-store';
import { Legend } from './legend';
import { ShareMenu } from './share-menu';
import { StatusLine } from './status-line';
import { TableView } from './table-view';
import { useAnswer } from './use-answer';

/** More lines than anybody tells apart, and about what a browser draws without a pause. */
const MOST_LINES = 500;

interface GraphPageProps {
  graph: GraphState;
  /** Parts of the address that could not be read. */
  problems: readonly string[];
  theme: string;
  onChange(part: Partial<GraphState>): void;
}

export function GraphPage({ graph, problems, theme, onChange }: GraphPageProps) {
  const { answer, error, loading, reload } = useAnswer(graph);
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const [placing, setPlacing] = useState(false);
  const [editing, setEditing] = useState<{ annotation: Annotation; isNew: boolean } | null>(null);
  const [aggregators, setAggregators] = useState<readonly string[]>(['avg', 'count', 'max', 'min', 'none', 'sum']);
  const cursor = useRef(new CursorStore()).current;

  useEffect(() => void listAggregators().then(setAggregators), []);

  const zone = isZone(graph.tz) ? graph.tz : '';
  const series = answer?.series ?? [];
  const lines = useMemo(() => series.slice(0, MOST_LINES), [answer]);
  const colours = useMemo(() => new Map(lines.map(({ id }, i) => [id, lineColour(i)])), [lines]);
  const shown = useMemo(() => lines.filter(({ id }) => !hidden.has(id)), [lines, hidden]);
  const shownColours = useMemo(() => shown.map(({ id }) => colours.get(id) ?? '#888'), [shown, colours]);
  const at = answer?.at ?? Date.now();
  const window = useMemo(() => timesOf(graph, lines, at, zone), [graph.start, graph.end, lines, at, zone]);

  const setRange = useCallback(
    (from: number, to: number) =>
      onChange({ start: asTime(from, zone, graph.tz !== ''), end: asTime(Math.max(to, from + 1000), zone, graph.tz !== '') }),
    [onChange, zone, graph.tz],
  );
  const annotate = (time: number): void => {
    setPlacing(false);
    setEditing({
      annotation: { tsuid: '', startTime: Math.floor(time / 1000), endTime: 0, description: '', notes: '', custom: new Map() },
      isNew: true,
    });
  };
  useKeys((event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event) || document.querySelector('dialog[open]')) return;
    if (event.key === 'r') reload();
    else if (event.key === 't') onChange({ view: graph.view === 'table' ? 'graph' : 'table' });
    else if (event.key === 'Escape' && placing) setPlacing(false);
  });

  const asked = hasQuestion(graph);
  const key = graph.key;
  const place = !key.shown
    ? 'none'
    : key.outside
      ? key.row === 'center' || key.column !== 'center'
        ? key.column === 'left'
          ? 'out-left'
          : 'out-right'
        : `out-${key.row}`
      : 'inside';

  return (
    <div class="graph-page">
      <TimeBar
        graph={graph}
        from={window.from ?? at - 3_600_000}
        to={window.to ?? at}
        zone={zone}
        loading={loading}
        onChange={onChange}
        onRange={setRange}
        onReload={reload}
      />
      <div class="columns">
        <div class="main-column">
          <section class="card graph-card" aria-label="Result" aria-busy={loading}>
            <header class="row graph-head">
              <h2>{graph.title}</h2>
              <div class="segmented" role="group" aria-label="View">
                <button type="button" aria-pressed={graph.view === 'graph'} onClick={() => onChange({ view: 'graph' })}>
                  Graph
                </button>
                <button type="button" aria-pressed={graph.view === 'table'} onClick={() => onChange({ view: 'table' })}>
                  Table
                </button>
              </div>
              <button
                type="button"
                aria-pressed={placing}
                disabled={!asked}
                title="Then click on the graph where it happened"
                onClick={() => (graph.view === 'table' ? annotate(Date.now()) : setPlacing(!placing))}
              >
                <Icon name="flag" /> Annotate
              </button>
              <ShareMenu graph={graph} series={series} zone={zone} />
            </header>
            {problems.length > 0 && (
              <p class="warning" role="alert">
                The address has parts that are no query and were left out: {problems.join('  ')}
              </p>
            )}
            {error !== null && <ErrorBox error={error} />}
            {placing && (
              <p class="hint" role="status">
                Click on the graph where it happened, or{' '}
                <button type="button" class="link" onClick={() => annotate(Date.now())}>
                  take this moment
                </button>
                .
              </p>
            )}
            {!asked && <Welcome onChange={onChange} />}
            {asked && answer !== null && series.length === 0 && error === null && (
              <p class="empty">No points between these times. A wider range, or fewer filters, may find some.</p>
            )}
            {asked && series.length > 0 && graph.view === 'graph' && (
              <div class={`plot-and-key key-${place} row-${key.row} col-${key.column}`}>
                <Chart
                  graph={graph}
                  series={shown}
                  colours={shownColours}
                  zone={zone}
                  from={window.from}
                  to={window.to}
                  annotations={answer?.annotations ?? []}
                  cursor={cursor}
                  theme={theme}
                  size={isSize(graph.size) ? parseSize(graph.size) : null}
                  placing={placing}
                  onZoom={setRange}
                  onPlace={annotate}
                  onAnnotation={(annotation) => setEditing({ annotation, isNew: false })}
                />
                {key.shown && (
                  <Legend
                    series={lines}
                    colours={colours}
                    hidden={hidden}
                    graph={graph}
                    span={(window.to ?? at) - (window.from ?? at)}
                    cursor={cursor}
                    onHidden={setHidden}
                  />
                )}
              </div>
            )}
            {asked && series.length > 0 && graph.view === 'table' && <TableView series={series} zone={zone} />}
            {asked && <StatusLine answer={answer} loading={loading} drawn={lines.length} zone={zone} />}
          </section>
        </div>
        <div class="side-column">
          <MetricTabs graph={graph} series={series} aggregators={aggregators} onChange={onChange} />
          <ExpressionForm graph={graph} onChange={onChange} />
          <DisplayForm graph={graph} onChange={onChange} />
        </div>
      </div>
      {editing && (
        <AnnotationDialog
          {...editing}
          series={series}
          zone={zone}
          onClose={() => setEditing(null)}
          onChanged={(global) => {
            setEditing(null);
            if (global && !graph.globalAnnotations) onChange({ globalAnnotations: true, noAnnotations: false });
            else reload();
          }}
        />
      )}
    </div>
  );
}

/** What the x axis shows: what was asked for, as far as the page can tell, and otherwise where the points are. */
function timesOf(
  graph: GraphState,
  series: readonly { times: Float64Array }[],
  now: number,
  zone: string,
): { from: number | null; to: number | null } {
  let first: number | null = null;
  let last: number | null = null;
  for (const { times } of series) {
    if (times.length === 0) continue;
    first = Math.min(first ?? Infinity, times[0]);
    last = Math.max(last ?? -Infinity, times[times.length - 1]);
  }
  return {
    from: resolveTime(graph.start, now, graph.tz === '' ? '' : zone) ?? first,
    to: resolveTime(graph.end, now, graph.tz === '' ? '' : zone) ?? last,
  };
}
