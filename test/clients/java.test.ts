import { join } from 'node:path';
import { Daemon } from './support/daemon';
import { CACHE, describeWithPrograms, findProgram } from './support/needs';
import { expectAsOriginal, outcomes, sorted } from './support/outcomes';
import { expectStored } from './support/read-back';
import { Recorder } from './support/recorder';
import { run, type Ended } from './support/run';
import { exchanges, sentPoints } from './support/transcript';

/** Runs a driver from its source, on the jars of its library. */
async function runDriver(library: string, driver: string, args: string[]): Promise<Ended> {
  const ended = await run(findProgram('java')!, [
    '-cp',
    `${join(CACHE, library)}/*`,
    join(__dirname, 'drivers', `${driver}.java`),
    ...args,
  ]);
  if (ended.code !== 0) throw new Error(ended.stderr);
  return ended;
}

const jars = (library: string): string[] => ['java', join(CACHE, library, '.complete')];

describeWithPrograms('Micrometer', jars('micrometer'), () => {
  let daemon: Daemon;
  const recorders: Record<string, Recorder> = {};

  beforeAll(async () => {
    daemon = await Daemon.start();
    await Promise.all(
      ['plain', 'histogram'].map(async (kind) => {
        recorders[kind] = await Recorder.start(daemon.port);
        await runDriver('micrometer', 'Micrometer', [String(recorders[kind].port), kind]);
      }),
    );
  }, 150_000);

  afterAll(async () => {
    for (const recorder of Object.values(recorders)) await recorder.stop();
    await daemon.stop();
  });

  test('counter, gauge and timer: every gzipped put is answered with 204, and its points come back', async () => {
    const puts = exchanges(recorders.plain.connections);
    expect(puts.length).toBeGreaterThanOrEqual(3);
    expect(new Set(puts.map(({ status }) => status))).toEqual(new Set([204]));
    expect(new Set(puts.map(({ requestHeaders }) => requestHeaders['content-encoding']))).toEqual(new Set(['gzip']));
    expect(await expectStored(daemon.port, sentPoints(recorders.plain.connections))).toBeGreaterThan(10);
  });

  test('histogram buckets: every put fails for le="+Inf", and all its other points come back', async () => {
    const puts = exchanges(recorders.histogram.connections);
    expect(puts.length).toBeGreaterThanOrEqual(3);
    for (const { status, body } of puts) {
      expect(status).toBe(400);
      expect(body).toContain('One or more data points had errors');
    }
    const points = sentPoints(recorders.histogram.connections);
    const good = points.filter(({ tags }) => tags.le !== '+Inf');
    expect(points.length - good.length).toBe(puts.length);
    expect(good.some(({ tags }) => tags.le !== undefined)).toBe(true);
    expect(await expectStored(daemon.port, good)).toBe(good.length);
  });
});

describeWithPrograms('opentsdb-java-sdk of eulery', jars('eulery'), () => {
  let daemon: Daemon;
  let recorder: Recorder;
  let ended: Ended;

  beforeAll(async () => {
    // It deletes by a POST, which the original allows whatever this key says.
    daemon = await Daemon.start({ 'tsd.http.query.allow_delete': 'true' });
    recorder = await Recorder.start(daemon.port);
    ended = await runDriver('eulery', 'Eulery', [String(recorder.port)]);
  }, 150_000);

  afterAll(async () => {
    await recorder.stop();
    await daemon.stop();
  });

  const seen = (step: string): string | undefined =>
    ended.stdout
      .split('\n')
      .find((line) => line.startsWith(`${step}\t`))
      ?.slice(step.length + 1);

  test('asynchronous and synchronous puts come back; what it deletes is gone', async () => {
    const points = sentPoints(recorder.connections);
    expect(points.length).toBe(51);
    expect(
      await expectStored(
        daemon.port,
        points.filter(({ metric }) => metric !== 'eu.sync'),
      ),
    ).toBe(50);
    expect([seen('deleted'), seen('left')]).toEqual(['1', '0']);
  });

  test('queries, suggestions and errors are the original ones', () => {
    expect(seen('query')).toBe('3');
    expect(seen('suggest')).toBe('[eu.async, eu.details, eu.sync]');
    expect(seen('missing metric')).toBe("No such name for 'metrics': 'eu.none'");
    // The connections are pooled: which one a request takes differs from run to run.
    const byRequest = outcomes(recorder.connections, (target) => !target.startsWith('/api/put'));
    expectAsOriginal('eulery', sorted(byRequest));
  });
});
