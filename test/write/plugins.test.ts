import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LayeredConfig } from '../../src/config';
import { HistogramCodecs } from '../../src/histogram';
import { Ingest, IngestCounters } from '../../src/ingest';
import { readRollups } from '../../src/rollup';
import { DoNotRetryError } from '../../src/storage';
import { loadWritePlugins, NO_PLUGINS, type PluginHistogram, type PluginPoint, type WritePlugins } from '../../src/write';
import { openTempStore, type TempStore } from '../support/temp-store';
import { cellsOf, silent, writingOn } from './support/data-table';
import { Door, UnrulyStorage } from './support/unruly-storage';
import { figuresOf } from '../support/figures';

let store: TempStore;
let unruly: UnrulyStorage;
beforeEach(async () => {
  store = await openTempStore();
  unruly = new UnrulyStorage(store.storage);
});
afterEach(() => store.close());

const T0 = 1699999200;
const add = (writer: ReturnType<typeof writingOn>['writer'], timestamp: number, value: string): Promise<void> =>
  writer.addPoint({ metric: 'm', timestamp: String(timestamp), value, tags: new Map([['host', 'a']]) }, 'telnet');

describe('plugins of the write path', () => {
  it('a publisher gets every point with its series, also those whose names are known', async () => {
    const seen: [PluginPoint, string][] = [];
    const publisher = { publishDataPoint: (point: PluginPoint, tsuid: Buffer) => void seen.push([point, tsuid.toString('hex')]) };
    const { writer } = writingOn(store.storage, { 'tsd.storage.salt.width': '1' }, { ...NO_PLUGINS, publisher });
    await add(writer, T0, '5');
    const line = Buffer.from(`m ${T0 + 1} 42.5 host=a`);
    expect(writer.addLine(line, 0, line.length, 'telnet', null)).toBe(false);
    await add(writer, T0 * 1000 + 1500, '9223372036854775807');
    expect(seen.map(([{ metric, timestamp, value, tags }, tsuid]) => [metric, timestamp, value, [...tags], tsuid])).toEqual([
      ['m', T0, 5, [['host', 'a']], '000001000001000001'],
      ['m', T0 * 1000 + 1500, 9223372036854775807n, [['host', 'a']], '000001000001000001'],
    ]);
    await writer.close();
  });

  it('a filter decides, and what it refuses counts as success', async () => {
    const filter = { filterDataPoints: () => true, allowDataPoint: (point: PluginPoint) => Promise.resolve(point.value !== 6) };
    const { writer } = writingOn(store.storage, {}, { ...NO_PLUGINS, filter });
    for (const value of ['5', '6', '7']) await add(writer, T0 + Number(value), value);
    expect((await cellsOf(store.storage)).map((cell) => cell.split('=')[1])).toEqual(['05', '07']);
    expect(figuresOf(writer)).toMatchObject({ 'uid.filter.rejected kind=raw': 1, 'datapoints.added type=all class=TSDB': 2 });
    await writer.close();
  });

  it('a filter is asked about aggregates and histograms in its own words, before they have UIDs', async () => {
    const asked: string[] = [];
    const filter = {
      filterDataPoints: () => false,
      allowDataPoint: (point: PluginPoint) => Promise.resolve(void asked.push(point.metric)).then(() => point.value !== 6),
      filterHistogramPoints: () => true,
      allowHistogramPoint: ({ metric, value }: PluginHistogram) => {
        asked.push(`${metric} ${value.toString('hex')}`);
        return false;
      },
    };
    const { writer } = writingOn(store.storage, {}, { ...NO_PLUGINS, filter });
    const rollups = readRollups(
      {
        config: JSON.stringify({
          aggregationIds: { sum: 0 },
          intervals: [{ table: 'tsdb', preAggregationTable: 'tsdb', interval: '1m', rowSpan: '1h', defaultInterval: true }],
        }),
        tagRaw: false,
        aggregateTag: '_aggregate',
        rawValue: 'RAW',
        blockDerived: true,
        splitQueries: false,
      },
      () => true,
    );
    const config = new LayeredConfig([['tsd.core.histograms.config', '{"net.opentsdb.core.SimpleHistogramDecoder":42}']]);
    const histograms = await HistogramCodecs.load(config, silent);
    const { commands } = new Ingest({ writer, rollups, histograms, dataTable: 'tsdb' }, new IngestCounters(), silent);
    const [, rollup, histogram] = commands;
    const stored: number[] = [];
    const sink = { stored: (points: number) => void stored.push(points), failed: () => undefined };
    await rollup.addWords(['rollup', '1m-sum', 'r', String(T0), '5', 'host=a'], sink);
    await rollup.addWords(['rollup', '1m-sum', 's', String(T0), '6', 'host=a'], sink);
    await histogram.addWords(['histogram', 'h', String(T0), '0,1=5', 'host=a'], sink);
    await writer.flush();
    expect(asked).toEqual(['r', 's', 'h 2a0001000000003f800000050000']);
    expect(stored).toEqual([1, 1, 1]);
    expect((await cellsOf(store.storage)).map((cell) => cell.split(' ')[1])).toEqual(['000000=05']);
    expect(figuresOf(writer)).toMatchObject({ 'uid.filter.rejected kind=raw': 1, 'uid.filter.rejected kind=aggregate': 1 });
    await writer.close();
  });

  it('a publisher that throws harms nobody', async () => {
    const publisher = { publishDataPoint: () => Promise.reject(new Error('bus is down')) };
    const { writer } = writingOn(store.storage, {}, { ...NO_PLUGINS, publisher });
    await add(writer, T0, '5');
    expect(await cellsOf(store.storage)).toHaveLength(1);
    await writer.close();
  });

  it.each(['false', 'true'])(
    'an exception handler gets the points that storage refused, and those turned away (appends: %s)',
    async (appends) => {
      const handled: [string, number, number | bigint, string][] = [];
      const exceptionHandler = {
        handleError: (point: PluginPoint, error: Error) =>
          void handled.push([point.tags.get('host') ?? '', point.timestamp, point.value, error.name]),
      };
      const settings = { 'tsd.storage.enable_appends': appends, 'tsd.storage.write_buffer.bytes': '3000' };
      const { writer } = writingOn(unruly.storage, settings, { ...NO_PLUGINS, exceptionHandler });
      await add(writer, T0, '5');
      const door = new Door();
      door.shut();
      unruly.before = async (_table, rows) => {
        await door.pass();
        return rows.map((_, index) => ({ index, error: new DoNotRetryError('Region is gone') }));
      };
      const line = Buffer.from(`m ${T0 + 1} 42.5 host=a`);
      expect(writer.addLine(line, 0, line.length, 'telnet', null)).toBe(true);
      const slow = Buffer.from(`m ${T0 * 1000 + 2500} 7 host=a`);
      expect(writer.addLine(slow, 0, slow.length, 'telnet', null)).toBe(true);
      for (let i = 3; ; i++) {
        const more = Buffer.from(`m ${T0 + i} 1 host=a`);
        if (!writer.addLine(more, 0, more.length, 'telnet', null)) break;
      }
      await expect(add(writer, T0 + 999, '9')).rejects.toThrow('bytes of data points are waiting for storage');
      door.release();
      await writer.flush();
      expect(handled[0]).toEqual(['a', T0 + 999, 9, 'ThrottleError']);
      expect(handled.slice(1, 3)).toEqual([
        ['a', T0 + 1, 42.5, 'DoNotRetryError'],
        ['a', T0 * 1000 + 2500, 7, 'DoNotRetryError'],
      ]);
      await writer.close();
    },
  );
});

describe('plugins named in the configuration', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'tsdb-plugins-'));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  const load = (settings: Record<string, string>): Promise<WritePlugins> =>
    loadWritePlugins(new LayeredConfig(Object.entries({ 'tsd.rtpublisher.enable': 'true', ...settings })), silent);
  const module = (name: string, source: string): string => {
    const path = join(directory, name);
    writeFileSync(path, source);
    return path;
  };

  it('are classes, functions or objects; the default export or the module itself', async () => {
    const method = 'publishDataPoint() { return this.constructor.name; }';
    const sources = [
      `module.exports = class Mine { ${method} };`,
      `module.exports.default = class Mine { ${method} };`,
      `module.exports = () => ({ ${method} });`,
      `module.exports = { ${method} };`,
    ];
    for (const [i, source] of sources.entries()) {
      const { publisher, filter, exceptionHandler } = await load({ 'tsd.rtpublisher.plugin': module(`p${i}.cjs`, source) });
      expect(typeof publisher?.publishDataPoint).toBe('function');
      expect([filter, exceptionHandler]).toEqual([null, null]);
    }
  });

  it('are initialised with the configuration', async () => {
    const source = `module.exports = { initialize(config) { this.port = config.getString('my.port'); }, publishDataPoint() {} };`;
    const { publisher } = await load({ 'tsd.rtpublisher.plugin': module('p.cjs', source), 'my.port': '77' });
    expect(publisher).toMatchObject({ port: '77' });
  });

  it.each([
    ['nowhere.cjs', null],
    ['broken.cjs', 'module.exports = {'],
    ['other.cjs', 'module.exports = { somethingElse() {} };'],
  ])('have to be there and to be what they should be: %s', async (name, source) => {
    const path = source === null ? join(directory, name) : module(name, source);
    await expect(load({ 'tsd.rtpublisher.plugin': path })).rejects.toThrow(`Unable to locate real time publisher plugin: ${path}`);
  });

  it('keep the daemon from starting when they cannot', async () => {
    const path = module('p.cjs', `module.exports = { initialize() { throw new Error('no bus'); }, publishDataPoint() {} };`);
    await expect(load({ 'tsd.rtpublisher.plugin': path })).rejects.toThrow('Failed to initialize real time publisher plugin');
  });

  it('are left alone when they are not enabled', async () => {
    expect(await load({ 'tsd.rtpublisher.enable': 'false', 'tsd.rtpublisher.plugin': '/no/where' })).toEqual(NO_PLUGINS);
  });
});
