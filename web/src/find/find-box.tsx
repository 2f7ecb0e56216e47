import { useEffect, useRef, useState } from 'preact/hooks';
import { isAbort } from '../api/http';
import { lookup, search, suggest, type FoundSeries, type SearchHit } from '../api/names';
import { EMPTY_METRIC, type MetricQuery, type TagFilter } from '../state/metric-query';
import { Dialog } from '../ui/dialog';
import { ErrorBox } from '../ui/error-box';

const OFFERS = 8;
const SERIES = 25;
const PAUSE_MS = 150;

interface Found {
  /** For what was typed. */
  text: string;
  metrics: readonly string[];
  tagks: readonly string[];
  tagvs: readonly string[];
  hits: readonly SearchHit[] | null;
}

/** Series of a metric, or with a tag. */
interface Narrowed {
  readonly title: string;
  readonly metric: string;
  readonly tags: readonly (readonly [string, string])[];
}

/** Finds metrics, tags and series by the beginning of their names, and what the index of metadata knows. */
export function FindBox({ onClose, onPick }: { onClose(): void; onPick(query: MetricQuery): void }) {
  const [text, setText] = useState('');
  const [found, setFound] = useState<Found | null>(null);
  const [narrowed, setNarrowed] = useState<Narrowed | null>(null);
  const [series, setSeries] = useState<readonly FoundSeries[] | null>(null);
  const [error, setError] = useState<unknown>(null);
  const root = useRef<HTMLDivElement>(null);
  /** Enter was pressed before there was anything to take. */
  const takeFirst = useRef(false);

  useEffect(() => {
    const aborter = new AbortController();
    const timer = setTimeout(() => {
      find(text.trim(), aborter.signal).then(
        (answer) => {
          setFound(answer);
          setError(null);
        },
        (cause: unknown) => void (isAbort(cause) || setError(cause)),
      );
    }, PAUSE_MS);
    return () => {
      clearTimeout(timer);
      aborter.abort();
    };
  }, [text]);

  useEffect(() => {
    if (!takeFirst.current || found?.text !== text.trim()) return;
    takeFirst.current = false;
    root.current?.querySelector<HTMLElement>('.hit')?.click();
  }, [found]);

  useEffect(() => {
    setSeries(null);
    if (narrowed === null) return;
    const aborter = new AbortController();
    lookup(narrowed.metric, narrowed.tags, SERIES, aborter.signal).then(
      (answer) => {
        setSeries(answer);
        setError(null);
      },
      (cause: unknown) => void (isAbort(cause) || setError(cause)),
    );
    return () => aborter.abort();
  }, [narrowed]);

  const pick = (query: MetricQuery): void => {
    onPick(query);
    onClose();
  };
  /** Up and down go through everything that can be chosen. */
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    const stops = [...(root.current?.querySelectorAll<HTMLElement>('input, .hit') ?? [])];
    if (step !== 0) {
      event.preventDefault();
      const at = stops.findIndex((stop) => stop === document.activeElement);
      stops[(at + step + stops.length) % stops.length]?.focus();
    } else if (event.key === 'Enter' && event.target instanceof HTMLInputElement) {
      event.preventDefault();
      if (found?.text === text.trim()) stops[1]?.click();
      else takeFirst.current = true;
    }
  };

  return (
    <Dialog title="Find" class="find" onClose={onClose}>
      <div ref={root} onKeyDown={onKeyDown}>
        <input
          type="search"
          aria-label="Find metrics, tags and series"
          placeholder="A metric, a tag, or tag=value"
          data-first
          autocomplete="off"
          autocapitalize="off"
          spellcheck={false}
          value={text}
          onInput={({ currentTarget }) => {
            setText(currentTarget.value);
            setNarrowed(null);
            takeFirst.current = false;
          }}
        />
        {error !== null && <ErrorBox error={error} />}
        <div class="results" aria-live="polite">
          {narrowed !== null ? (
            <SeriesHits narrowed={narrowed} series={series} onPick={pick} onBack={() => setNarrowed(null)} />
          ) : (
            found !== null && (
              <>
                <Hits
                  title="Metrics"
                  names={found.metrics}
                  onPick={(metric) => pick({ ...EMPTY_METRIC, metric })}
                  second={{ text: 'series', onPick: (metric) => setNarrowed({ title: `Series of ${metric}`, metric, tags: [] }) }}
                />
                <Hits
                  title="Tags"
                  names={found.tagks}
                  onPick={(tagk) => setNarrowed({ title: `Series with the tag ${tagk}`, metric: '', tags: [[tagk, '*']] })}
                />
                <Hits
                  title="Tag values"
                  names={found.tagvs}
                  onPick={(tagv) => setNarrowed({ title: `Series with the value ${tagv}`, metric: '', tags: [['*', tagv]] })}
                />
                {found.hits !== null && <PluginHits hits={found.hits} onPick={pick} />}
                {[found.metrics, found.tagks, found.tagvs, found.hits ?? []].every((list) => list.length === 0) && (
                  <p class="muted">Nothing begins so. Upper and lower case differ.</p>
                )}
              </>
            )
          )}
        </div>
      </div>
    </Dialog>
  );
}

async function find(text: string, signal: AbortSignal): Promise<Found> {
  const equals = text.indexOf('=');
  if (equals > 0) {
    const [tagk, tagv] = [text.slice(0, equals), text.slice(equals + 1)];
    const tagvs = await suggest('tagv', tagv, OFFERS, signal);
    return { text, metrics: [], tagks: [tagk], tagvs, hits: null };
  }
  const [metrics, tagks, tagvs, hits] = await Promise.all([
    suggest('metrics', text, OFFERS, signal),
    text === '' ? [] : suggest('tagk', text, OFFERS, signal),
    text === '' ? [] : suggest('tagv', text, OFFERS, signal),
    text === '' ? null : search(text, OFFERS, signal),
  ]);
  return { text, metrics, tagks, tagvs, hits };
}

interface HitsProps {
  title: string;
  names: readonly string[];
  onPick(name: string): void;
  second?: { text: string; onPick(name: string): void };
}

function Hits({ title, names, onPick, second }: HitsProps) {
  if (names.length === 0) return null;
  return (
    <section>
      <h3>{title}</h3>
      <ul>
        {names.map((name) => (
          <li key={name}>
            <button type="button" class="hit" onClick={() => onPick(name)}>
              {name}
            </button>
            {second && (
              <button type="button" class="hit quiet" aria-label={`${second.text} of ${name}`} onClick={() => second.onPick(name)}>
                {second.text}
              </button>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

interface SeriesHitsProps {
  narrowed: Narrowed;
  series: readonly FoundSeries[] | null;
  onPick(query: MetricQuery): void;
  onBack(): void;
}

function SeriesHits({ narrowed, series, onPick, onBack }: SeriesHitsProps) {
  return (
    <section>
      <h3>{narrowed.title}</h3>
      <button type="button" class="hit quiet" onClick={onBack}>
        ← back
      </button>
      {series === null && <p class="muted">Looking …</p>}
      {series?.length === 0 && (
        <p class="muted">
          None is known. Series by tags alone are found where the meta table is kept (tsd.core.meta.enable_tsuid_tracking).
        </p>
      )}
      <ul>
        {series?.map((one) => (
          <li key={one.tsuid}>
            <button
              type="button"
              class="hit"
              onClick={() => onPick({ ...EMPTY_METRIC, metric: one.metric, filters: one.tags.map(exactly) })}
            >
              {one.metric}
              <span class="muted"> {one.tags.map(([tagk, tagv]) => `${tagk}=${tagv}`).join(' ')}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

const exactly = ([tagk, tagv]: readonly [string, string]): TagFilter => ({ tagk, type: 'literal_or', filter: tagv, groupBy: true });

function PluginHits({ hits, onPick }: { hits: readonly SearchHit[]; onPick(query: MetricQuery): void }) {
  if (hits.length === 0) return null;
  return (
    <section>
      <h3>Search</h3>
      <ul>
        {hits.map(({ kind, text, metric, tsuid }, i) => (
          <li key={i}>
            <button
              type="button"
              class="hit"
              disabled={metric === '' && tsuid === ''}
              onClick={() => onPick({ ...EMPTY_METRIC, metric, tsuids: tsuid === '' ? [] : [tsuid] })}
            >
              {text} <span class="muted">{kind}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
