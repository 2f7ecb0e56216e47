import { join } from 'node:path';
import { readSeal } from '../../src/uid';
import { OurTsd } from '../interop/support/our-tsd';
import { TsdClient } from '../interop/support/tsd-client';
import { openTempStore, type TempStore } from '../support/temp-store';
import { until } from '../support/until';
import { describeWithRedis, RedisServer } from '../uid/support/redis-server';
import { SearchingTsd, temporaryDirectory } from './support';

jest.setTimeout(120_000);
const root = temporaryDirectory();
let indexes = 0;

const CPU1 = 'sys.cpu.user host=web01';
const CPU2 = 'sys.cpu.user host=web02';
const CPU3 = 'sys.cpu.user host=web03';

describeWithRedis('news of other daemons', () => {
  let redis: RedisServer;
  let temp: TempStore;
  const running: SearchingTsd[] = [];

  beforeAll(async () => (redis = await RedisServer.start()));
  afterAll(() => redis.kill());
  beforeEach(async () => (temp = await openTempStore()));
  afterEach(async () => {
    for (const tsd of running.splice(0)) await tsd.close();
    await temp.close();
  });

  const newIndex = (): string => join(root, `index${indexes++}`);

  async function start(path = newIndex()): Promise<SearchingTsd> {
    const tsd = await SearchingTsd.open(temp.storage, path, { 'tsd.redis.url': redis.url, 'tsd.redis.timeout': '60000' });
    running.push(tsd);
    // Not the comparison of a new index.
    await tsd.search.flush();
    return tsd;
  }

  async function stop(tsd: SearchingTsd): Promise<void> {
    running.splice(running.indexOf(tsd), 1);
    await tsd.close();
  }

  const finds = (tsd: SearchingTsd, query: string, series: string[]): Promise<void> =>
    until(async () => JSON.stringify(await tsd.findNow('TSMETA', query)) === JSON.stringify(series), `${query} finds ${series.join(', ')}`);

  const figure = async (tsd: SearchingTsd, wanted: string): Promise<number> => {
    let found = 0;
    await tsd.search.collectStats({
      record: (name, value, tags = {}) => {
        if (`${name} ${tags.type ?? ''}` === wanted) found = Number(value);
      },
    });
    return found;
  };

  const stream = async (): Promise<string> => `tsd:search:${(await readSeal(temp.storage, 'tsdb-uid'))?.fingerprint}`;

  test('come by and by: what one stores, edits, renames or removes, the other finds', async () => {
    const [one, two] = [await start(), await start()];
    await one.create(CPU1, CPU2);
    await finds(two, 'cpu', [CPU1, CPU2]);
    await two.editSeries(CPU2, { notes: 'slow disk' });
    await finds(one, 'notes:disk', [CPU2]);
    await one.editUid('tagv', 'web01', { description: 'rack 7' });
    await finds(two, 'tags.description:rack', [CPU1]);
    await one.meta.tsMetas.delete((await one.tsuid(CPU1)).toString('hex'));
    await finds(two, 'cpu', [CPU2]);
    await one.meta.annotations.save({ startTime: 1500000000, description: 'outage' }, false);
    await until(async () => (await two.findNow('ANNOTATION', 'outage')).length === 1);
    await one.uids.rename('tagv', 'web02', 'web-2');
    await finds(two, 'host:web-2', ['sys.cpu.user host=web-2']);
    expect(await figure(two, 'search.notices missed')).toBe(0);
    expect(await figure(two, 'search.comparisons done')).toBe(1);
  });

  test('wait for one that is away', async () => {
    const path = newIndex();
    const [one, two] = [await start(), await start(path)];
    await one.create(CPU1);
    await finds(two, 'cpu', [CPU1]);
    await stop(two);
    await one.create(CPU2);
    await one.search.flush();
    const again = await start(path);
    await finds(again, 'cpu', [CPU1, CPU2]);
    expect(await figure(again, 'search.comparisons done')).toBe(0);
  });

  test('that are gone from the stream are made up for by a comparison', async () => {
    const path = newIndex();
    const [one, two] = [await start(), await start(path)];
    await one.create(CPU1);
    await finds(two, 'cpu', [CPU1]);
    await stop(two);
    await one.create(CPU2);
    await one.search.flush();
    await redis.command(async (client) => client.del(await stream()));
    await one.create(CPU3);
    const again = await start(path);
    await finds(again, 'cpu', [CPU1, CPU2, CPU3]);
    expect(await figure(again, 'search.notices missed')).toBe(1);
  });

  test('that could not be told lead to a comparison, also when their daemon was restarted meanwhile', async () => {
    const path = newIndex();
    const [one, two] = [await start(path), await start()];
    await one.create(CPU1);
    await finds(two, 'cpu', [CPU1]);
    await redis.kill();
    await one.create(CPU2);
    await one.search.flush();
    await stop(one);
    await redis.start();
    await start(path);
    await finds(two, 'cpu', [CPU1, CPU2]);
  });

  test('that are forged or of another version change nothing', async () => {
    const [one, two] = [await start(), await start()];
    const seal = await readSeal(temp.storage, 'tsdb-uid');
    const key = await stream();
    const texts = [
      '',
      'no seal',
      seal?.closeText('{"sender":"x","uids":[["bogus","00"],["metrics","0000000001"]],"series":["00","zz"],"later":1}') ?? '',
    ];
    await redis.command(async (client) => {
      for (const text of texts) await client.xadd(key, '*', 'notice', text);
      await client.xadd(key, '*', 'other', 'field');
    });
    await one.create(CPU1);
    await finds(two, 'cpu', [CPU1]);
    expect(await two.findNow('UIDMETA', '*')).toEqual([]);
  });
});

describeWithRedis('two daemons', () => {
  test('that share tables and Redis find what the other has stored', async () => {
    const redis = await RedisServer.start();
    const settings = {
      'tsd.storage.engine': 'embedded',
      'tsd.storage.embedded.path': join(root, 'shared'),
      'tsd.redis.url': redis.url,
      'tsd.search.enable': 'true',
      'tsd.core.auto_create_metrics': 'true',
      'tsd.core.meta.enable_tsuid_tracking': 'true',
      'tsd.core.meta.enable_realtime_ts': 'true',
    };
    const launch = (name: string): Promise<OurTsd> =>
      OurTsd.start({ quorum: 'localhost', prefix: '', settings: { ...settings, 'tsd.search.path': join(root, name) } });
    const daemons = [await launch('one'), await launch('two')];
    try {
      const [one, two] = daemons.map(({ port }) => new TsdClient(port));
      const total = async (client: TsdClient, query: string): Promise<number> =>
        (JSON.parse(await client.call(`/api/search/tsuids?query=${query}`)) as { totalResults: number }).totalResults;
      await one.telnet(Array.from({ length: 50 }, (_, i) => `put sys.cpu.user 1700000000 1 host=web${i}`));
      await two.telnet(Array.from({ length: 30 }, (_, i) => `put sys.mem.free 1700000000 1 host=web${i}`));
      for (const client of [one, two])
        await until(async () => (await total(client, '*')) === 80 && (await total(client, 'host:web7')) === 2, 'both know all series');
      await one.call('/api/uid/rename', { tagv: 'web7', name: 'web-seven' });
      await until(async () => (await total(two, 'host:web-seven')) === 2, 'the new name is known');
    } finally {
      for (const daemon of daemons) await daemon.stop('SIGKILL');
      await redis.kill();
    }
  });
});
