import { useEffect, useState } from 'preact/hooks';
import { putPoint } from '../api/annotations';
import { suggest } from '../api/names';
import { readConfig } from '../api/server';
import { useLoaded } from '../lib/hooks';
import type { GraphState } from '../state/graph-state';
import { EMPTY_METRIC } from '../state/metric-query';
import { CopyButton } from '../ui/copy-button';
import { ErrorBox } from '../ui/error-box';

const FIRST_METRIC = 'my.first.metric';
const LOOK_EVERY_MS = 2000;
const OFFERED = 30;

/** What to do when nothing is asked: choose among the metrics that there are, or, in an empty store, send a first point. */
export function Welcome({ onChange }: { onChange(part: Partial<GraphState>): void }) {
  const { value: names, error } = useLoaded((signal) => suggest('metrics', '', OFFERED + 1, signal), LOOK_EVERY_MS);
  const [wasEmpty, setWasEmpty] = useState(false);
  const show = (metric: string): void =>
    onChange({ metrics: [{ ...EMPTY_METRIC, metric }], open: 0, ...(wasEmpty ? { start: '5m-ago', end: '' } : {}) });
  useEffect(() => {
    if (names === null) return;
    if (names.length === 0) setWasEmpty(true);
    // the first metric ever, and this page was waiting for it
    else if (wasEmpty) show(names[0]);
  }, [names]);

  if (names === null) return error === null ? <p class="empty">Loading …</p> : <ErrorBox error={error} />;
  if (names.length === 0) return <FirstPoint />;
  return (
    <div class="welcome">
      <p>Choose a metric, or type its name into the form.</p>
      <div class="row chips">
        {names.slice(0, OFFERED).map((name) => (
          <button key={name} type="button" class="chip" onClick={() => show(name)}>
            {name}
          </button>
        ))}
      </div>
      {names.length > OFFERED && <p class="muted">There are more; the search box above finds them.</p>}
    </div>
  );
}

function FirstPoint() {
  const { value: config } = useLoaded(readConfig);
  const [error, setError] = useState<unknown>(null);
  const mustBeMade = config?.get('tsd.core.auto_create_metrics') === 'false';
  const readOnly = config?.get('tsd.mode') === 'ro';
  const host = location.hostname;
  const port = location.port || (location.protocol === 'https:' ? '443' : '80');
  const curl =
    `curl -i '${location.origin}/api/put' -d "{\\"metric\\":\\"${FIRST_METRIC}\\",\\"timestamp\\":$(date +%s),` +
    `\\"value\\":42,\\"tags\\":{\\"host\\":\\"$(hostname)\\"}}"`;
  const telnet = `bash -c "echo put ${FIRST_METRIC} $(date +%s) 42 host=$(hostname) >/dev/tcp/${host}/${port}"`;
  const sendOne = async (): Promise<void> => {
    try {
      await putPoint(FIRST_METRIC, Math.floor(Date.now() / 1000), Math.round(Math.random() * 100), { host: 'browser' });
      setError(null);
    } catch (cause) {
      setError(cause);
    }
  };
  return (
    <div class="welcome">
      <h2>No data yet</h2>
      {readOnly ? (
        <p>
          This TSD only reads. Send points to one that writes to the same tables; this page shows the first metric as soon as it is there.
        </p>
      ) : (
        <>
          <p>Send a first point from a shell, in either way. This page is waiting for it and draws it within two seconds.</p>
          {mustBeMade && (
            <>
              <p>This TSD takes only metrics that were made before (tsd.core.auto_create_metrics is false). So first:</p>
              <Command text={`tsdb mkmetric ${FIRST_METRIC}`} />
            </>
          )}
          <h3>By HTTP</h3>
          <Command text={curl} />
          <h3>By the line protocol</h3>
          <Command text={telnet} />
          {!mustBeMade && (
            <p>
              Or let this page send one:{' '}
              <button type="button" class="primary" onClick={() => void sendOne()}>
                Send a point
              </button>
            </p>
          )}
          {error !== null && <ErrorBox error={error} />}
        </>
      )}
    </div>
  );
}

function Command({ text }: { text: string }) {
  return (
    <div class="command">
      <pre tabIndex={0}>{text}</pre>
      <CopyButton text={() => text}>Copy</CopyButton>
    </div>
  );
}
