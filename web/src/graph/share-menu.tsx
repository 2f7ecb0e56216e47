import { queryJson } from '../api/request-json';
import type { Series } from '../api/series';
import { saveFile } from '../lib/clipboard';
import { csvOf } from '../lib/csv';
import { graphPairs } from '../state/fragment';
import type { GraphState } from '../state/graph-state';
import { isAsked } from '../state/metric-query';
import { metricText } from '../state/metric-text';
import { CopyButton } from '../ui/copy-button';
import { Icon } from '../ui/icon';
import { Menu } from '../ui/menu';

const base = (): string => location.href.replace(/[?#].*$/, '').replace(/[^/]*$/, '');

/** Quotes for a POSIX shell. */
const quoted = (text: string): string => `'${text.replace(/'/g, `'\\''`)}'`;

const curlText = (graph: GraphState): string =>
  `curl -s -H 'Content-Type: application/json' ${quoted(`${base()}api/query`)} -d ${quoted(JSON.stringify(queryJson(graph)))}`;

/** What `/q` takes in titles and labels. */
const NOT_IN_LABELS = /[^\p{L}\p{M}\p{N} _.,:/()[\]+\-=%@°€£¥]/gu;

/** The graph with labels that a picture can have. */
const drawable = (graph: GraphState): GraphState => ({
  ...graph,
  title: graph.title.replace(NOT_IN_LABELS, ' '),
  y: { ...graph.y, label: graph.y.label.replace(NOT_IN_LABELS, ' ') },
  y2: { ...graph.y2, label: graph.y2.label.replace(NOT_IN_LABELS, ' ') },
});

/** An image of the graph as `/q` draws it. Everything that means something to a shell, a mail or a wiki is escaped. */
function imageUrl(graph: GraphState): string {
  const pairs = graphPairs(drawable(graph)).map(([name, value]) => (value === '' ? name : `${name}=${encodeURIComponent(value)}`));
  return `${base()}q?${pairs.join('&')}&png`;
}

/** The graph elsewhere: as a link, a command, a body, a picture, a file. */
export function ShareMenu({ graph, series, zone }: { graph: GraphState; series: readonly Series[]; zone: string }) {
  // what an address of /q has no way to say, its picture cannot show
  const inAddress =
    [...graph.functions, ...graph.formulas].every((text) => text === '') &&
    graph.metrics.filter(isAsked).every((metric) => metric.tsuids.length > 0 || metricText(metric) !== null);
  return (
    <Menu
      title="Copy or save"
      label={
        <>
          <Icon name="share" /> Share
        </>
      }
    >
      <CopyButton text={() => location.href}>Copy link</CopyButton>
      <CopyButton text={() => curlText(graph)}>Copy as curl</CopyButton>
      <CopyButton text={() => JSON.stringify(queryJson(graph), null, 2)}>Copy as JSON</CopyButton>
      {inAddress && <CopyButton text={() => imageUrl(graph)}>Copy image link</CopyButton>}
      {inAddress && (
        <a class="button" href={imageUrl(graph)} target="_blank" rel="noreferrer">
          Open image
        </a>
      )}
      <button
        type="button"
        disabled={series.length === 0}
        onClick={() => saveFile('opentsdb.csv', 'text/csv;charset=utf-8', csvOf(series, zone))}
      >
        Save CSV
      </button>
    </Menu>
  );
}
