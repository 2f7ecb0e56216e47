import { LayeredConfig } from '../../src/config';
import { readJson } from '../../src/json';
import {
  Meta,
  META_COLUMN,
  META_FAMILY,
  selectionOf,
  TS_META,
  TsMetaDraft,
  tsMetaJson,
  UID_META,
  UidMetaDraft,
  uidMetaJson,
} from '../../src/meta';
import { PackedCells } from '../../src/storage/packed-cells';
import { readDataModel } from '../../src/tables';
import type { Uids } from '../../src/uid';
import { SILENT_LOG } from '../../src/util/log';
import { uidsOn } from '../support/parts';
import { openTempStore, type TempStore } from '../support/temp-store';

const TSUID = '000001000001000001';
const ROW = Buffer.from(TSUID, 'hex');
const id = (n: number): Buffer => Buffer.from([0, 0, n]);

let temp: TempStore;
let uids: Uids;
let meta: Meta;
beforeEach(async () => {
  temp = await openTempStore();
  const config = new LayeredConfig([]);
  uids = uidsOn(temp.storage, config);
  meta = new Meta({ storage: temp.storage, model: readDataModel(config), uids, logger: SILENT_LOG });
  await uids.assign('metrics', 'sys.cpu');
  await uids.assign('tagk', 'host');
  await uids.assign('tagv', 'web01');
});
afterEach(() => temp.close());

const uidDraft = (json: object): UidMetaDraft => readJson(JSON.stringify(json), UID_META) ?? new UidMetaDraft();
const tsDraft = (json: object): TsMetaDraft => readJson(JSON.stringify(json), TS_META) ?? new TsMetaDraft();

async function createBlank(rows: readonly Buffer[]): Promise<void> {
  const puts = rows.map((row) => ({ row, cells: PackedCells.of(META_COLUMN, meta.tsMetas.blank(row)) }));
  expect(await temp.storage.put('tsdb-meta', META_FAMILY, puts)).toEqual([]);
}

async function cell(table: string, row: Buffer, qualifier: string): Promise<string | undefined> {
  const found = await temp.storage.get(table, { row, family: META_FAMILY, qualifiers: [Buffer.from(qualifier)] });
  return found?.value(0).toString();
}

describe('metadata of UIDs', () => {
  const cpu = { uid: '000001', type: 'metric' };

  test('an edit keeps what it leaves out, a replacement does not, and the earlier creation stays', async () => {
    await meta.uidMetas.save(
      uidDraft({ ...cpu, displayName: 'CPU', custom: { owner: 'ops', dept: 'it', Aa: '1', BB: '2', zeta: 'z' } }),
      false,
    );
    await meta.uidMetas.save(uidDraft({ ...cpu, created: 1328140801 }), false);
    expect(uidMetaJson((await meta.uidMetas.save(uidDraft({ ...cpu, notes: 'n', created: 1428140801 }), false))!)).toBe(
      '{"uid":"000001","type":"METRIC","name":"sys.cpu","description":"","notes":"n","created":1328140801,' +
        '"custom":{"owner":"ops","Aa":"1","BB":"2","zeta":"z","dept":"it"},"displayName":"CPU"}',
    );
    await meta.uidMetas.save(uidDraft({ ...cpu, notes: 'ünï "q" \\ \u0001 😀 </script>' }), true);
    expect(await cell('tsdb-uid', id(1), 'metric_meta')).toBe(
      '{"type":"METRIC","displayName":"","description":"","notes":"ünï \\"q\\" \\\\ \\u0001 \\uD83D\\uDE00 </script>","created":1328140801,"custom":null}',
    );
  });

  test.each([{}, { displayName: '' }, { custom: null }, { name: 'cannot.rename' }, { bogus: 1 }, { created: 0 }])(
    '%j changes nothing',
    async (edit) => {
      expect(await meta.uidMetas.save(uidDraft({ ...cpu, ...edit }), false)).toBeNull();
      expect(await cell('tsdb-uid', id(1), 'metric_meta')).toBeUndefined();
    },
  );

  test.each([
    [{ type: 'metric', notes: 'x' }, 'Missing UID'],
    [{ uid: '', type: 'metric', notes: 'x' }, 'Missing UID'],
    [{ uid: '000001', notes: 'x' }, 'Missing type'],
    [{ uid: 'zz', type: 'metric', notes: 'x' }, 'contains illegal character for hexBinary: zz'],
    [{ uid: '0001', type: 'metric', notes: 'x' }, "Wrong id.length = 2 which is != 3 required for 'metrics'"],
    [{ uid: 'FFFFFF', type: 'tagk', notes: 'x' }, "No such unique ID for 'tagk': [-1, -1, -1]"],
  ])('%j is refused', async (edit, message) => {
    await expect(meta.uidMetas.save(uidDraft(edit), false)).rejects.toThrow(message);
  });

  test('a type that is none is told without a place, as a deserializer of its own does', () => {
    expect(() => uidDraft({ uid: '000001', type: 'bogus' })).toThrow(
      expect.objectContaining({ text: 'Invalid type requested: bogus (through reference chain: net.opentsdb.meta.UIDMeta["type"])' }),
    );
  });

  test('of many writers at once none is lost', async () => {
    const edits = ['displayName', 'description', 'notes', 'custom'].map((field) =>
      meta.uidMetas.save(uidDraft({ ...cpu, [field]: field === 'custom' ? { a: 'b' } : field }), false),
    );
    await Promise.all(edits);
    const found = await meta.uidMetas.get('metrics', id(1));
    expect(found).toMatchObject({ displayName: 'displayName', description: 'description', notes: 'notes', custom: new Map([['a', 'b']]) });
  });

  test('what was removed is blank again', async () => {
    await meta.uidMetas.save(uidDraft({ ...cpu, notes: 'n', created: 5 }), false);
    await meta.uidMetas.delete(uidDraft(cpu));
    expect(await meta.uidMetas.get('metrics', id(1))).toMatchObject({ notes: '', created: 0 });
  });
});

describe('metadata of series', () => {
  async function count(points: bigint): Promise<void> {
    await temp.storage.increment('tsdb-meta', ROW, META_FAMILY, Buffer.from('ts_ctr'), points);
  }

  test('is stored as the original stores it, and told with that of its UIDs', async () => {
    await count(18n);
    await createBlank([ROW]);
    await meta.tsMetas.save(tsDraft({ tsuid: TSUID, max: 100, min: '-Infinity', custom: { k: null }, created: 1328140801500 }), false);
    expect(await cell('tsdb-meta', ROW, 'ts_meta')).toBe(
      `{"tsuid":"${TSUID}","displayName":"","description":"","notes":"","created":1328140801,"custom":{"k":null},` +
        '"units":"","dataType":"","retention":0,"max":100.0,"min":"-Infinity"}',
    );
    const uid = (type: string, name: string): string =>
      `{"uid":"000001","type":"${type}","name":"${name}","description":"","notes":"","created":0,"custom":null,"displayName":""}`;
    expect(tsMetaJson((await meta.tsMetas.get(ROW))!).replace(/"lastReceived":\d+/, '"lastReceived":1')).toBe(
      `{"tsuid":"${TSUID}","metric":${uid('METRIC', 'sys.cpu')},"tags":[${uid('TAGK', 'host')},${uid('TAGV', 'web01')}],` +
        '"description":"","notes":"","created":1328140801,"custom":{"k":null},"units":"","retention":0,"max":100.0,"min":"-Infinity",' +
        '"displayName":"","dataType":"","lastReceived":1,"totalDatapoints":18}',
    );
  });

  test('an edit keeps what it leaves out, a replacement does not; null is stored, and not shown', async () => {
    await createBlank([ROW]);
    await meta.tsMetas.save(tsDraft({ tsuid: TSUID, units: '%', retention: 30, created: 5 }), false);
    expect(await meta.tsMetas.save(tsDraft({ tsuid: TSUID, notes: null, max: 2.5 }), false)).toMatchObject({
      units: '%',
      retention: 30,
      max: 2.5,
      notes: null,
    });
    expect(tsMetaJson((await meta.tsMetas.get(ROW))!)).not.toContain('"notes":null');
    expect(await meta.tsMetas.save(tsDraft({ tsuid: TSUID, notes: 'put' }), true)).toMatchObject({
      units: '',
      retention: 0,
      max: NaN,
      created: 5,
    });
  });

  test('"NaN" counts as a change, as in the original', async () => {
    await createBlank([ROW]);
    await meta.tsMetas.save(tsDraft({ tsuid: TSUID, max: 1 }), false);
    expect(await meta.tsMetas.save(tsDraft({ tsuid: TSUID, max: 'NaN' }), false)).toMatchObject({ max: NaN });
    expect(
      await meta.tsMetas.save(tsDraft({ tsuid: TSUID, lastReceived: 5, totalDatapoints: 7, metric: { name: 'x' }, tags: [] }), false),
    ).toBeNull();
  });

  test.each([
    ['', 'Missing TSUID'],
    ['zz', 'TSUID is too short, may be missing tags'],
    ['000001', 'TSUID is too short, may be missing tags'],
    [`${TSUID}00`, 'The TSUID appears to be malformed, improper tag width'],
    [`0${TSUID}`, 'The TSUID appears to be malformed, improper tag width'],
    ['00000100000100000z', 'contains illegal character for hexBinary: 00000z'],
    ['FFFFFF000001000001', "No such unique ID for 'metrics': [-1, -1, -1]"],
    [TSUID, 'Requested TSMeta did not exist'],
  ])('a TSUID %p is refused', async (tsuid, message) => {
    await expect(meta.tsMetas.save(tsDraft({ tsuid, notes: 'x' }), false)).rejects.toThrow(message);
  });

  test('made by a client it has a counter of none; made again the counter stays', async () => {
    const { values } = tsDraft({ notes: 'made' }).fields;
    expect(await meta.tsMetas.create(ROW, values)).toBe(true);
    expect(await meta.tsMetas.create(ROW, values)).toBe(false);
    expect(await meta.tsMetas.get(ROW)).toMatchObject({ notes: 'made', totalDatapoints: 0n });
    await count(2n);
    await meta.tsMetas.delete(TSUID);
    expect(await meta.tsMetas.get(ROW)).toBeNull();
    await meta.tsMetas.create(ROW, values);
    expect(await meta.tsMetas.get(ROW)).toMatchObject({ totalDatapoints: 2n });
    await expect(meta.tsMetas.create(ROW.subarray(0, 3), values)).rejects.toThrow('TSUID is too short, may be missing tags');
    expect(await cell('tsdb-meta', ROW.subarray(0, 3), 'ts_meta')).toBeUndefined();
  });

  test('is listed by metric and tags; rows that are no series, or were only counted, are passed over', async () => {
    await uids.assign('tagv', 'web02');
    const other = Buffer.from('000001000001000002', 'hex');
    await createBlank([ROW, other, Buffer.from('000001', 'hex')]);
    await temp.storage.put('tsdb-meta', META_FAMILY, [
      { row: Buffer.from('000001000001000003', 'hex'), cells: PackedCells.of(Buffer.from('ts_ctr'), Buffer.alloc(8)) },
    ]);
    const list = async (tags: [string, string][]): Promise<string[]> => {
      const found = [];
      for await (const batch of meta.tsMetas.list(await selectionOf(uids, 'sys.cpu', new Map(tags)))) found.push(...batch);
      return found.map(({ tsuid }) => tsuid);
    };
    expect(await list([])).toEqual([TSUID, '000001000001000002']);
    expect(await list([['host', 'web02']])).toEqual(['000001000001000002']);
    await expect(list([['host', 'nosuch']])).rejects.toThrow("No such name for 'tagv': 'nosuch'");
  });
});
