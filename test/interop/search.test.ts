import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeWithHBase } from './support/needs';
import { OriginalTsd } from './support/original';
import { OurTsd } from './support/our-tsd';
import { TestTables } from './support/tables';
import { eventually, TsdClient } from './support/tsd-client';

jest.setTimeout(180_000);

const TRACKING = {
  'tsd.core.auto_create_metrics': 'true',
  'tsd.core.meta.enable_tsuid_tracking': 'true',
  'tsd.core.meta.enable_realtime_ts': 'true',
  'tsd.core.meta.enable_realtime_uid': 'true',
};
const BASE = 1_700_000_001;

describeWithHBase('the search index', (quorum) => {
  const prefix = `search${process.pid}_`;
  const root = mkdtempSync(join(tmpdir(), 'tsd-search-'));
  let tables: TestTables;
  beforeAll(async () => {
    tables = await TestTables.connect(quorum);
    await tables.create(prefix);
  });
  afterAll(async () => {
    rmSync(root, { recursive: true, force: true });
    await tables.close();
  });

  it('finds what the original has stored, and follows what ours stores', async () => {
    const original = await OriginalTsd.start({ quorum, prefix, settings: TRACKING });
    try {
      const java = new TsdClient(original.port);
      for (const host of ['web01', 'web02'])
        await java.call('/api/put?sync', { metric: 'sys.cpu', timestamp: BASE, value: 1, tags: { host } });
      // Of all: what is stored behind an edit would undo it.
      for (const tsuid of ['000001000001000001', '000001000001000002'])
        await eventually(async () => void (await java.call(`/api/uid/tsmeta?tsuid=${tsuid}`)));
      for (const which of ['uid=000001&type=metric', 'uid=000001&type=tagk', 'uid=000001&type=tagv', 'uid=000002&type=tagv'])
        await eventually(async () => {
          const { created } = JSON.parse(await java.call(`/api/uid/uidmeta?${which}`)) as { created: number };
          if (created === 0) throw new Error(`the metadata of ${which} are not stored yet`);
        });
      await java.call('/api/uid/tsmeta', { tsuid: '000001000001000001', displayName: 'Größe', custom: { owner: 'ops' } });
      await java.call('/api/uid/uidmeta', { uid: '000001', type: 'tagk', notes: 'a machine' });
      await java.call('/api/annotation', { startTime: BASE, description: 'outage' });
    } finally {
      await original.stop();
    }
    const settings = { ...TRACKING, 'tsd.search.enable': 'true', 'tsd.search.path': join(root, 'index') };
    const daemon = await OurTsd.start({ quorum, prefix, settings });
    try {
      const ours = new TsdClient(daemon.port);
      const found = async (target: string): Promise<unknown[]> =>
        (JSON.parse(await ours.call(`/api/search/${target}`)) as { results: unknown[] }).results;
      await eventually(async () => expect(await found('annotation?query=outage')).toMatchObject([{ startTime: BASE }]));
      await eventually(async () => {
        expect(await found('tsuids?query=sys.cpu')).toEqual(['000001000001000001', '000001000001000002']);
        expect(await found('tsmeta?query=displayName:gr%C3%B6%C3%9Fe+AND+custom.owner:ops')).toMatchObject([
          { tsuid: '000001000001000001' },
        ]);
        expect(await found('uidmeta?query=notes:machine')).toMatchObject([{ name: 'host', type: 'TAGK' }]);
        expect(await found('uidmeta?query=*')).toHaveLength(4);
      });

      await ours.call('/api/put?sync', { metric: 'sys.cpu', timestamp: BASE, value: 1, tags: { host: 'web03' } });
      await ours.call('/api/uid/rename', { tagv: 'web01', name: 'web-one' });
      await eventually(async () => {
        expect(await found('tsmeta_summary?query=host:web*')).toMatchObject([
          { tags: { host: 'web-one' } },
          { tags: { host: 'web02' } },
          { tags: { host: 'web03' } },
        ]);
      });
      await ours.call('/api/annotation?method_override=delete&start_time=1700000001');
      await eventually(async () => expect(await found('annotation?query=*')).toEqual([]));
    } finally {
      await daemon.stop();
    }
  });
});
