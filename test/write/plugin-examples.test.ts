import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { ModuleKind, ScriptTarget, transpileModule } from 'typescript';
import { freePort } from '../support/free-port';
import { OurTsd } from '../interop/support/our-tsd';
import { eventually, TsdClient } from '../interop/support/tsd-client';

jest.setTimeout(60_000);

const EXAMPLES = resolve(__dirname, '../../docs/examples/plugins');
const now = Math.floor(Date.now() / 1000);

let root: string;
let plugins: string;
let running: OurTsd[];

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'plugin-examples-'));
  plugins = join(root, 'plugins');
  mkdirSync(plugins);
  for (const file of readdirSync(EXAMPLES)) {
    if (!file.endsWith('.ts')) {
      copyFileSync(join(EXAMPLES, file), join(plugins, file));
      continue;
    }
    const compilerOptions = { module: ModuleKind.CommonJS, target: ScriptTarget.ES2022 };
    const { outputText } = transpileModule(readFileSync(join(EXAMPLES, file), 'utf8'), { compilerOptions });
    writeFileSync(join(plugins, `${basename(file, '.ts')}.js`), outputText);
  }
});
beforeEach(() => (running = []));
afterEach(() => Promise.all(running.map((tsd) => tsd.stop('SIGKILL'))));
afterAll(() => rmSync(root, { recursive: true, force: true }));

let stores = 0;
function launch(settings: Record<string, string>, preload?: string): OurTsd {
  const tsd = OurTsd.launch({
    quorum: 'localhost',
    prefix: '',
    settings: {
      'tsd.storage.engine': 'embedded',
      'tsd.storage.embedded.path': join(root, `data${stores++}`),
      'tsd.core.auto_create_metrics': 'true',
      'tsd.core.plugin_path': plugins,
      ...settings,
    },
    preload,
  });
  running.push(tsd);
  return tsd;
}

/** A daemon with a plugin, and its statistics' lines. */
async function start(
  settings: Record<string, string>,
  preload?: string,
): Promise<{ tsd: OurTsd; client: TsdClient; stat: (key: string) => Promise<number> }> {
  const tsd = launch(settings, preload);
  await tsd.ready();
  const client = new TsdClient(tsd.port);
  const stat = async (key: string): Promise<number> => {
    const [name, ...tags] = key.split(' ');
    const line = (await client.call('/stats'))
      .split('\n')
      .find((text) => text.startsWith(`tsd.${name} `) && tags.every((tag) => text.includes(` ${tag}`)));
    return Number(line?.split(' ')[2]);
  };
  return { tsd, client, stat };
}

const values = async (client: TsdClient, metric: string): Promise<number[]> =>
  (await client.series(now - 90 * 86400, now + 7 * 86400, metric)).flatMap(({ dps }) => dps.map(([, value]) => value));

test('file-publisher.js writes every point, by telnet and HTTP', async () => {
  const file = join(root, 'published.json');
  const { tsd, client, stat } = await start({
    'tsd.rtpublisher.enable': 'true',
    'tsd.rtpublisher.plugin': 'file-publisher.js',
    'example.publisher.file': file,
  });
  expect(tsd.log).toContain('Successfully initialized real time publisher plugin [file-publisher.js] version: 1.0.0');
  expect(await client.telnet([`put sys.cpu ${now} 9223372036854775807 host=a`, `put sys.cpu ${now + 1} 1.5 host=b`])).toBe('');
  await client.call('/api/put', { metric: 'sys.cpu', timestamp: now * 1000 + 2500, value: 7, tags: { host: 'a', dc: 'x' } });
  await eventually(async () => expect(await stat('example.publisher.points')).toBe(3));
  expect(await tsd.stop()).toBe(143);
  expect(
    readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown),
  ).toEqual([
    { tsuid: '000001000001000001', metric: 'sys.cpu', timestamp: now, value: '9223372036854775807', tags: { host: 'a' } },
    { tsuid: '000001000001000002', metric: 'sys.cpu', timestamp: now + 1, value: '1.5', tags: { host: 'b' } },
    { tsuid: '000001000001000001000002000003', metric: 'sys.cpu', timestamp: now * 1000 + 2500, value: '7', tags: { host: 'a', dc: 'x' } },
  ]);
});

test('a publisher whose file can’t be written costs no point', async () => {
  const { client, stat } = await start({
    'tsd.rtpublisher.enable': 'true',
    'tsd.rtpublisher.plugin': join(plugins, 'file-publisher.js'),
    'example.publisher.file': join(root, 'no', 'such', 'directory'),
  });
  const lines = Array.from({ length: 50 }, (_, i) => `put m ${now + i} ${i} host=a`);
  expect(await client.telnet(lines)).toBe('');
  await eventually(async () => expect(await values(client, 'm')).toHaveLength(50));
  await eventually(async () => expect(await stat('plugin.calls type=failed role=publisher')).toBeGreaterThan(0));
});

test('failed-points.mjs keeps what storage refused, as lines to import', async () => {
  const file = join(root, 'failed.txt');
  const settings = {
    'tsd.core.storage_exception_handler.enable': 'true',
    'tsd.core.storage_exception_handler.plugin': 'failed-points.mjs',
    'example.failed_points.file': file,
  };
  const { client, stat } = await start(settings, resolve(__dirname, 'support/refuse-writes.cjs'));
  const said = client.telnet([`put m ${now} 4.5 host=a`, `put m ${now * 1000 + 1} 6 host=b`, `put m ${now} x host=b`]);
  expect(await said).toContain('put: invalid value: ');
  await eventually(async () => expect(await stat('example.failed_points')).toBe(2));
  expect(readFileSync(file, 'utf8').split('\n').sort()).toEqual(['', `m ${now * 1000 + 1} 6 host=b`, `m ${now} 4.5 host=a`].sort());
});

test('age-filter.ts keeps old points out; UIDs are assigned, and clients hear nothing', async () => {
  const { client, stat } = await start({
    'tsd.timeseriesfilter.enable': 'true',
    'tsd.timeseriesfilter.plugin': 'age-filter.js',
    'example.age_filter.days': '2',
  });
  const old = now - 3 * 86400;
  expect(await client.telnet([`put m ${now} 1 host=a`, `put m ${old} 2 host=old`, `put m ${now * 1000} 3 host=ms`])).toBe('');
  const details = await client.call('/api/put?details', [
    { metric: 'm', timestamp: old * 1000, value: 4, tags: { host: 'a' } },
    { metric: 'm', timestamp: now + 86400, value: 5, tags: { host: 'a' } },
  ]);
  expect(JSON.parse(details)).toEqual({ success: 2, failed: 0, errors: [] });
  await eventually(async () => expect((await values(client, 'm')).sort()).toEqual([1, 3]));
  await eventually(async () => expect(await stat('uid.filter.rejected kind=raw')).toBe(3));
  expect(JSON.parse(await client.call('/api/suggest?type=tagv'))).toEqual(['a', 'ms', 'old']);
});

test('uid-limit.ts refuses names beyond its limit, and points of known ones go on', async () => {
  const { client, stat } = await start({
    'tsd.uidfilter.enable': 'true',
    'tsd.uidfilter.plugin': 'uid-limit.js',
    'example.uid_limit.tagv_per_metric': '2',
  });
  for (const host of ['a', 'b', 'a']) await client.telnet([`put m ${now} 1 host=${host}`]);
  await eventually(async () => expect(await stat('datapoints.added')).toBe(3));
  await client.telnet([`put m ${now} 1 host=c`]);
  const refused = await client.request('/api/put?details', { metric: 'm', timestamp: now, value: 5, tags: { host: 'd' } });
  expect(refused.status).toBe(400);
  expect(JSON.parse(await client.call('/api/suggest?type=tagv'))).toEqual(['a', 'b']);
  await eventually(async () => expect(await stat('example.uid_limit.refused')).toBe(2));
  expect(await stat('uid.rejected-assignments kind=tagv')).toBe(2);
});

test('meta-counter.ts counts the points of each series, over restarts', async () => {
  const file = join(root, 'series.json');
  const settings = {
    'tsd.core.meta.cache.enable': 'true',
    'tsd.core.meta.cache.plugin': 'meta-counter.js',
    'example.meta_counter.file': file,
    'tsd.storage.embedded.path': join(root, 'meta-data'),
  };
  const tracking = { 'tsd.core.meta.enable_tsuid_tracking': 'true' };
  for (const on of [tracking, {}, tracking]) {
    const { tsd, client, stat } = await start({ ...settings, ...on });
    await client.telnet([`put m ${now} 1 host=a`, `put m ${now + 1} 1 host=a`, `put m ${now} 1 host=b`]);
    await eventually(async () => expect(await stat('datapoints.added')).toBe(3));
    await tsd.stop();
  }
  // The middle one had no reason to track anything.
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ '000001000001000001': 4, '000001000001000002': 2 });
});

test('announcer.ts takes a port from the environment, and says where the daemon listens for as long as it does', async () => {
  const file = join(root, 'address.json');
  const settings = { 'tsd.startup.enable': 'true', 'tsd.startup.plugin': 'announcer.js', 'example.announcer.file': file };
  const port = await freePort();
  process.env.ANNOUNCED_PORT = String(port);
  const { tsd, client, stat } = await start({ ...settings, 'example.announcer.port_variable': 'ANNOUNCED_PORT' });
  delete process.env.ANNOUNCED_PORT;
  expect(tsd.port).toBe(port);
  expect(tsd.log).toContain('Successfully initialized startup plugin [announcer.js] version: 1.0.0');
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ host: '127.0.0.1', port, mode: 'rw' });
  expect(await stat('example.announcer.seconds plugin=startup')).toBeGreaterThanOrEqual(0);
  expect(await client.call('/api/config')).toContain(`"tsd.network.port":"${port}"`);
  expect(await tsd.stop()).toBe(143);
  expect(existsSync(file)).toBe(false);

  const failing = launch({ 'tsd.startup.enable': 'true', 'tsd.startup.plugin': 'announcer.js' });
  expect(await failing.exited()).toBe(1);
  expect(failing.log).toMatch(
    /Initialization failed\n(.*\n)*Caused by: Error: Failed to initialize startup plugin\n.*example.announcer.file is missing/,
  );
});

test('a startup plugin that is not there is exit 3, one that is not ready exit 1 after its end', async () => {
  const ended = join(root, 'ended');
  const methods = `setReady() { throw new Error('no lease'); }, shutdown() { require('node:fs').writeFileSync(${JSON.stringify(ended)}, ''); }`;
  writeFileSync(join(plugins, 'unready.cjs'), `module.exports = { ${methods} };`);
  const [missing, unnamed, unready] = ['com.example.Gone', '', 'unready.cjs'].map((plugin) =>
    launch({ 'tsd.startup.enable': 'true', 'tsd.startup.plugin': plugin }),
  );
  expect(await Promise.all([missing, unnamed, unready].map((tsd) => tsd.exited()))).toEqual([3, 3, 1]);
  expect(missing.log).toContain('Unable to locate startup plugin: com.example.Gone\nUsage: tsd --port=PORT');
  expect(unnamed.log).toContain('Missing plugin name\nUsage: tsd --port=PORT');
  expect(unready.log).toMatch(/Initialization failed\nCaused by: Error: no lease/);
  expect(unready.log).not.toContain('Ready to serve');
  expect(existsSync(ended)).toBe(true);
});

test.each([
  ['tsd.rtpublisher', 'real time publisher', 'real time publisher plugin'],
  ['tsd.core.storage_exception_handler', 'storage exception handler', 'storage exception handler plugin'],
  ['tsd.core.meta.cache', 'meta cache', 'meta cache plugin'],
  ['tsd.timeseriesfilter', 'time series filter plugin', 'time series filter plugin'],
  ['tsd.uidfilter', 'UID filter plugin', 'UID filter plugin'],
])('%s: without its module, or with one that fails, there is no daemon', async (prefix, missing, failing) => {
  const methods = ['publishDataPoint', 'handleError', 'increment', 'allowDataPoint', 'allow'].map((name) => `${name}() {},`).join(' ');
  writeFileSync(join(plugins, 'failing.cjs'), `module.exports = { ${methods} initialize() { throw new Error('no licence'); } };`);
  const daemons = ['com.example.Gone', 'failing.cjs'].map((plugin) =>
    launch({ [`${prefix}.enable`]: 'true', [`${prefix}.plugin`]: plugin }),
  );
  expect(await Promise.all(daemons.map((tsd) => tsd.exited()))).toEqual([1, 1]);
  expect(daemons[0].log).toContain(`Unable to locate ${missing} plugin: com.example.Gone`);
  expect(daemons[1].log).toMatch(new RegExp(`Failed to initialize ${failing}\n(.*\n)*Caused by: Error: no licence`));
});

test.each([
  [
    { 'tsd.core.authentication.enable': 'true', 'tsd.core.authentication.plugin': 'x.Y' },
    'tsd.core.authentication.plugin = x.Y: Unable to locate authentication plugin: x.Y',
  ],
  [{ 'tsd.rpc.plugins': 'x.Y,x.Z' }, "tsd.rpc.plugins = x.Y,x.Z: Unable to locate class net.opentsdb.tsd.RpcPlugin using name 'x.Y"],
  [{ 'tsd.http.rpc.plugins': '%%' }, "tsd.http.rpc.plugins = %%: Unable to locate class net.opentsdb.tsd.HttpRpcPlugin using name '%%"],
  [
    { 'tsd.core.histograms.config': 'zz' },
    "tsd.core.histograms.config = zz: com.fasterxml.jackson.core.JsonParseException: Unrecognized token 'zz': was expecting ('true', 'false' or 'null')",
  ],
  [{ 'tsd.core.histograms.config': '{"x.Y":300}' }, `tsd.core.histograms.config = {"x.Y":300}: ID for codec 'x.Y' must be from 0 to 255.`],
  [{ 'tsd.core.histograms.config': '{"x.Y":3}' }, `tsd.core.histograms.config = {"x.Y":3}: Unable to find a decoder named 'x.Y'`],
  [
    { 'tsd.core.histograms.config': '/nosuch.json' },
    'tsd.core.histograms.config = /nosuch.json: Unable to open plugin config file: /nosuch.json',
  ],
])('%j is refused, by key, in one line', async (settings, message) => {
  const tsd = launch(settings);
  expect(await tsd.exited()).toBe(1);
  expect(tsd.log.split('\n').filter((line) => line !== '' && !/ INFO /.test(line))).toEqual([message]);
});

test("a search plugin that is not there is refused in the original's words, and by key", async () => {
  const tsd = launch({ 'tsd.search.enable': 'true', 'tsd.search.plugin': 'x.Y' });
  expect(await tsd.exited()).toBe(1);
  expect(tsd.log).toMatch(/Unable to locate search plugin: x\.Y\nCaused by: [\w.]+: tsd\.search\.plugin = x\.Y: [^\n]+\n$/);
});

test('exact-search.ts is told of every change, and answers searches', async () => {
  const { client, stat } = await start({
    'tsd.search.enable': 'true',
    'tsd.search.plugin': 'exact-search.js',
    'tsd.core.meta.enable_tsuid_tracking': 'true',
    'tsd.core.meta.enable_realtime_ts': 'true',
  });
  const search = async (type: string, query: string): Promise<{ results: unknown[]; totalResults: number }> =>
    JSON.parse(await client.call(`/api/search/${type}?query=${query}&limit=1`)) as { results: unknown[]; totalResults: number };
  await client.telnet([`put sys.cpu ${now} 1 host=a`, `put sys.cpu ${now} 1 host=b`, `put sys.mem ${now} 1 host=a`]);
  await eventually(async () => expect(await stat('example.exact_search.series plugin=search')).toBe(3));
  expect(await search('tsuids', 'sys.cpu')).toMatchObject({ query: 'sys.cpu', limit: 1, results: ['000001000001000001'], totalResults: 2 });
  const series = JSON.parse(await client.call('/api/uid/tsmeta?tsuid=000002000001000001')) as object;
  expect(await search('tsmeta', 'sys.mem')).toMatchObject({ results: [{ ...series, lastReceived: expect.any(Number) as number }] });
  await client.call('/api/uid/uidmeta', { uid: '000001', type: 'metric', notes: 'busy' });
  await client.call('/api/annotation', { startTime: now, description: 'deploy' });
  await eventually(async () => {
    expect(await search('uidmeta', 'sys.cpu')).toMatchObject({ results: [{ uid: '000001', type: 'METRIC', notes: 'busy' }] });
    expect(await search('annotation', 'deploy')).toMatchObject({ results: [{ tsuid: '', startTime: now }] });
  });
  await client.call(`/api/uid/tsmeta?tsuid=000002000001000001&method_override=delete`);
  await client.call('/api/uid/uidmeta?uid=000001&type=metric&method_override=delete');
  await client.call(`/api/annotation?start_time=${now}&method_override=delete`);
  await eventually(async () => {
    expect(await search('tsmeta', 'sys.mem')).toMatchObject({ results: [] });
    expect(await search('uidmeta', 'sys.cpu')).toMatchObject({ results: [] });
    expect(await search('annotation', 'deploy')).toMatchObject({ results: [] });
  });
});
