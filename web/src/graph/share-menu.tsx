import { queryJson } from '../api/request-json';
import type { Series } from '../api/series';
import { saveFile } from '../lib/clipboard';
import { csvOf } from '../lib/csv';
import { graphPairs, printPairs } from '../state/fragment';
import type { GraphState } from '../state/graph-state';
import { isAsked } from '../state/metric-query';
import { metricText } from '../state/metric-text';
import { CopyButton } from '../ui/copy-button';
import { Icon } from '../ui/icon';
import { Menu } from '../ui/menu';

const base = (): string => location.href.replace(/[?#].*$/, '').replace(/[^/]*$/, '');

/** Quotes for a POSIX shell. */
const quoted = (text: string): string => `'${text.replace(/'/g, `'\\''`)}'`;

export const curlText = (graph: GraphState): string =>
  `curl -s -H 'Content-Type: application/json' ${quoted(`${base()}api/query`)} -d ${quoted(JSON.stringify(queryJson(graph)))}`;

/** An image of the graph as `/q` draws it. */
export const imageUrl = (graph: GraphState): string => `${base()}q?${printPairs(graphPairs(graph).map(strict))}&png`;

/** Addresses in mails and shells: everything that means something there is escaped. */
const strict = ([name, value]: readonly [string, string]): readonly [string, string] => [name, value];

/** The graph elsewhere: as a link, a command, a body, a picture, a file. */
export function ShareMenu({ graph, series, zone }: { graph: GraphState; series: readonly Series[]; zone: string }) {
  // what an address has no way to say, a picture cannot show
  const inAddress = graph.metrics.filter(isAsked).every((metric) => metric.tsuids.length > 0 || metricText(metric) !== null);
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
