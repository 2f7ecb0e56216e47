import { readVersion } from '../api/server';
import { useLoaded } from '../lib/hooks';
import { showTime } from '../lib/times';
import { ErrorBox } from '../ui/error-box';

const NAMES: readonly (readonly [string, string])[] = [
  ['version', 'Version'],
  ['short_revision', 'Revision'],
  ['full_revision', 'Full revision'],
  ['repo_status', 'Sources'],
  ['branch', 'Branch'],
  ['timestamp', 'Built'],
  ['user', 'By'],
  ['host', 'On'],
  ['repo', 'In'],
];

/** Which program this is. */
export function VersionPage() {
  const { value, error } = useLoaded(readVersion);
  return (
    <section class="card" aria-label="Version">
      <h1>Version</h1>
      {error !== null && <ErrorBox error={error} />}
      <dl class="pairs">
        {value !== null &&
          NAMES.filter(([key]) => (value.get(key) ?? '') !== '').map(([key, name]) => (
            <div key={key}>
              <dt>{name}</dt>
              <dd>{key === 'timestamp' ? showTime(Number(value.get(key)) * 1000, '') : value.get(key)}</dd>
            </div>
          ))}
      </dl>
    </section>
  );
}
