import { join } from 'node:path';
import { Daemon } from './support/daemon';
import { CACHE, describeWithPrograms } from './support/needs';
import { expectAsOriginal, outcomes } from './support/outcomes';
import { expectStored } from './support/read-back';
import { Recorder } from './support/recorder';
import { run, type Ended } from './support/run';
import { sentPoints } from './support/transcript';

const PYTHON = join(CACHE, 'python', 'bin', 'python');

describeWithPrograms('pyopentsdb, opentsdb-client and pytsdb', [PYTHON, join(CACHE, 'python', '.complete')], () => {
  let daemon: Daemon;
  let recorder: Recorder;
  let ended: Ended;

  beforeAll(async () => {
    daemon = await Daemon.start();
    recorder = await Recorder.start(daemon.port);
    ended = await run(PYTHON, [join(__dirname, 'drivers', 'python_clients.py'), String(recorder.port)]);
  }, 150_000);

  afterAll(async () => {
    await recorder.stop();
    await daemon.stop();
  });

  const seen = (step: string): unknown =>
    ended.stdout
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as [string, unknown])
      .find(([name]) => name === step)?.[1];

  test('every step ran', () => {
    expect(ended.stderr).toBe('');
    expect(ended.code).toBe(0);
  });

  test.each(['gzip', 'plain', 'telnet'])('opentsdb-client counts every point of %s as a success', (way) => {
    expect(seen(`${way} alive`)).toBe(true);
    expect(seen(way)).toEqual({ success: 41, failed: 0, queued: 41 });
  });

  test('every point comes back', async () => {
    expect(await expectStored(daemon.port, sentPoints(recorder.connections))).toBe(3 * 41 + 24);
  });

  test('every answer is the original one', () => {
    expectAsOriginal('python', outcomes(recorder.connections));
  });

  test('pyopentsdb finds the message of an error in its body', () => {
    expect(seen('missing metric')).toBe("ArgumentError: No such name for 'metrics': 'py.none'");
    expect(seen('missing aggregator')).toBe('ArgumentError: No such aggregation function: nosuch');
  });

  test('pytsdb reads sums, and averages of a minute', () => {
    const sums = seen('pytsdb') as [string, number][];
    expect(sums.map(([, value]) => value)).toEqual(Array.from({ length: 12 }, (_, i) => 2 * (i + 1)));
    expect((seen('pytsdb seconds') as [string, number][]).map(([, value]) => value)).toEqual([3.5, 9.5]);
  });
});
