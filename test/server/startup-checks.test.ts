import { loadConfig } from '../../src/config';
import { checkWidths } from '../../src/server/startup-checks';
import { PackedCells } from '../../src/storage';
import { openTempStore, type TempStore } from '../support/temp-store';

const NAME = Buffer.from('name');
const WIDTHS = { metrics: 3, tagk: 3, tagv: 3 };
const { config } = loadConfig({ searchPath: [] });

describe('widths of UIDs at the start', () => {
  let temp: TempStore;
  beforeEach(async () => {
    temp = await openTempStore();
  });
  afterEach(() => temp.close());

  const store = (kind: string, ...ids: string[]): Promise<unknown> =>
    temp.storage.put(
      'tsdb-uid',
      NAME,
      ids.map((id) => ({ row: Buffer.from(id, 'hex'), cells: PackedCells.of(Buffer.from(kind), Buffer.from(`name of ${id}`)) })),
    );

  it('are as the table has them, whichever kinds it has', async () => {
    await checkWidths(config, temp.storage, WIDTHS);
    await store('tagv', '000001', '000002');
    await store('tagk', '000001');
    await checkWidths(config, temp.storage, WIDTHS);
    await checkWidths(config, temp.storage, { ...WIDTHS, metrics: 4 });
  });

  it('keep the daemon from starting when none of a kind has them', async () => {
    await store('metrics', '000001');
    await store('tagk', '00000001', '00000002');
    await expect(checkWidths(config, temp.storage, WIDTHS)).rejects.toThrow(
      'tsd.storage.uid.width.tagk = 3, but table "tsdb-uid" has UIDs of tagk on 4 bytes: set it to 4',
    );
    await checkWidths(config, temp.storage, { ...WIDTHS, tagk: 4 });
  });

  it('may differ in a few, which the original tools assign', async () => {
    await store('metrics', '000001', '00000001', '00000002');
    await checkWidths(config, temp.storage, { ...WIDTHS, metrics: 4 });
  });
});
