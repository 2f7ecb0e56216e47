import { useState } from 'preact/hooks';
import { readLogs, setLogLevel } from '../api/server';
import { useLoaded } from '../lib/hooks';
import { showTime } from '../lib/times';
import { ErrorBox } from '../ui/error-box';
import { Select } from '../ui/fields';
import { ListHead } from '../ui/list-head';

const LEVELS = ['ERROR', 'WARN', 'INFO', 'DEBUG', 'TRACE'] as const;

/** The last lines of the log, newest first. */
export function LogsPage() {
  const { value, error, loading, reload } = useLoaded(readLogs);
  const [filter, setFilter] = useState('');
  const [least, setLeast] = useState<string>('TRACE');
  const [said, setSaid] = useState<{ text: string; error: unknown }>({ text: '', error: null });
  const shown = LEVELS.slice(0, LEVELS.findIndex((level) => level === least) + 1);
  const lines = (value ?? []).filter(
    ({ level, logger, message }) =>
      shown.some((one) => one === level) && `${logger} ${message}`.toLowerCase().includes(filter.toLowerCase()),
  );
  const change = (level: string): void => {
    setLogLevel(level).then(
      (text) => {
        setSaid({ text, error: null });
        reload();
      },
      (cause: unknown) => setSaid({ text: '', error: cause }),
    );
  };
  return (
    <section class="card" aria-label="Logs">
      <ListHead title="Logs" of="logs" filter={filter} onFilter={setFilter} loading={loading} onReload={reload}>
        <Select
          label="Show"
          value={least}
          options={LEVELS.map((level) => [level, level === 'ERROR' ? 'errors' : `${level} and above`] as const)}
          onChange={setLeast}
        />
        <Select
          label="From now on log"
          value=""
          options={[['', 'as it is'], ...LEVELS.map((level) => [level, level] as const)]}
          onChange={(level) => void (level !== '' && change(level))}
        />
      </ListHead>
      {said.text !== '' && <p role="status">{said.text}</p>}
      {said.error !== null && <ErrorBox error={said.error} />}
      {error !== null && <ErrorBox error={error} />}
      <ol class="log" tabIndex={0} aria-label="Log lines, newest first">
        {lines.map(({ time, level, logger, message }, i) => (
          <li key={i} class={`level-${level.toLowerCase()}`}>
            <time>{showTime(time * 1000, '')}</time> <b>{level}</b> <span class="logger">{logger}</span>{' '}
            <span class="message">{message}</span>
          </li>
        ))}
      </ol>
    </section>
  );
}
