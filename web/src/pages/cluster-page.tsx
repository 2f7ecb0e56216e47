import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { readQueries, readRegionServers, readStats, stopQuery, type Stat } from '../api/server';
import { useLoaded } from '../lib/hooks';
import { bytesText, fullNumber } from '../lib/numbers';
import { roughDuration, showTime } from '../lib/times';
import { DataTable, type Column } from '../ui/data-table';
import { ErrorBox } from '../ui/error-box';

const EVERY_MS = 3000;
const RUNNING_COLUMNS: readonly Column[] = [
  { name: 'Query' },
  { name: 'For', number: true },
  { name: 'Client' },
  { name: 'Stop', silent: true },
];
const FINISHED_COLUMNS: readonly Column[] = [
  { name: 'Query' },
  { name: 'Took', number: true },
  { name: 'Status', number: true },
  { name: 'Started' },
  { name: 'Error' },
];

/** How the TSD and its storage are doing now. */
export function ClusterPage() {
  const stats = useLoaded(readStats, EVERY_MS);
  const figures = new Figures(stats.value ?? []);
  return (
    <div class="cluster">
      {stats.error !== null && <ErrorBox error={stats.error} />}
      <div class="tiles">
        <Tile title="Connections">
          <Figure name="open" value={figures.get('connectionmgr.connections', 'type=open')} />
          <Figure name="refused" value={figures.get('connectionmgr.connections', 'type=rejected')} />
          <Figure name="telnet calls" value={figures.get('rpc.received', 'type=telnet')} />
          <Figure name="HTTP calls" value={figures.get('rpc.received', 'type=http')} />
        </Tile>
        <WriteTile figures={figures} />
        <Tile title="Compaction">
          <Figure name="rows waiting" value={figures.get('compaction.queue.size')} />
          <Figure name="in flight" value={figures.get('compaction.in_flight')} />
          <Figure name="pace" value={figures.get('compaction.pace_percent')} unit="%" />
          <Figure name="rows done" value={figures.get('compaction.writes')} />
        </Tile>
        <Tile title="Points and names">
          <Figure name="points stored" value={figures.get('datapoints.added')} />
          <Figure name="metrics" value={figures.get('uid.ids-used', 'kind=metrics')} />
          <Figure name="tag keys" value={figures.get('uid.ids-used', 'kind=tagk')} />
          <Figure name="tag values" value={figures.get('uid.ids-used', 'kind=tagv')} />
        </Tile>
      </div>
      <Queries />
      <Servers />
    </div>
  );
}

/** Statistics by name and one of their tags. */
class Figures {
  constructor(private readonly stats: readonly Stat[]) {}

  /** @param name without the `tsd.` in front. @returns null: the TSD does not count it */
  get(name: string, tag?: string): number | null {
    const found = this.stats.find(
      ({ metric, tags }) => metric === `tsd.${name}` && (tag === undefined || tags.some((pair) => pair.join('=') === tag)),
    );
    return found === undefined ? null : Number(found.value);
  }
}

function Tile({ title, children, below }: { title: string; children: ComponentChildren; below?: ComponentChildren }) {
  return (
    <section class="card tile" aria-label={title}>
      <h2>{title}</h2>
      <dl>{children}</dl>
      {below}
    </section>
  );
}

function Figure({ name, value, unit = '', text }: { name: string; value: number | null; unit?: string; text?: string }) {
  if (value === null) return null;
  return (
    <div>
      <dt>{name}</dt>
      <dd title={fullNumber(value)}>{text ?? `${fullNumber(value)}${unit}`}</dd>
    </div>
  );
}

function WriteTile({ figures }: { figures: Figures }) {
  const bytes = figures.get('write.buffer.bytes');
  const budget = figures.get('write.buffer.limit_bytes');
  const age = figures.get('write.buffer.age_ms');
  return (
    <Tile
      title="Write buffer"
      below={
        budget !== null &&
        bytes !== null && <meter aria-label="Write budget in use" min={0} max={budget} high={budget * 0.8} value={bytes} />
      }
    >
      <Figure name="held" value={bytes} text={bytesText(bytes ?? 0)} />
      <Figure name="of at most" value={budget} text={bytesText(budget ?? 0)} />
      <Figure name="points" value={figures.get('write.buffer.points')} />
      <Figure name="oldest" value={age} text={roughDuration(age ?? 0)} />
      <Figure name="clients waiting" value={figures.get('write.buffer.waiting_clients')} />
    </Tile>
  );
}

function Queries() {
  const queries = useLoaded(readQueries, EVERY_MS);
  const [error, setError] = useState<unknown>(null);
  const stop = (id: number): void => {
    stopQuery(id).then(() => {
      setError(null);
      queries.reload();
    }, setError);
  };
  const running = queries.value?.running ?? [];
  const completed = queries.value?.completed ?? [];
  return (
    <>
      <section class="card" aria-label="Running queries">
        <h2>Running queries</h2>
        {error !== null && <ErrorBox error={error} />}
        {queries.error !== null && <ErrorBox error={queries.error} />}
        {running.length === 0 ? (
          <p class="muted">None at this moment.</p>
        ) : (
          <DataTable label="Running queries" columns={RUNNING_COLUMNS}>
            {running.map(({ id, question, elapsedMs, remote }) => (
              <tr key={id}>
                <th scope="row" class="question">
                  {question}
                </th>
                <td class="number">{roughDuration(elapsedMs)}</td>
                <td>{remote}</td>
                <td>
                  <button type="button" class="danger" onClick={() => stop(id)}>
                    Stop
                  </button>
                </td>
              </tr>
            ))}
          </DataTable>
        )}
      </section>
      <section class="card" aria-label="Finished queries">
        <details>
          <summary>Finished queries ({completed.length})</summary>
          <DataTable label="Finished queries" columns={FINISHED_COLUMNS}>
            {completed.map(({ question, tookMs, status, startedAt, error: reason }, i) => (
              <tr key={i}>
                <th scope="row" class="question">
                  {question}
                </th>
                <td class="number">{roughDuration(tookMs)}</td>
                <td class="number">{status}</td>
                <td>{showTime(startedAt, '').slice(0, 19)}</td>
                <td>{reason}</td>
              </tr>
            ))}
          </DataTable>
        </details>
      </section>
    </>
  );
}

function Servers() {
  const servers = useLoaded(readRegionServers, EVERY_MS);
  const list = servers.value ?? [];
  return (
    <section class="card" aria-label="Region servers">
      <h2>Region servers</h2>
      {servers.error !== null && <ErrorBox error={servers.error} />}
      {servers.value !== null && list.length === 0 && (
        <p class="muted">No region server is known: the store is embedded, or nothing was asked of HBase yet.</p>
      )}
      {list.map(({ name, connected, ageMs, sent, inFlight, waiting, timedOut, regions }) => (
        <details key={name} class="server">
          <summary>
            <b>{name}</b>{' '}
            <span class={connected ? 'good' : 'bad'}>{connected ? `connected for ${roughDuration(ageMs)}` : 'no connection'}</span>{' '}
            <span class="muted">
              {fullNumber(sent)} calls, {inFlight} in flight, {waiting} waiting, {timedOut} timed out, {regions.length} regions
            </span>
          </summary>
          <ul>
            {regions.map(({ table, name: region, stale }) => (
              <li key={region}>
                {table} <code>{region}</code> {stale && <span class="bad">moved</span>}
              </li>
            ))}
          </ul>
        </details>
      ))}
    </section>
  );
}
