import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endChild } from '../support/end-child';
import { freePort } from '../support/free-port';
import { until } from '../support/until';
import { Daemon } from './support/daemon';
import { describeWithPrograms, findProgram } from './support/needs';
import { run } from './support/run';

const STEP = 10;
const HOSTS = ['web01', 'web02', 'db01'];
/** Points a series, and minutes that they fill. */
const POINTS = 180;
const MINUTES = (POINTS * STEP) / 60;

describeWithPrograms('vmctl, which moves everything to VictoriaMetrics', ['victoria-metrics', 'vmctl'], () => {
  let directory: string;
  let daemon: Daemon;
  let target: ChildProcess | undefined;
  let targetUrl: string;
  /** A full minute, half an hour ago and more. */
  const start = Math.floor(Date.now() / 60_000) * 60 - 3600;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'vmctl-'));
    // It asks for series by the meta table, as the original answers them.
    daemon = await Daemon.start({ 'tsd.core.meta.enable_tsuid_tracking': 'true', 'tsd.core.meta.enable_tsuid_incrementing': 'true' });
    const points = HOSTS.flatMap((host, series) =>
      Array.from({ length: POINTS }, (_, i) => ({
        metric: 'load.one',
        timestamp: start + i * STEP,
        value: valueOf(series, i),
        tags: { host },
      })),
    );
    const answer = await fetch(`http://127.0.0.1:${daemon.port}/api/put?sync`, { method: 'POST', body: JSON.stringify(points) });
    expect(answer.status).toBe(204);
    await until(async () => (await knownSeries()) === HOSTS.length);
    const port = await freePort();
    targetUrl = `http://127.0.0.1:${port}`;
    const options = [
      `-httpListenAddr=127.0.0.1:${port}`,
      `-storageDataPath=${join(directory, 'vm')}`,
      '-retentionPeriod=10y',
      '-memory.allowedPercent=5',
    ];
    target = spawn(findProgram('victoria-metrics')!, options, { stdio: 'ignore' });
    await until(async () => (await fetch(`${targetUrl}/health`).catch(() => null))?.ok === true, 'VictoriaMetrics is ready', 60_000);
  }, 180_000);

  afterAll(async () => {
    if (target) await endChild(target);
    await daemon?.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  async function knownSeries(): Promise<number> {
    const answer = await fetch(`http://127.0.0.1:${daemon.port}/api/search/lookup?m=load.one`);
    return ((await answer.json()) as { totalResults: number }).totalResults;
  }

  const valueOf = (series: number, i: number): number => 100 * series + (i % 7) + 0.5;

  test('every minute of every series arrives', async () => {
    const ended = await run(findProgram('vmctl')!, [
      'opentsdb',
      '-s',
      `--otsdb-addr=http://127.0.0.1:${daemon.port}`,
      '--otsdb-retentions=sum-1m-avg:1h:2d',
      '--otsdb-filters=load',
      `--vm-addr=${targetUrl}`,
      '--vm-disable-progress-bar',
    ]);
    expect({ code: ended.code, errors: /error|panic/i.exec(ended.stdout + ended.stderr)?.input ?? null }).toEqual({
      code: 0,
      errors: null,
    });
    await fetch(`${targetUrl}/internal/force_flush`);
    const exported = await (
      await fetch(`${targetUrl}/api/v1/export?start=${start}&match[]=${encodeURIComponent('{__name__="load_one"}')}`)
    ).text();
    const series = exported
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { metric: Record<string, string>; timestamps: number[]; values: number[] });
    expect(series.map(({ metric }) => metric.host).sort()).toEqual([...HOSTS].sort());
    for (const { metric, timestamps, values } of series) {
      const number = HOSTS.indexOf(metric.host);
      expect(timestamps).toEqual(Array.from({ length: MINUTES }, (_, minute) => (start + 60 * minute) * 1000));
      values.forEach((value, minute) => expect(value).toBeCloseTo(averageOf(number, minute), 9));
    }
  });

  function averageOf(series: number, minute: number): number {
    const perMinute = 60 / STEP;
    const values = Array.from({ length: perMinute }, (_, i) => valueOf(series, minute * perMinute + i));
    return values.reduce((sum, value) => sum + value, 0) / perMinute;
  }
});
