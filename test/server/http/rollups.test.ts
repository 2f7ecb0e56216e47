import { HISTOGRAM_SETTINGS, rollupSettings } from '../../support/rollup-settings';
import { ask, Connection } from '../support/client';
import { startDaemon, type TestDaemon } from '../support/daemon';
import golden from './golden/rollups.json';

/** What the original answers to the same requests in the same order, rollups and histograms configured as below. */
interface Step {
  path?: string;
  body?: unknown;
  /** A body that is no JSON. */
  text?: string;
  /** A line of telnet. */
  line?: string;
  status?: number;
  answer: string;
}

let tsd: TestDaemon;
beforeAll(async () => {
  tsd = await startDaemon({
    ...rollupSettings(['10m', '1h', '1d'], { aggregators: ['sum', 'count', 'min', 'max'] }),
    ...HISTOGRAM_SETTINGS,
  });
  for (const [kind, names] of Object.entries(golden.names)) {
    await ask(tsd.port, '/api/uid/assign', { method: 'POST', body: JSON.stringify({ [kind]: names }) });
  }
});
afterAll(() => tsd.stop());

async function line(text: string): Promise<string> {
  const END = 'Caches dropped.\n';
  const connection = await Connection.open(tsd.port);
  connection.send(`${text}\ndropcaches\n`);
  await connection.until(() => connection.received.toString().endsWith(END));
  connection.close();
  return connection.received.toString().slice(0, -END.length);
}

const steps = golden.steps as Step[];
const nameOf = ({ path, body, text, line: sent }: Step): string =>
  sent ?? `${decodeURIComponent(path ?? '')} ${text ?? (body === undefined ? '' : JSON.stringify(body).slice(0, 150))}`;

// One after the other: each builds on what those before it have stored.
it.each(steps.map((step, i) => [`${i} ${nameOf(step)}`, step] as const))('%s', async (_name, step) => {
  if (step.line !== undefined) {
    expect(await line(step.line)).toBe(step.answer);
    return;
  }
  if (step.body === undefined && step.text === undefined) await tsd.daemon.writer.flush();
  const body = step.text ?? (step.body === undefined ? undefined : JSON.stringify(step.body));
  const got = await ask(tsd.port, step.path ?? '', body === undefined ? {} : { method: 'POST', body });
  expect(got.status).toBe(step.status);
  expect(JSON.parse(got.text.replace(/,"trace":"(?:[^"\\]|\\.)*"/g, ''))).toEqual(JSON.parse(step.answer));
});
