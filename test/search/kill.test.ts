import { join } from 'node:path';
import { OurTsd } from '../interop/support/our-tsd';
import { TsdClient } from '../interop/support/tsd-client';
import { until } from '../support/until';
import { temporaryDirectory } from './support';

jest.setTimeout(120_000);
const root = temporaryDirectory();
const SERIES = 6000;

const start = (): Promise<OurTsd> =>
  OurTsd.start({
    quorum: 'localhost',
    prefix: '',
    settings: {
      'tsd.storage.engine': 'embedded',
      'tsd.storage.embedded.path': join(root, 'data'),
      'tsd.search.enable': 'true',
      'tsd.search.path': join(root, 'index'),
      'tsd.core.auto_create_metrics': 'true',
      'tsd.core.meta.enable_tsuid_tracking': 'true',
      'tsd.core.meta.enable_realtime_ts': 'true',
    },
  });

test('a daemon that is killed while it indexes new series finds all of them that are in the tables when it is back', async () => {
  const first = await start();
  const client = new TsdClient(first.port);
  const found = async (from: TsdClient): Promise<string[]> =>
    (JSON.parse(await from.call(`/api/search/tsuids?query=*&limit=10000`)) as { results: string[] }).results;
  const sending = client
    .telnet(Array.from({ length: SERIES }, (_, i) => `put sys.cpu 1700000000 1 host=web${i} core=${i % 16}`))
    .catch(() => '');
  await until(async () => (await found(client)).length > 300, 'the first series are indexed').finally(() => first.stop('SIGKILL'));
  await sending;

  const second = await start();
  try {
    const again = new TsdClient(second.port);
    const { results } = JSON.parse(await again.call('/api/search/lookup?m=sys.cpu&limit=0')) as { results: { tsuid: string }[] };
    const stored = results.map(({ tsuid }) => tsuid).sort();
    expect(stored.length).toBeGreaterThan(300);
    await until(async () => (await found(again)).length >= stored.length, 'the index is in line with the tables');
    expect(await found(again)).toEqual(stored);
    // The last one by its name, too: series, names and lists of values were written together.
    const { results: last } = JSON.parse(await again.call(`/api/search/tsmeta_summary?query=tsuid:${stored.at(-1)}`)) as {
      results: { tags: object }[];
    };
    const tags = Object.entries(last[0].tags).map(([key, value]) => `${key}:${value}`);
    const { results: byTags } = JSON.parse(await again.call(`/api/search/tsuids?query=${encodeURIComponent(tags.join(' AND '))}`)) as {
      results: string[];
    };
    expect(byTags).toEqual([stored.at(-1)]);
  } finally {
    await second.stop('SIGKILL');
  }
});
