import fc from 'fast-check';
import { Deadline } from '../../../src/storage/hbase/deadline';
import { RegionUnavailableError } from '../../../src/storage/hbase/errors';
import { type Region, regionHolds, regionSpecifier } from '../../../src/storage/hbase/region';
import { RegionDirectory, type RegionSource } from '../../../src/storage/hbase/regions';
import { turns, until } from '../../support/until';

let id = 0;
function region(start: string, end: string, port = 1): Region {
  const name = Buffer.from(`t,${start},${id++}.md5.`);
  const [startKey, endKey] = [start, end].map((key) => Buffer.from(key, 'hex'));
  return { table: 't', name, startKey, endKey, server: { host: 'h', port }, specifier: regionSpecifier(name) };
}
const key = (hex: string): Buffer => Buffer.from(hex, 'hex');
const soon = (): Deadline => new Deadline(undefined, 60_000);

/** A table whose regions the test changes. */
class FakeMeta implements RegionSource {
  finds = 0;
  lists = 0;
  constructor(public regions: Region[]) {}
  async find(_: string, row: Buffer): Promise<Region> {
    this.finds++;
    await turns(3);
    const found = this.regions.find((r) => regionHolds(r, row));
    if (found === undefined) throw new RegionUnavailableError('nowhere');
    return found;
  }
  list(): Promise<Region[]> {
    this.lists++;
    return Promise.resolve(this.regions);
  }
}

describe('the region directory', () => {
  it('learns a table once, and finds the region of any row', async () => {
    const bounds = ['', '00', '0000', '40', '80ff', '80ff00', 'ffff', ''];
    const meta = new FakeMeta(bounds.slice(1).map((end, i) => region(bounds[i], end)));
    const directory = new RegionDirectory(meta);
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 5 }), async (bytes) => {
        const row = Buffer.from(bytes);
        expect(await directory.locate('t', row, soon())).toBe(meta.regions.find((r) => regionHolds(r, row)));
      }),
    );
    expect([meta.lists, meta.finds]).toEqual([1, 0]);
  });

  it('replaces what a new region overlaps: splits and merges', () => {
    const directory = new RegionDirectory(new FakeMeta([]));
    const [a, b, c] = [region('', '40'), region('40', '80'), region('80', '')];
    for (const each of [a, b, c]) directory.add(each);
    const [low, high] = [region('40', '60'), region('60', '80')];
    directory.add(low);
    expect(directory.cached('t', key('50'))).toBe(low);
    expect(directory.cached('t', key('70'))).toBeNull();
    directory.add(high);
    expect(directory.cached('t', key('70'))).toBe(high);
    expect([directory.cached('t', key('3f')), directory.cached('t', key('80'))]).toEqual([a, c]);
    const merged = region('', '80');
    directory.add(merged);
    expect(directory.cached('t', key('00'))).toBe(merged);
    expect(directory.size).toBe(2);
  });

  it('never hands out a region that does not hold the row, whatever comes in', () => {
    const bound = fc.uint8Array({ minLength: 1, maxLength: 2 }).map((b) => Buffer.from(b).toString('hex'));
    fc.assert(
      fc.property(fc.array(fc.tuple(bound, bound), { maxLength: 20 }), bound, (ranges, row) => {
        const directory = new RegionDirectory(new FakeMeta([]));
        for (const [x, y] of ranges) if (x !== y) directory.add(x < y ? region(x, y) : region(y, x));
        const found = directory.cached('t', key(row));
        if (found !== null) expect(regionHolds(found, key(row))).toBe(true);
      }),
    );
  });

  it('looks a lost region up once for all who wait', async () => {
    const meta = new FakeMeta([region('', '80'), region('80', '')]);
    const directory = new RegionDirectory(meta);
    const old = await directory.locate('t', key('10'), soon());
    directory.invalidate(old);
    meta.regions = [region('', '80', 2), meta.regions[1]];
    const found = await Promise.all(Array.from({ length: 50 }, (_, i) => directory.locate('t', Buffer.of(i), soon())));
    expect(new Set(found)).toEqual(new Set([meta.regions[0]]));
    expect(meta.finds).toBe(1);
    directory.invalidate(old); // said late, by a call that was still under way
    expect(directory.cached('t', key('10'))).toBe(meta.regions[0]);
  });

  it('finds daughters when many wait for the parent', async () => {
    const parent = region('', '');
    const meta = new FakeMeta([parent]);
    const directory = new RegionDirectory(meta);
    await directory.locate('t', key('10'), soon());
    directory.invalidate(parent);
    meta.regions = [region('', '80'), region('80', '')];
    const found = await Promise.all(['10', '90', '20', 'a0'].map((row) => directory.locate('t', key(row), soon())));
    expect(found.map((r) => meta.regions.indexOf(r))).toEqual([0, 1, 0, 1]);
  });

  it('forgets all regions of a dead server, and no other', async () => {
    const meta = new FakeMeta([region('', '40', 1), region('40', '80', 2), region('80', '', 1)]);
    const directory = new RegionDirectory(meta);
    await directory.locate('t', key('00'), soon());
    directory.invalidateServer('h:1');
    expect(['00', '50', '90'].map((row) => directory.cached('t', key(row)))).toEqual([null, meta.regions[1], null]);
    expect(directory.size).toBe(1);
  });

  it('follows a region that says where it went', async () => {
    const meta = new FakeMeta([region('', '')]);
    const directory = new RegionDirectory(meta);
    const old = await directory.locate('t', key('00'), soon());
    directory.moved(old, { host: 'other', port: 9 });
    expect((await directory.locate('t', key('00'), soon())).server).toEqual({ host: 'other', port: 9 });
    expect(meta.finds).toBe(0);
  });

  it('waits for a region that is not online, until the deadline', async () => {
    const meta = new FakeMeta([region('', '80')]);
    const directory = new RegionDirectory(meta);
    // The time is over when it was looked for twice.
    const now = performance.now.bind(performance);
    const clock = jest.spyOn(performance, 'now').mockImplementation(() => now() + (meta.finds > 1 ? 60_000 : 0));
    await expect(directory.locate('t', key('90'), soon())).rejects.toBeInstanceOf(RegionUnavailableError);
    clock.mockRestore();
    const finds = meta.finds;
    const located = directory.locate('t', key('90'), soon());
    await until(() => meta.finds > finds + 1);
    meta.regions = [...meta.regions, region('80', '')];
    expect((await located).startKey).toEqual(key('80'));
  });
});
