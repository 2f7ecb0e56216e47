import { useState } from 'preact/hooks';
import { readStats } from '../api/server';
import { useLoaded } from '../lib/hooks';
import { showTime } from '../lib/times';
import { DataTable, type Column } from '../ui/data-table';
import { ErrorBox } from '../ui/error-box';
import { ListHead } from '../ui/list-head';

const COLUMNS: readonly Column[] = [{ name: 'Metric' }, { name: 'Value', number: true }, { name: 'Tags' }, { name: 'Time' }];

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
      <ListHead title="Statistics" of="statistics" filter={filter} onFilter={setFilter} loading={loading} onReload={reload} />
      {error !== null && <ErrorBox error={error} />}
      <DataTable label="Statistics" columns={COLUMNS}>
        {rows.map(({ metric, value: figure, tags, time }, i) => (
          <tr key={i}>
            <th scope="row">{metric}</th>
            <td class="number">{figure}</td>
            <td>{tags.map(([tagk, tagv]) => `${tagk}=${tagv}`).join(' ')}</td>
            <td>{showTime(time * 1000, '')}</td>
          </tr>
        ))}
      </DataTable>
    </section>
  );
}
