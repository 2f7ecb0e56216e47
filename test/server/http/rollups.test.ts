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

const ROLLUPS = {
  aggregationIds: { sum: 0, count: 1, min: 2, max: 3 },
  intervals: [
    { table: 'tsdb', preAggregationTable: 'tsdb-preagg', interval: '1m', rowSpan: '1h', defaultInterval: true },
    { table: 'tsdb-rollup-10m', preAggregationTable: 'tsdb-agg-10m', interval: '10m', rowSpan: '1d' },
    { table: 'tsdb-rollup-1h', preAggregationTable: 'tsdb-agg-1h', interval: '1h', rowSpan: '1n' },
    { table: 'tsdb-rollup-1d', preAggregationTable: 'tsdb-agg-1d', interval: '1d', rowSpan: '1y' },
  ],
};

let tsd: TestDaemon;
beforeAll(async () => {
  tsd = await startDaemon({
    'tsd.rollups.enable': 'true',
    'tsd.rollups.config': JSON.stringify(ROLLUPS),
    'tsd.core.histograms.config': '{"net.opentsdb.core.SimpleHistogramDecoder":42}',
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
