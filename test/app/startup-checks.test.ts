import { checkTables, checkWidths, Patience, warnOfMissingRollups } from '../../src/app/startup-checks';
import { LayeredConfig } from '../../src/config';
import { readDataModel, timeSeriesTable } from '../../src/tables';
import { PackedCells, RetryableError } from '../../src/storage';
import { openTempStore, type TempStore } from '../support/temp-store';
import { silent } from '../write/support/data-table';

const NAME = Buffer.from('name');
const model = readDataModel(new LayeredConfig());

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
    await checkWidths(model, temp.storage);
    await store('tagv', '000001', '000002');
    await store('tagk', '000001');
    await checkWidths(model, temp.storage);
    await checkWidths({ ...model, widths: { ...model.widths, metrics: 4 } }, temp.storage);
  });

  it('are looked for among all UIDs only where the first of a kind is not there', async () => {
    await store('metrics', '000001', '00000001');
    await store('tagk', '000001');
    await store('tagv', '000001', '000002');
    const scans = jest.spyOn(temp.storage, 'scan');
    await checkWidths(model, temp.storage);
    expect(scans).not.toHaveBeenCalled();
    const wider = { ...model, widths: { ...model.widths, metrics: 5 } };
    await expect(checkWidths(wider, temp.storage)).rejects.toThrow('tsd.storage.uid.width.metric = 5');
    expect(scans).toHaveBeenCalledTimes(1);
    scans.mockRestore();
  });

  it('are right where the first UID of a kind was deleted, or UIDs are random', async () => {
    await store('metrics', '0a0b0c0d', '1a2b3c');
    await store('tagk', '000002');
    await checkWidths(model, temp.storage);
    await expect(checkWidths({ ...model, widths: { ...model.widths, tagk: 2 } }, temp.storage)).rejects.toThrow(
      'tsd.storage.uid.width.tagk = 2, but table "tsdb-uid" has UIDs of tagk on 3 bytes: set it to 3',
    );
  });

  it('keep the daemon from starting when none of a kind has them', async () => {
    await store('metrics', '000001');
    await store('tagk', '00000001', '00000002');
    await expect(checkWidths(model, temp.storage)).rejects.toThrow(
      'tsd.storage.uid.width.tagk = 3, but table "tsdb-uid" has UIDs of tagk on 4 bytes: set it to 4',
    );
    await checkWidths({ ...model, widths: { ...model.widths, tagk: 4 } }, temp.storage);
  });

  it('may differ in a few, which the original tools assign', async () => {
    await store('metrics', '000001', '00000001', '00000002');
    await checkWidths({ ...model, widths: { ...model.widths, metrics: 4 } }, temp.storage);
  });
});

it('a table of rollups that is not there is told of, and stops nothing', async () => {
  const temp = await openTempStore();
  const tables = ['tsdb', 'tsdb-rollup-1h'].map((name) => timeSeriesTable('rollup', name));
  const withRollups = readDataModel(new LayeredConfig(), tables);
  const warn = jest.spyOn(silent, 'warn');
  const patience = new Patience(0, silent);
  await checkTables(withRollups, temp.storage, patience);
  await warnOfMissingRollups(withRollups, temp.storage, patience, silent);
  expect(warn.mock.calls).toEqual([['"tsdb-rollup-1h", which tsd.rollups.config names, does not exist']]);
  warn.mockRestore();
  await temp.close();
});

it('a start that waits for storage is patient for as long as it was told, though the clock is set', async () => {
  const wall = jest.spyOn(Date, 'now').mockReturnValue(1_700_000_000_000);
  const patience = new Patience(60_000, silent);
  wall.mockReturnValue(1_700_003_600_000);
  let attempts = 0;
  const step = (): Promise<string> => (++attempts < 2 ? Promise.reject(new RetryableError('not yet')) : Promise.resolve('done'));
  await expect(patience.with('A step', step)).resolves.toBe('done');
  jest.restoreAllMocks();
});
