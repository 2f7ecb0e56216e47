/**
 * What every store must do. Tables are not emptied between tests (that is slow on some stores and leaves tombstones on others):
 * each test works under a row prefix of its own.
 */
import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import {
  DoNotRetryError,
  PackedCells,
  TableNotFoundError,
  TimeoutError,
  type Row,
  type RowFilter,
  type TagFilter,
  type RowPut,
  type ScanOptions,
  type Storage,
} from '../../src/storage';

export interface ContractStore {
  /** Open. */
  storage: Storage;
  /** Has the family `t`. */
  dataTable: string;
  /** Has the families `id` and `name`. */
  uidTable: string;
  close(): Promise<void>;
}

const T = Buffer.from('t');
const ID = Buffer.from('id');
const NAME = Buffer.from('name');
const EMPTY = Buffer.alloc(0);
const b = (text: string): Buffer => Buffer.from(text, 'latin1');

function put(row: Buffer, ...cells: [qualifier: Buffer | string, value: Buffer | string][]): RowPut {
  const packed = new PackedCells();
  for (const [q, v] of cells) packed.add(typeof q === 'string' ? b(q) : q, typeof v === 'string' ? b(v) : v);
  return { row, cells: packed };
}

/** The first key behind all keys with this prefix. */
function behind(prefix: Buffer): Buffer {
  const stop = Buffer.from(prefix);
  for (let i = stop.length - 1; i >= 0; i--) {
    if (stop[i] === 0xff) continue;
    stop[i]++;
    return stop.subarray(0, i + 1);
  }
  return EMPTY;
}

async function scanAll(storage: Storage, table: string, options: ScanOptions): Promise<Row[]> {
  const all: Row[] = [];
  for await (const rows of storage.scan(table, options)) all.push(...rows);
  return all;
}

const hex = (rows: readonly Row[]): string[] => rows.map((r) => r.key.toString('hex'));
const cellsOf = (r: Row | null): string[] =>
  r === null
    ? []
    : Array.from(
        { length: r.size },
        (_, i) => `${r.family(i).toString()}:${r.qualifier(i).toString('latin1')}=${r.value(i).toString('latin1')}`,
      );

export function describeStorageContract(name: string, factory: () => Promise<ContractStore>): void {
  describe(`${name} as a store`, () => {
    let store: ContractStore;
    let s: Storage;
    let data: string;
    let uid: string;
    beforeAll(async () => {
      store = await factory();
      s = store.storage;
      data = store.dataTable;
      uid = store.uidTable;
    });
    afterAll(() => store.close());
    /** Six random bytes, so that no other test's rows start like it; not 0xff, so that there is something behind it. */
    const prefix = (): Buffer => Buffer.concat([Buffer.of(0x01), randomBytes(5)]);
    const key = (p: Buffer, rest: Buffer | string): Buffer => Buffer.concat([p, typeof rest === 'string' ? b(rest) : rest]);
    const write = async (...rows: RowPut[]): Promise<void> => expect(await s.put(data, T, rows)).toEqual([]);

    describe('rows and order', () => {
      const part = fc.oneof(
        fc.uint8Array({ maxLength: 40 }),
        fc.array(fc.constantFrom(0, 1, 8, 9, 0xfe, 0xff), { maxLength: 20 }).map((a) => Uint8Array.from(a)),
        fc.nat(24).map((n) => new Uint8Array(n)),
      );

      it('orders any binary rows and qualifiers as unsigned bytes', async () => {
        await fc.assert(
          fc.asyncProperty(
            fc.array(fc.tuple(part, fc.array(part, { minLength: 1, maxLength: 4 })), { minLength: 1, maxLength: 20 }),
            async (input) => {
              const p = prefix();
              const wanted = new Map<string, Map<string, string>>();
              const rows = input.map(([row, qualifiers], i) => {
                const k = key(p, Buffer.from(row));
                const cells = wanted.get(k.toString('hex')) ?? new Map<string, string>();
                wanted.set(k.toString('hex'), cells);
                return put(
                  k,
                  ...qualifiers.map((q, j): [Buffer, string] => {
                    cells.set(Buffer.from(q).toString('hex'), `${i}.${j}`);
                    return [Buffer.from(q), `${i}.${j}`];
                  }),
                );
              });
              for (const row of rows) await write(row);
              const found = await scanAll(s, data, { start: p, stop: behind(p) });
              expect(hex(found)).toEqual([...wanted.keys()].sort());
              for (const row of found) {
                const cells = Array.from({ length: row.size }, (_, i) => [row.qualifier(i).toString('hex'), row.value(i).toString()]);
                expect(cells).toEqual([...(wanted.get(row.key.toString('hex')) ?? [])].sort(([x], [y]) => (x < y ? -1 : 1)));
              }
            },
          ),
          { numRuns: 30 },
        );
      });

      it('starts at `start`, stops before `stop`, wherever they fall', async () => {
        await fc.assert(
          fc.asyncProperty(
            fc.uniqueArray(part, { maxLength: 20, selector: (a) => Buffer.from(a).toString('hex') }),
            part,
            part,
            async (parts, from, to) => {
              const p = prefix();
              const rows = parts.map((r) => key(p, Buffer.from(r)));
              if (rows.length > 0) await write(...rows.map((r) => put(r, ['q', 'v'])));
              const start = key(p, Buffer.from(from));
              const stop = key(p, Buffer.from(to));
              const wanted = rows.filter((r) => r.compare(start) >= 0 && r.compare(stop) < 0).sort(Buffer.compare);
              expect(hex(await scanAll(s, data, { start, stop }))).toEqual(wanted.map((r) => r.toString('hex')));
            },
          ),
          { numRuns: 30 },
        );
      });

      it('reads to the end of the table with an empty stop, from the start with an empty start', async () => {
        const p = Buffer.concat([Buffer.of(0xff, 0xff), randomBytes(5)]);
        const low = Buffer.concat([Buffer.of(0x00), randomBytes(5)]);
        await write(put(key(p, 'x'), ['q', 'v']), put(low, ['q', 'v']));
        expect(hex(await scanAll(s, data, { start: p, stop: EMPTY }))).toContain(key(p, 'x').toString('hex'));
        const upTo = hex(await scanAll(s, data, { start: EMPTY, stop: Buffer.of(0x00, 0xff, 0xff, 0xff) }));
        expect(upTo).toContain(low.toString('hex'));
        expect(upTo).toEqual([...upTo].sort());
        expect(await s.delete(data, [{ row: key(p, 'x') }, { row: low }])).toEqual([]);
      });

      it('keeps a value of 5 MB and empty values', async () => {
        const row = key(prefix(), 'large');
        const large = randomBytes(5 << 20);
        await write(put(row, ['a', EMPTY], ['b', large], ['c', 'x']));
        const got = await s.get(data, { row });
        expect(got?.size).toBe(3);
        expect(got?.value(0).length).toBe(0);
        expect(got?.value(1).equals(large)).toBe(true);
        expect(got?.value(2).toString()).toBe('x');
        const alone = await s.get(data, { row, family: T, qualifiers: [b('b')] });
        expect(alone?.value(0).equals(large)).toBe(true);
      });

      it('keeps rows of thousands of bytes that differ at their ends, in order', async () => {
        const p = prefix();
        const ends = ['', 'a', 'a\0', 'b', 'zz'.repeat(900), 'zz'.repeat(900) + 'a'];
        const rows = ends.map((e) => key(p, Buffer.concat([Buffer.alloc(3000, 0x61), b(e)])));
        for (const row of [...rows].reverse()) await write(put(row, ['q', row], [Buffer.alloc(2500, 0x7a), 'long qualifier']));
        const short = key(p, Buffer.alloc(1200, 0x61));
        await write(put(short, ['q', short]));
        const found = await scanAll(s, data, { start: p, stop: behind(p), batchRows: 2 });
        expect(hex(found)).toEqual([short, ...rows].map((r) => r.toString('hex')));
        for (const row of found) expect(row.value(0).equals(row.key)).toBe(true);
        expect(found.slice(1).every((r) => r.value(1).toString() === 'long qualifier')).toBe(true);
        expect(hex(await scanAll(s, data, { start: rows[2], stop: rows[4] }))).toEqual([rows[2], rows[3]].map((r) => r.toString('hex')));
        expect(cellsOf(await s.get(data, { row: rows[3], family: T, qualifiers: [b('q')] }))[0]).toContain('t:q=');
        expect(await s.delete(data, [{ row: rows[1] }, { row: rows[3], family: T, qualifiers: [b('q')] }])).toEqual([]);
        expect(await s.get(data, { row: rows[1] })).toBeNull();
        expect((await s.get(data, { row: rows[3] }))?.size).toBe(1);
        expect((await s.get(data, { row: rows[2] }))?.size).toBe(2);
      });
    });

    describe('scans', () => {
      it('gives all rows once, in batches, whatever their size', async () => {
        const p = prefix();
        const rows = Array.from({ length: 3000 }, (_, i) => put(key(p, String(i).padStart(5, '0')), ['q', Buffer.alloc(i % 900)]));
        await write(...rows);
        for (const batchRows of [undefined, 1000, 7]) {
          const found = await scanAll(s, data, { start: p, stop: behind(p), batchRows });
          expect(hex(found)).toEqual(rows.map((r) => r.row.toString('hex')));
        }
      });

      it('keeps the rows of scans at once apart, though each reuses its memory, also when others have ended or were given up', async () => {
        const p = prefix();
        const cell = (i: number): string => `${i}`.repeat(1 + (i % 50));
        const rows = Array.from({ length: 400 }, (_, i) => put(key(p, String(i).padStart(3, '0')), ['q', cell(i)], ['r', cell(i)]));
        await write(...rows);
        const range = { start: p, stop: behind(p), family: T, transient: true } as const;
        const whole = async (batchRows: number): Promise<string[]> => {
          const found: string[] = [];
          for await (const batch of s.scan(data, { ...range, batchRows })) {
            await scanAll(s, data, { ...range, start: batch[0].key, limit: 3 });
            for (const row of batch) found.push(`${row.key.toString('latin1', p.length)} ${cellsOf(row).join(' ')}`);
          }
          return found;
        };
        const givenUp = async (): Promise<string> => {
          for await (const [row] of s.scan(data, { ...range, batchRows: 2 })) return row.value(0).toString();
          return '';
        };
        const wanted = rows.map((_, i) => `${String(i).padStart(3, '0')} t:q=${cell(i)} t:r=${cell(i)}`);
        const found = await Promise.all([whole(3), whole(7), givenUp(), whole(50), givenUp(), whole(400)]);
        expect(found).toEqual([wanted, wanted, cell(0), wanted, cell(0), wanted]);
      });

      it('names where a table falls into parts, in order and without the empty key', async () => {
        const splits = await s.splits(data);
        expect(splits).toEqual([...splits].sort(Buffer.compare));
        expect(splits.filter((key) => key.length === 0)).toEqual([]);
        await expect(s.splits('no-such-table')).rejects.toThrow(TableNotFoundError);
      });

      it('stops at the limit', async () => {
        const p = prefix();
        await write(...Array.from({ length: 50 }, (_, i) => put(key(p, String(i).padStart(3, '0')), ['q', 'v'], ['r', 'v'])));
        for (const limit of [1, 7, 49, 50, 51])
          for (const batchRows of [undefined, 5])
            expect(await scanAll(s, data, { start: p, stop: behind(p), limit, batchRows })).toHaveLength(Math.min(50, limit));
      });

      it('picks families and qualifiers; a row without any is not there', async () => {
        const p = prefix();
        expect(await s.put(uid, ID, [put(key(p, 'a'), ['metrics', '1'], ['tagk', '2']), put(key(p, 'b'), ['tagv', '3'])])).toEqual([]);
        expect(await s.put(uid, NAME, [put(key(p, 'a'), ['metrics', '4']), put(key(p, 'c'), ['metrics', '5'])])).toEqual([]);
        const scan = async (o: Partial<ScanOptions>): Promise<string[][]> =>
          (await scanAll(s, uid, { start: p, stop: behind(p), ...o })).map((r) => [r.key.subarray(p.length).toString(), ...cellsOf(r)]);
        expect(await scan({})).toEqual([
          ['a', 'id:metrics=1', 'id:tagk=2', 'name:metrics=4'],
          ['b', 'id:tagv=3'],
          ['c', 'name:metrics=5'],
        ]);
        expect(await scan({ family: NAME })).toEqual([
          ['a', 'name:metrics=4'],
          ['c', 'name:metrics=5'],
        ]);
        expect(await scan({ family: ID, qualifiers: [b('tagk'), b('tagv')] })).toEqual([
          ['a', 'id:tagk=2'],
          ['b', 'id:tagv=3'],
        ]);
        expect(await scan({ firstCellOnly: true })).toEqual([
          ['a', 'id:metrics=1'],
          ['b', 'id:tagv=3'],
          ['c', 'name:metrics=5'],
        ]);
        const get = { row: key(p, 'a') };
        expect(cellsOf(await s.get(uid, get))).toEqual(['id:metrics=1', 'id:tagk=2', 'name:metrics=4']);
        expect(cellsOf(await s.get(uid, { ...get, family: ID }))).toEqual(['id:metrics=1', 'id:tagk=2']);
        expect(cellsOf(await s.get(uid, { ...get, family: ID, qualifiers: [b('tagk'), b('metrics'), b('none')] }))).toEqual([
          'id:metrics=1',
          'id:tagk=2',
        ]);
        expect(await s.get(uid, { ...get, family: ID, qualifiers: [b('none')] })).toBeNull();
        const many = await s.multiGet(uid, [{ row: key(p, 'c') }, { row: key(p, 'none') }, get, { row: key(p, 'c') }]);
        expect(many.map((r) => r && r.size)).toEqual([1, null, 3, 1]);
      });

      it('skips the rest of long rows when only their first cells are wanted', async () => {
        const p = prefix();
        const long = (name: string): RowPut =>
          put(key(p, name), ...Array.from({ length: 500 }, (_, i): [string, string] => [String(i).padStart(4, '0'), 'v']));
        await write(long('a'), long('b'), put(key(p, 'c'), ['x', 'y']));
        const found = await scanAll(s, data, { start: p, stop: behind(p), firstCellOnly: true });
        const keys = await scanAll(s, data, { start: p, stop: behind(p), firstCellOnly: true, withoutValues: true });
        const known = (row: Row): unknown => [row.key, row.size, row.qualifier(0), row.timestamp(0)];
        expect(keys.map(known)).toEqual(found.map(known));
        expect(found.map((r) => [r.size, r.qualifier(0).toString()])).toEqual([
          [1, '0000'],
          [1, '0000'],
          [1, 'x'],
        ]);
      });

      it('sees each row whole while rows are being written', async () => {
        const p = prefix();
        const rows = Array.from({ length: 40 }, (_, i) => key(p, String(i).padStart(3, '0')));
        const round = (n: number): RowPut[] =>
          rows.map((row) => put(row, ...Array.from({ length: 12 }, (_, i): [string, string] => [`q${i}`, String(n)])));
        await write(...round(0));
        let done = false;
        const writing = (async () => {
          for (let n = 1; n <= 25; n++) await write(...round(n));
        })().finally(() => (done = true));
        let scans = 0;
        do {
          const found = await scanAll(s, data, { start: p, stop: behind(p), batchRows: 3 });
          expect(found).toHaveLength(rows.length);
          for (const row of found) {
            expect(row.size).toBe(12);
            expect(new Set(Array.from({ length: 12 }, (_, i) => row.value(i).toString())).size).toBe(1);
          }
          scans++;
        } while (!done);
        await writing;
        expect(scans).toBeGreaterThan(0);
      });

      it('keeps to the time range', async () => {
        const p = prefix();
        await write(
          { ...put(key(p, 'a'), ['1', 'x'], ['2', 'x'], ['3', 'x']), timestamps: [1000, 2000, 3000] },
          { ...put(key(p, 'b'), ['1', 'x']), timestamps: [1000] },
        );
        const found = await scanAll(s, data, { start: p, stop: behind(p), timeRange: { min: 2000, max: 3000 } });
        expect(found.map((r) => [r.key.subarray(p.length).toString(), ...cellsOf(r)])).toEqual([['a', 't:2=x']]);
      });

      const uidBytes = fc.nat(4).map((n) => Buffer.of(0, n === 4 ? 0x0a : 0, n));
      const pairs = fc
        .uniqueArray(fc.tuple(uidBytes, uidBytes), { selector: ([k]) => k.toString('hex'), maxLength: 4 })
        .map((tags) => tags.sort(([x], [y]) => x.compare(y)));
      const quoted = (bytes: Buffer): string => [...bytes].map((x) => `\\x${x.toString(16).padStart(2, '0')}`).join('');

      /** The expressions with which the original asks HBase, run by another engine. */
      function expected(filter: RowFilter, row: Buffer): boolean {
        const text = row.toString('latin1');
        switch (filter.kind) {
          case 'all':
            return filter.filters.every((f) => expected(f, row));
          case 'keyRegexp':
            return new RegExp(filter.pattern, 's').test(text);
          case 'tsuids':
            return filter.tagParts.some((part) => new RegExp(`^.{${filter.prefixLength}}${quoted(part)}$`, 's').test(text));
          case 'tags': {
            const any = filter.explicit ? '' : `(?:.{${filter.tagkWidth + filter.tagvWidth}})*`;
            const tags = filter.tags.map(
              ({ tagk, tagvs }) => any + quoted(tagk) + (tagvs === null ? `.{${filter.tagvWidth}}` : `(?:${tagvs.map(quoted).join('|')})`),
            );
            return new RegExp(`^.{${filter.prefixLength}}${tags.join('')}${any}$`, 's').test(text);
          }
        }
      }

      it('filters rows as the expressions of the original do', async () => {
        const p = prefix();
        const prefixLength = p.length + 4;
        const all = fc
          .sample(pairs, { numRuns: 300, seed: 7 })
          .map((tags, i) => Buffer.concat([p, Buffer.of(0, 0x0a, i % 3, 0), ...tags.flat()]));
        await write(...all.map((row) => put(row, ['q', 'v'], ['r', 'w'])));
        const rows = [...new Set(all.map((r) => r.toString('hex')))].sort();
        // Times that are not told are found all the same, unless the filter says that they need not be.
        const times = [0x0a_0000, 0x0a_0100, 0x0a_0200];
        const known = fc.constantFrom<Pick<TagFilter, 'rowTimes' | 'onlyRowTimes'>>(
          {},
          { rowTimes: times },
          { rowTimes: times, onlyRowTimes: true },
          { rowTimes: times.slice(1, 2) },
        );
        const tagFilter = fc
          .record({
            known,
            tags: pairs,
            values: fc.array(fc.option(fc.array(uidBytes, { minLength: 1, maxLength: 4 })), { minLength: 4, maxLength: 4 }),
            explicit: fc.boolean(),
          })
          .filter(({ tags }) => tags.length > 0)
          .map(({ known: when, tags, values, explicit }): RowFilter => ({
            ...when,
            kind: 'tags',
            prefixLength,
            tagkWidth: 3,
            tagvWidth: 3,
            explicit,
            tags: tags.map(([tagk], i) => ({ tagk, tagvs: values[i] })),
          }));
        const tsuidFilter = fc.tuple(known, fc.array(pairs, { minLength: 1, maxLength: 4 })).map(([when, parts]): RowFilter => ({
          ...when,
          kind: 'tsuids',
          prefixLength,
          tagParts: parts.map((t) => Buffer.concat(t.flat())),
        }));
        const regexp = fc
          .constantFrom('\\x00\\x00\\x02', '\\x0a.\\x00$', '^.{8}\\x01', '[\\x03\\x04]{2}')
          .map((pattern): RowFilter => ({ kind: 'keyRegexp', pattern }));
        const one = fc.oneof(tagFilter, tsuidFilter, regexp);
        const filter = fc.oneof(
          one,
          fc.array(one, { minLength: 1, maxLength: 2 }).map((filters): RowFilter => ({ kind: 'all', filters })),
        );
        await fc.assert(
          fc.asyncProperty(filter, fc.constantFrom(undefined, 5), async (f, limit) => {
            const start = Buffer.concat([p, Buffer.alloc(4)]); // filters know how long what comes before the tags is
            const found = await scanAll(s, data, { start, stop: behind(p), filter: f, limit });
            const wanted = rows.filter((r) => expected(f, Buffer.from(r, 'hex')));
            expect(hex(found)).toEqual(wanted.slice(0, limit));
            expect(found.every((r) => r.size === 2)).toBe(true);
          }),
          { numRuns: 120 },
        );
      });
    });

    describe('changes', () => {
      it('lets exactly one of many compare-and-sets win', async () => {
        const row = key(prefix(), 'cas');
        const won = await Promise.all(Array.from({ length: 40 }, (_, i) => s.compareAndSet(uid, row, ID, b('metrics'), null, b(`v${i}`))));
        expect(won.filter(Boolean)).toHaveLength(1);
        const winner = b(`v${won.indexOf(true)}`);
        expect((await s.get(uid, { row }))?.value(0)).toEqual(winner);
        expect(await s.compareAndSet(uid, row, ID, b('metrics'), b('other'), b('x'))).toBe(false);
        expect(await s.compareAndSet(uid, row, ID, b('metrics'), EMPTY, b('x'))).toBe(false);
        expect(await s.compareAndSet(uid, row, ID, b('metrics'), winner, b('next'))).toBe(true);
        expect((await s.get(uid, { row }))?.value(0).toString()).toBe('next');
      });

      it('gives what a compare-and-set writes the time of the clock, so that it hides what was put before', async () => {
        const row = key(prefix(), 'cas-now');
        expect(await s.put(uid, ID, [put(row, ['metrics', 'old'])])).toEqual([]);
        expect(await s.compareAndSet(uid, row, ID, b('metrics'), b('old'), b('new'))).toBe(true);
        const found = await s.get(uid, { row });
        expect(found?.value(0).toString()).toBe('new');
        expect(Math.abs((found?.timestamp(0) ?? 0) - Date.now())).toBeLessThan(60_000);
      });

      it('gives what a compare-and-set writes the time that is asked for', async () => {
        const row = key(prefix(), 'cas-time');
        expect(await s.compareAndSet(uid, row, ID, b('metrics'), null, b('v'), { timestamp: 1_700_000_000_123 })).toBe(true);
        expect((await s.get(uid, { row }))?.timestamp(0)).toBe(1_700_000_000_123);
        expect(await s.compareAndSet(uid, row, ID, b('metrics'), b('v'), b('w'), { timestamp: 1_700_000_000_123 })).toBe(true);
        expect((await s.get(uid, { row }))?.value(0).toString()).toBe('w');
      });

      it('loses no increment', async () => {
        const row = key(prefix(), 'counter');
        const got = await Promise.all(Array.from({ length: 60 }, () => s.increment(uid, row, ID, b('metrics'), 1n)));
        expect(got.map(Number).sort((x, y) => x - y)).toEqual(Array.from({ length: 60 }, (_, i) => i + 1));
        expect(await s.increment(uid, row, ID, b('metrics'), -70n)).toBe(-10n);
        expect(await s.increment(uid, row, ID, b('metrics'), 2n ** 40n)).toBe(2n ** 40n - 10n);
        expect((await s.get(uid, { row }))?.value(0).readBigInt64BE()).toBe(2n ** 40n - 10n);
      });

      it('refuses to increment what is no counter', async () => {
        const row = key(prefix(), 'text');
        await write(put(row, ['q', 'abc']));
        await expect(s.increment(data, row, T, b('q'), 1n)).rejects.toBeInstanceOf(DoNotRetryError);
      });

      it('appends in the order of asking', async () => {
        const row = key(prefix(), 'append');
        for (let i = 0; i < 20; i++) expect(await s.append(data, T, [put(row, ['q', `${i},`], ['r', '.'])])).toEqual([]);
        const wanted = Array.from({ length: 20 }, (_, i) => `${i},`).join('');
        expect(cellsOf(await s.get(data, { row }))).toEqual([`t:q=${wanted}`, `t:r=${'.'.repeat(20)}`]);
        const both = await Promise.all(Array.from({ length: 30 }, () => s.append(data, T, [put(row, ['s', 'xy'])])));
        expect(both.flat()).toEqual([]);
        expect((await s.get(data, { row, family: T, qualifiers: [b('s')] }))?.value(0).toString()).toBe('xy'.repeat(30));
      });

      it('deletes cells, families and rows, and nothing beside them', async () => {
        const p = prefix();
        const row = key(p, 'a');
        const neighbours = [key(p, ''), key(p, 'a\0'), key(p, 'aa'), key(p, 'b')];
        for (const r of [row, ...neighbours]) {
          expect(await s.put(uid, ID, [put(r, ['x', '1'], ['xy', '2'], ['y', '3'])])).toEqual([]);
          expect(await s.put(uid, NAME, [put(r, ['x', '4'])])).toEqual([]);
        }
        expect(await s.delete(uid, [{ row, family: ID, qualifiers: [b('x'), b('none')] }])).toEqual([]);
        expect(cellsOf(await s.get(uid, { row }))).toEqual(['id:xy=2', 'id:y=3', 'name:x=4']);
        expect(await s.delete(uid, [{ row, family: ID }])).toEqual([]);
        expect(cellsOf(await s.get(uid, { row }))).toEqual(['name:x=4']);
        expect(await s.delete(uid, [{ row }, { row: key(p, 'none') }])).toEqual([]);
        expect(await s.get(uid, { row })).toBeNull();
        for (const r of neighbours) expect((await s.get(uid, { row: r }))?.size).toBe(4);
      });

      it('deletes versions up to a time, and leaves what is younger', async () => {
        const row = key(prefix(), 'bounded');
        const at = (t: number, q: string, v: string): RowPut => ({ ...put(row, [q, v]), timestamps: [t] });
        await write(at(1000, 'a', 'old'), at(1000, 'b', 'old'), at(1000, 'c', 'old'));
        await write(at(2000, 'b', 'new'));
        const qualifiers = [b('a'), b('b'), b('none')];
        expect(await s.delete(data, [{ row, family: T, qualifiers, timestamps: [1000, 1999, 5000] }])).toEqual([]);
        expect(cellsOf(await s.get(data, { row }))).toEqual(['t:b=new', 't:c=old']);
        expect(await s.delete(data, [{ row, family: T, qualifiers: [b('b')], timestamps: [2000] }])).toEqual([]);
        expect(cellsOf(await s.get(data, { row }))).toEqual(['t:c=old']);
        await write(at(2001, 'b', 'newer'));
        expect(cellsOf(await s.get(data, { row }))).toEqual(['t:b=newer', 't:c=old']);
      });

      it('keeps the newest timestamp, and of equal ones the last put', async () => {
        const row = key(prefix(), 'versions');
        const at = (t: number, v: string): RowPut => ({ ...put(row, ['q', v]), timestamps: [t] });
        const value = async (): Promise<[string, number] | null> => {
          const r = await s.get(data, { row });
          return r && [r.value(0).toString(), r.timestamp(0)];
        };
        await write(at(5000, 'a'));
        await write(at(3000, 'older'));
        expect(await value()).toEqual(['a', 5000]);
        await write(at(5000, 'same'));
        expect(await value()).toEqual(['same', 5000]);
        await write(at(6000, 'newer'));
        expect(await value()).toEqual(['newer', 6000]);
        const before = Date.now();
        await write(put(row, ['q', 'now']));
        const now = await value();
        expect(now?.[0]).toBe('now');
        expect(Math.abs((now?.[1] ?? 0) - before)).toBeLessThan(60_000);
        await write(at(7000, 'old again'));
        expect((await value())?.[0]).toBe('now');
      });

      it('applies the last of two puts of a cell in one batch', async () => {
        const row = key(prefix(), 'twice');
        await write(put(row, ['q', '1']), put(row, ['q', '2'], ['r', '3']));
        expect(cellsOf(await s.get(data, { row }))).toEqual(['t:q=2', 't:r=3']);
      });

      it('reads what was written before, always', async () => {
        const p = prefix();
        for (let i = 0; i < 30; i++) {
          await write(put(key(p, 'r'), ['q', String(i)]));
          expect((await s.get(data, { row: key(p, 'r') }))?.value(0).toString()).toBe(String(i));
        }
      });
    });

    describe('failures', () => {
      it('says which elements of a batch failed, and does the others', async () => {
        const p = prefix();
        const bad = Buffer.alloc(40_000, 1);
        const failures = await s.put(data, T, [put(key(p, 'a'), ['q', 'v']), put(bad, ['q', 'v']), put(key(p, 'b'), ['q', 'v'])]);
        expect(failures.map((f) => f.index)).toEqual([1]);
        expect(failures[0].error).toBeInstanceOf(DoNotRetryError);
        expect(await scanAll(s, data, { start: p, stop: behind(p) })).toHaveLength(2);
      });

      it('refuses a family that the table does not have', async () => {
        const row = key(prefix(), 'a');
        const failures = await s.put(data, b('none'), [put(row, ['q', 'v']), put(row, ['q', 'v'])]);
        expect(failures.map((f) => f.index)).toEqual([0, 1]);
        for (const f of failures) expect(f.error).toBeInstanceOf(DoNotRetryError);
        await expect(s.get(data, { row, family: b('none') })).rejects.toBeInstanceOf(DoNotRetryError);
        await expect(scanAll(s, data, { start: row, stop: EMPTY, family: b('none') })).rejects.toBeInstanceOf(DoNotRetryError);
      });

      it('says that a table is not there', async () => {
        expect(await s.tableExists(data)).toBe(true);
        expect(await s.tableExists('no-such-table')).toBe(false);
        const row = b('r');
        const none = 'no-such-table';
        await expect(s.get(none, { row })).rejects.toBeInstanceOf(TableNotFoundError);
        await expect(s.multiGet(none, [{ row }])).rejects.toBeInstanceOf(TableNotFoundError);
        await expect(scanAll(s, none, { start: EMPTY, stop: EMPTY })).rejects.toBeInstanceOf(TableNotFoundError);
        await expect(s.increment(none, row, T, b('q'), 1n)).rejects.toBeInstanceOf(TableNotFoundError);
        await expect(s.compareAndSet(none, row, T, b('q'), null, row)).rejects.toBeInstanceOf(TableNotFoundError);
      });

      it('ends calls at their deadline or when they are given up', async () => {
        const row = key(prefix(), 'a');
        const controller = new AbortController();
        controller.abort();
        for (const late of [{ deadline: Date.now() - 1 }, { signal: controller.signal }]) {
          await expect(s.get(data, { row }, late)).rejects.toBeInstanceOf(TimeoutError);
          await expect(scanAll(s, data, { start: row, stop: EMPTY, ...late })).rejects.toBeInstanceOf(TimeoutError);
          await expect(s.compareAndSet(data, row, T, b('q'), null, b('v'), late)).rejects.toBeInstanceOf(TimeoutError);
        }
      });

      it('gives up a scan between two batches', async () => {
        const p = prefix();
        await write(...Array.from({ length: 20 }, (_, i) => put(key(p, String(i).padStart(2, '0')), ['q', 'v'])));
        const controller = new AbortController();
        const seen = (async () => {
          for await (const rows of s.scan(data, { start: p, stop: behind(p), batchRows: 2, signal: controller.signal }))
            if (rows.length > 0) controller.abort();
        })();
        await expect(seen).rejects.toBeInstanceOf(TimeoutError);
      });

      it('answers empty batches and has figures', async () => {
        expect(await s.put(data, T, [])).toEqual([]);
        expect(await s.append(data, T, [])).toEqual([]);
        expect(await s.delete(data, [])).toEqual([]);
        expect(await s.multiGet(data, [])).toEqual([]);
        expect(Object.values(s.stats()).every(Number.isFinite)).toBe(true);
      });
    });
  });
}
