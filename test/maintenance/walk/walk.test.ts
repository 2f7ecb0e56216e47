import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Checkpoint, cutTable, Pace, rangesBetween, walk, type Tally, type WalkParts } from '../../../src/maintenance';
import { PackedCells, type Row, type Storage } from '../../../src/storage';
import { readDataModel } from '../../../src/tables';
import { loadConfig } from '../../../src/config';
import { openTempStore, type TempStore } from '../../support/temp-store';

let store: TempStore;
let directory: string;
let file: string;
beforeEach(async () => {
  store = await openTempStore();
  directory = mkdtempSync(join(tmpdir(), 'walk-'));
  file = join(directory, 'checkpoint');
});
afterEach(async () => {
  await store.close();
  rmSync(directory, { recursive: true, force: true });
});

const keyOf = (n: number): Buffer => Buffer.from([0, 0, n, 1, 2, 3, 4]);

async function fill(count: number): Promise<void> {
  const rows = Array.from({ length: count }, (_, n) => ({ row: keyOf(n), cells: PackedCells.of(Buffer.from('q'), Buffer.of(n)) }));
  await store.storage.put('tsdb', Buffer.from('t'), rows);
}

const parts = (changes: Partial<WalkParts> = {}): WalkParts => ({
  storage: store.storage,
  table: 'tsdb',
  ranges: () => Promise.resolve(rangesBetween([keyOf(10), keyOf(20)])),
  workers: 2,
  pace: new Pace(0),
  checkpoint: new Checkpoint(null, 'test'),
  scan: { batchRows: 4 },
  ...changes,
});

/** Sees rows; from the row `stopAt` on it fails. */
function seer(seen: number[], stopAt = Infinity): { visit(rows: readonly Row[]): Promise<Tally> } {
  return {
    visit: (rows) => {
      const numbers = rows.map(({ key }) => key[2]);
      if (numbers.some((n) => n >= stopAt)) return Promise.reject(new Error(`at ${stopAt}`));
      seen.push(...numbers);
      return Promise.resolve({ rows: rows.length });
    },
  };
}

const sorted = (numbers: readonly number[]): number[] => [...numbers].sort((a, b) => a - b);
const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

describe('a walk', () => {
  it('shows each row once, and adds up what is counted', async () => {
    await fill(30);
    const seen: number[] = [];
    expect(await walk(parts(), seer(seen))).toEqual({ rows: 30 });
    expect(sorted(seen)).toEqual(upTo(30));
  });

  it('goes on where it was stopped, with what it had counted', async () => {
    await fill(30);
    const seen: number[] = [];
    const checkpoint = (): Checkpoint => new Checkpoint(file, 'test', () => 0);
    await expect(walk(parts({ checkpoint: checkpoint(), workers: 1 }), seer(seen, 24))).rejects.toThrow('at 24');
    expect(sorted(seen)).toEqual(upTo(24));
    // Regions may have been split meanwhile: the ranges are those of the checkpoint.
    const ranges = (): never => {
      throw new Error('the ranges are known');
    };
    expect(await walk(parts({ checkpoint: checkpoint(), ranges }), seer(seen))).toEqual({ rows: 30 });
    expect(sorted(seen)).toEqual(upTo(30));
    expect(existsSync(file)).toBe(false);
  });

  it('ends with the reason of its signal, and can be gone on with', async () => {
    await fill(30);
    const seen: number[] = [];
    const stop = new AbortController();
    const walker = seer(seen);
    const visit = async (rows: readonly Row[]): Promise<Tally> => {
      const tally = await walker.visit(rows);
      if (rows.some(({ key }) => key[2] === 11)) stop.abort(new Error('enough'));
      return tally;
    };
    const stopped = walk(parts({ checkpoint: new Checkpoint(file, 'test'), signal: stop.signal }), { visit });
    await expect(stopped).rejects.toThrow('enough');
    expect(await walk(parts({ checkpoint: new Checkpoint(file, 'test') }), walker)).toEqual({ rows: 30 });
    expect(sorted(seen)).toEqual(upTo(30));
  });

  it('fails when storage does, whichever worker it was', async () => {
    await fill(30);
    const failing: Storage = Object.create(store.storage, {
      scan: {
        value: (table: string, options: Parameters<Storage['scan']>[1]) => {
          if (options.start.equals(keyOf(10))) throw new Error('no region');
          return store.storage.scan(table, options);
        },
      },
    }) as Storage;
    await expect(walk(parts({ storage: failing }), seer([]))).rejects.toThrow('no region');
  });
});

describe('a checkpoint', () => {
  it('is refused by another job', () => {
    new Checkpoint(file, 'one').save([], true);
    expect(() => new Checkpoint(file, 'other').load()).toThrow(`The checkpoint ${file} is of another job: one`);
  });

  it.each(['', '{', '{"task":"test"}', '[]', 'null'])('is refused when it is none: %j', (text) => {
    writeFileSync(file, text);
    expect(() => new Checkpoint(file, 'test').load()).toThrow(`${file} is no checkpoint`);
  });

  it('is written once a second, and at the end', () => {
    let now = 0;
    const checkpoint = new Checkpoint(file, 'test', () => now);
    const states = [{ range: rangesBetween([])[0], at: null, done: false, tally: { rows: 1 } }];
    checkpoint.save(states);
    const first = readFileSync(file, 'utf8');
    states[0].tally.rows = 2;
    now = 999;
    checkpoint.save(states);
    expect(readFileSync(file, 'utf8')).toBe(first);
    now = 1000;
    checkpoint.save(states);
    expect(readFileSync(file, 'utf8')).not.toBe(first);
  });
});

describe('ranges', () => {
  const hex = (ranges: readonly { start: Buffer; stop: Buffer }[]): string[] =>
    ranges.map(({ start, stop }) => `${start.toString('hex')}-${stop.toString('hex')}`);
  const model = (...settings: [string, string][]): ReturnType<typeof readDataModel> =>
    readDataModel(loadConfig({ searchPath: [], overrides: settings }).config);

  it('cover all keys, without holes and once', () => {
    expect(hex(rangesBetween([Buffer.of(2), Buffer.of(1), Buffer.of(2), Buffer.alloc(0)]))).toEqual(['-01', '01-02', '02-']);
  });

  it('are cut between metrics where there is one region', async () => {
    expect(hex(await cutTable(store.storage, 'tsdb', model(), 40n, 4))).toEqual(['-00000b', '00000b-000015', '000015-00001f', '00001f-']);
  });

  it('are not more than there are metrics', async () => {
    expect(hex(await cutTable(store.storage, 'tsdb', model(), 2n, 8))).toEqual(['-000001', '000001-000002', '000002-']);
  });

  it('are cut between salts', async () => {
    const salted = model(['tsd.storage.salt.width', '1'], ['tsd.storage.salt.buckets', '3']);
    expect(hex(await cutTable(store.storage, 'tsdb', salted, 10n, 3))).toEqual(['-00', '00-01', '01-02', '02-']);
    expect(hex(await cutTable(store.storage, 'tsdb', salted, 10n, 6))).toContain('01000006-02');
  });

  it('are spread over all UIDs where those are random', async () => {
    expect(hex(await cutTable(store.storage, 'tsdb', model(), 0n, 2))).toEqual(['-800000', '800000-']);
  });

  it('are the regions where there are enough', async () => {
    const regions = Object.create(store.storage, { splits: { value: () => Promise.resolve([Buffer.of(7), Buffer.of(9)]) } }) as Storage;
    expect(hex(await cutTable(regions, 'tsdb', model(), 40n, 3))).toEqual(['-07', '07-09', '09-']);
  });
});

describe('a pace', () => {
  it('holds all back together', async () => {
    const slept: number[] = [];
    let now = 0;
    const pace = new Pace(100, {
      now: () => now,
      sleep: (milliseconds) => {
        slept.push(milliseconds);
        now += milliseconds;
        return Promise.resolve();
      },
    });
    await pace.spend(50);
    now += 400;
    await pace.spend(30);
    now += 1000;
    await pace.spend(10);
    expect(slept).toEqual([500]);
  });

  it('holds nobody back without a rate', async () => {
    await new Pace(0).spend(1e9);
  });
});
