import { useState } from 'preact/hooks';
import { PAGES, useAddress, type Page } from './address';
import { FindBox } from './find/find-box';
import { GraphPage } from './graph/graph-page';
import { isTyping, useKeys } from './lib/hooks';
import { ClusterPage } from './pages/cluster-page';
import { LogsPage } from './pages/logs-page';
import { StatsPage } from './pages/stats-page';
import { VersionPage } from './pages/version-page';
import { isAsked, type MetricQuery } from './state/metric-query';
import { useTheme } from './theme';
import { Icon } from './ui/icon';

const TITLES: Readonly<Record<Page, string>> = { graph: 'Graph', stats: 'Stats', logs: 'Logs', cluster: 'Cluster', version: 'Version' };

export function App() {
  const { page, graph, problems, change, open } = useAddress();
  const { theme, shown, next } = useTheme();
  const [finding, setFinding] = useState(false);

  useKeys((event) => {
    if (document.querySelector('dialog[open]')) return;
    const find = (event.key === '/' && !isTyping(event)) || (event.key === 'k' && (event.ctrlKey || event.metaKey));
    if (!find) return;
    event.preventDefault();
    setFinding(true);
  });
  /** Into the open tab while that is empty, else into a new one. */
  const pick = (query: MetricQuery): void => {
    const at = Math.min(graph.open, graph.metrics.length - 1);
    if (isAsked(graph.metrics[at])) change({ metrics: [...graph.metrics, query], open: graph.metrics.length });
    else change({ metrics: graph.metrics.map((metric, i) => (i === at ? query : metric)) });
  };

  return (
    <>
      <header class="top">
        <a class="brand" href="#graph">
          OpenTSDB
        </a>
        <nav aria-label="Pages">
          {PAGES.map((name) => (
            <a
              key={name}
              href={`#${name}`}
              aria-current={name === page ? 'page' : undefined}
              onClick={(event) => {
                event.preventDefault();
                open(name);
              }}
            >
              {TITLES[name]}
            </a>
          ))}
        </nav>
        <button type="button" class="find-button" title="Find metrics, tags and series ( / )" onClick={() => setFinding(true)}>
          <Icon name="search" /> <span>Find</span> <kbd>/</kbd>
        </button>
        <button
          type="button"
          class="quiet theme"
          title="Colours: light, dark, or the system's"
          aria-label={`Colours: ${theme}`}
          onClick={next}
        >
          <Icon name="sun" /> <span>{theme}</span>
        </button>
      </header>
      <main>
        {page === 'graph' && <GraphPage graph={graph} problems={problems} theme={shown} onChange={change} />}
        {page === 'stats' && <StatsPage />}
        {page === 'logs' && <LogsPage />}
        {page === 'cluster' && <ClusterPage />}
        {page === 'version' && <VersionPage />}
      </main>
      {finding && <FindBox onClose={() => setFinding(false)} onPick={pick} />}
    </>
  );
}
