import { useState } from 'preact/hooks';
import { readStats } from '../api/server';
import { useLoaded } from '../lib/hooks';
import { showTime } from '../lib/times';
import { ErrorBox } from '../ui/error-box';
import { Icon } from '../ui/icon';

/** What the TSD counts. */
export function StatsPage() {
  const { value, error, loading, reload } = useLoaded(readStats);
  const [filter, setFilter] = useState('');
  const words = filter.toLowerCase().split(/\s+/);
  const rows = (value ?? []).filter((stat) => {
    const text = `${stat.metric} ${stat.tags.map((tag) => tag.join('=')).join(' ')}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
  return (
    <section class="card" aria-label="Statistics">
      <div class="row page-head">
        <h1>Statistics</h1>
        <input
          type="search"
          aria-label="Filter statistics"
          placeholder="Filter"
          value={filter}
          onInput={({ currentTarget }) => setFilter(currentTarget.value)}
        />
        <button type="button" class={`icon-only ${loading ? 'busy' : ''}`} aria-label="Reload" onClick={reload}>
          <Icon name="reload" />
        </button>
      </div>
      {error !== null && <ErrorBox error={error} />}
      <div class="scroll" tabIndex={0} role="region" aria-label="Statistics">
        <table class="grid">
          <thead>
            <tr>
              <th scope="col">Metric</th>
              <th scope="col" class="number">
                Value
              </th>
              <th scope="col">Tags</th>
              <th scope="col">Time</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ metric, value: figure, tags, time }, i) => (
              <tr key={i}>
                <th scope="row">{metric}</th>
                <td class="number">{figure}</td>
                <td>{tags.map(([tagk, tagv]) => `${tagk}=${tagv}`).join(' ')}</td>
                <td>{showTime(time * 1000, '')}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
