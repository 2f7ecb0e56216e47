import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Daemon } from './support/daemon';
import { CACHE, describeWithPrograms, findProgram } from './support/needs';
import { expectStored } from './support/read-back';
import { Recorder } from './support/recorder';
import { run, type Ended } from './support/run';
import { exchanges, sentPoints, telnetLines } from './support/transcript';

/** So long each feeds the daemon, from its first bytes on. */
const FED_MS = 58_000;
/** Some take long to start. */
const LONGEST_MS = 180_000;
const TELEGRAF = join(CACHE, 'telegraf', 'telegraf');

type IsEnough = () => boolean;

function runCollectd(directory: string, port: number, isEnough: IsEnough): Promise<Ended> {
  const config = join(directory, 'collectd.conf');
  writeFileSync(
    config,
    `Hostname "web01"
FQDNLookup false
BaseDir "${directory}"
PIDFile "${directory}/collectd.pid"
Interval 1
LoadPlugin load
LoadPlugin memory
LoadPlugin write_tsdb
<Plugin write_tsdb>
  <Node>
    Host "127.0.0.1"
    Port "${port}"
    HostTags "status=production dc=lab"
    StoreRates true
  </Node>
</Plugin>
`,
  );
  return run(findProgram('collectd')!, ['-f', '-C', config], { isEnough, stopAfterMs: LONGEST_MS });
}

function runNetdata(directory: string, telnetPort: number, httpPort: number, isEnough: IsEnough): Promise<Ended> {
  for (const part of ['cache', 'lib', 'log']) mkdirSync(join(directory, part));
  const off = (sections: string[], key = 'enabled'): string => sections.map((section) => `[${section}]\n  ${key} = no\n`).join('');
  writeFileSync(
    join(directory, 'netdata.conf'),
    `[global]
  run as user = ${process.env.USER ?? 'root'}
[directories]
  config = ${directory}
  stock config = ${directory}
  cache = ${directory}/cache
  lib = ${directory}/lib
  log = ${directory}/log
  registry = ${directory}/lib
  home = ${directory}
[db]
  mode = alloc
  retention = 600
[web]
  mode = none
${off(['health', 'ml', 'statsd', 'registry', 'cloud'])}[plugins]
  proc = yes
${[
  'enable running new plugins',
  'diskspace',
  'cgroups',
  'tc',
  'idlejitter',
  'timex',
  'slabinfo',
  'apps',
  'netdata monitoring',
  'netdata monitoring extended',
]
  .map((plugin) => `  ${plugin} = no\n`)
  .join('')}`,
  );
  const connector = (name: string, port: number, prefix: string, source: string): string => `[${name}]
  enabled = yes
  destination = 127.0.0.1:${port}
  data source = ${source}
  prefix = ${prefix}
  update every = 2
  send charts matching = system.load system.ram system.cpu
`;
  writeFileSync(
    join(directory, 'exporting.conf'),
    `[exporting:global]
  enabled = yes
${connector('opentsdb:lines', telnetPort, 'ndt', 'as collected')}${connector('opentsdb:http:bodies', httpPort, 'ndh', 'average')}`,
  );
  return run(findProgram('netdata')!, ['-D', '-c', join(directory, 'netdata.conf')], { isEnough, stopAfterMs: LONGEST_MS });
}

function runTelegraf(directory: string, telnetPort: number, httpPort: number, isEnough: IsEnough): Promise<Ended> {
  const config = join(directory, 'telegraf.conf');
  const output = (prefix: string, scheme: string, port: number): string => `[[outputs.opentsdb]]
  prefix = "${prefix}"
  host = "${scheme}://127.0.0.1"
  port = ${port}
  http_batch_size = 3
  http_path = "/api/put"
  separator = "_"
`;
  writeFileSync(
    config,
    `[agent]
  interval = "1s"
  flush_interval = "2s"
  hostname = "web01"
  quiet = true
${output('tt.', 'tcp', telnetPort)}${output('th.', 'http', httpPort)}[[inputs.mock]]
  metric_name = "mock"
  [inputs.mock.tags]
    "where" = "lab a"
  [[inputs.mock.sine_wave]]
    name = "sine"
    amplitude = 10.0
    period = 7.0
    base_line = 3.0
  [[inputs.mock.random]]
    name = "random"
    min = 0.0
    max = 1000.0
  [[inputs.mock.step]]
    name = "step"
    start = 0.0
    step = 1.0
`,
  );
  return run(TELEGRAF, ['--config', config], { isEnough, stopAfterMs: LONGEST_MS, signal: 'SIGINT' });
}

describeWithPrograms('agents that feed the daemon for a minute', ['collectd', 'netdata', TELEGRAF], () => {
  const recorders: Record<string, Recorder> = {};
  let daemon: Daemon;
  let directory: string;
  const connectionsOf = (name: string): Recorder['connections'] => recorders[name].connections;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'agents-'));
    daemon = await Daemon.start();
    for (const name of ['collectd', 'netdata-lines', 'netdata-http', 'telegraf-lines', 'telegraf-http']) {
      recorders[name] = await Recorder.start(daemon.port);
    }
    const own = (name: string): string => {
      mkdirSync(join(directory, name));
      return join(directory, name);
    };
    const fed = (...names: string[]): IsEnough => {
      let since: number | null = null;
      const feeds = (name: string): boolean => connectionsOf(name).some(({ sent }) => sent.length > 0);
      return () => {
        since ??= names.every(feeds) ? performance.now() : null;
        return since !== null && performance.now() - since > FED_MS;
      };
    };
    const [netdata, telegraf] = ['netdata', 'telegraf'].map((name) => [`${name}-lines`, `${name}-http`]);
    const portOf = (name: string): number => recorders[name].port;
    await Promise.all([
      runCollectd(own('collectd'), recorders.collectd.port, fed('collectd')),
      runNetdata(own('netdata'), portOf(netdata[0]), portOf(netdata[1]), fed(...netdata)),
      runTelegraf(own('telegraf'), portOf(telegraf[0]), portOf(telegraf[1]), fed(...telegraf)),
    ]);
  }, 240_000);

  afterAll(async () => {
    for (const recorder of Object.values(recorders)) await recorder.stop();
    await daemon.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  /** Seconds between the first and the last point. */
  function spanOf(name: string): number {
    const times = sentPoints(connectionsOf(name)).map(({ time }) => time);
    return (Math.max(...times) - Math.min(...times)) / 1000;
  }

  test.each([
    ['collectd', 200],
    ['netdata-lines', 200],
    ['netdata-http', 150],
    ['telegraf-lines', 75],
    ['telegraf-http', 75],
  ])('%s: every point of its minute comes back', async (name, atLeast) => {
    expect(spanOf(name)).toBeGreaterThan(40);
    expect(await expectStored(daemon.port, sentPoints(connectionsOf(name)))).toBeGreaterThan(atLeast);
  });

  test('nothing was said to the telnet clients, whose lines end in CRLF or have two spaces', () => {
    for (const name of ['collectd', 'netdata-lines', 'telegraf-lines']) {
      expect(connectionsOf(name).map(({ received }) => received.toString())).not.toContainEqual(expect.stringContaining('put:'));
    }
    const lines = telnetLines(connectionsOf('collectd'));
    expect(lines.every((line) => / fqdn=web01 {2}status=production dc=lab$/.test(line))).toBe(true);
    expect(connectionsOf('collectd')[0].sent.includes('\r\n')).toBe(true);
  });

  test('HTTP puts are answered with 204, and a put of no points as the original answers it', () => {
    const bodies = exchanges(connectionsOf('netdata-http')).concat(exchanges(connectionsOf('telegraf-http')));
    const isEmpty = (body: string): boolean => /^\[\s*\]\s*$/.test(body);
    // The last one of each may have been under way when it was told to stop.
    const full = bodies.filter(({ requestBody, status }) => !isEmpty(requestBody) && status !== 0);
    expect(bodies.filter(({ status }) => status === 0).length).toBeLessThanOrEqual(2);
    expect(full.length).toBeGreaterThan(20);
    expect(new Set(full.map(({ status }) => status))).toEqual(new Set([204]));
    for (const { status, body } of bodies.filter(({ requestBody, status }) => isEmpty(requestBody) && status !== 0)) {
      expect(status).toBe(400);
      expect(body).toContain('No datapoints found in content');
    }
    expect(exchanges(connectionsOf('telegraf-http')).some(({ requestHeaders }) => requestHeaders['content-encoding'] === 'gzip')).toBe(
      true,
    );
  });
});
