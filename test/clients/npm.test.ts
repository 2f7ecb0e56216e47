import { createSocket } from 'node:dgram';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../support/free-port';
import { Daemon } from './support/daemon';
import { CACHE, describeWithPrograms } from './support/needs';
import { expectAsOriginal, outcomes } from './support/outcomes';
import { expectStored } from './support/read-back';
import { Recorder, type Recording } from './support/recorder';
import { run } from './support/run';
import { exchanges, sentPoints, telnetLines } from './support/transcript';

const FLUSHES = 3;
const MODULES = join(CACHE, 'npm', 'node_modules');

describeWithPrograms('npm opentsdb', [join(CACHE, 'npm', '.complete')], () => {
  let daemon: Daemon;
  let recorder: Recorder;

  beforeAll(async () => {
    daemon = await Daemon.start();
    recorder = await Recorder.start(daemon.port);
    const ended = await run(process.execPath, [join(__dirname, 'drivers', 'opentsdb-npm.cjs'), MODULES, String(recorder.port)]);
    if (ended.code !== 0) throw new Error(ended.stdout + ended.stderr);
  }, 180_000);

  afterAll(async () => {
    await recorder.stop();
    await daemon.stop();
  });

  test('its millisecond points come back', async () => {
    expect(await expectStored(daemon.port, sentPoints(recorder.connections))).toBe(50);
  });

  test('every answer is the original one', () => {
    expect(exchanges(recorder.connections).length).toBe(8);
    const isCompared = (target: string): boolean => !target.startsWith('/api/suggest');
    expectAsOriginal('npm-opentsdb', outcomes(recorder.connections, isCompared));
  });
});

describeWithPrograms('statsd with its OpenTSDB backend', [join(CACHE, 'npm', '.complete')], () => {
  let daemon: Daemon;
  let recorder: Recorder;
  let directory: string;
  // It connects for each flush, and is told two faults each time.
  const isDone = ({ received }: Recording): boolean => received.toString().split('\n').length === 3;
  /** But for the one that was under way when it was told to stop. */
  const flushes = (): Recording[] => recorder.connections.filter(isDone);

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'statsd-'));
    daemon = await Daemon.start();
    recorder = await Recorder.start(daemon.port);
    const [udp, management] = [await freePort(), await freePort()];
    const config = join(directory, 'config.js');
    writeFileSync(
      config,
      `{ address: '127.0.0.1', mgmt_address: '127.0.0.1', port: ${udp}, mgmt_port: ${management}, flushInterval: 2000,
backends: ['${join(MODULES, 'statsd-opentsdb-backend')}'], opentsdbHost: '127.0.0.1', opentsdbPort: ${recorder.port} }`,
    );
    const socket = createSocket('udp4');
    const sending = setInterval(() => {
      for (const metric of ['web.hits:3|c', 'web.busy:0.5|g', 'web.time:12|ms', 'web.time:48|ms', 'web.users:7|s'])
        socket.send(metric, udp, '127.0.0.1');
    }, 300);
    const isEnough = (): boolean => flushes().length >= FLUSHES;
    await run(process.execPath, [join(MODULES, 'statsd', 'stats.js'), config], { isEnough, stopAfterMs: 100_000 });
    clearInterval(sending);
    socket.close();
  }, 180_000);

  afterAll(async () => {
    await recorder.stop();
    await daemon.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  test('counters, gauges, timers and sets come back', async () => {
    const points = sentPoints(flushes());
    const metrics = points.map(({ metric }) => metric);
    const names = ['stats_counts.web.hits', 'stats.gauges.web.busy', 'stats.timers.web.time.mean', 'stats.sets.web.users.count'];
    expect(metrics).toEqual(expect.arrayContaining(names));
    expect(await expectStored(daemon.port, points)).toBeGreaterThan(30);
  });

  test('it half-closes at once, and still gets what was wrong with its two lines without tags', () => {
    expect(flushes().length).toBeGreaterThanOrEqual(FLUSHES);
    expect(recorder.connections.length - flushes().length).toBeLessThanOrEqual(1);
    for (const connection of flushes()) {
      const short = telnetLines([connection]).filter((line) => !line.includes('source='));
      expect(short.length).toBe(2);
      expect(connection.received.toString()).toBe('put: illegal argument: not enough arguments (need least 4, got 3)\n'.repeat(2));
    }
  });
});
