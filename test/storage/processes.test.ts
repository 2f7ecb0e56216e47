/** The embedded store under several processes, and under processes that are killed. */
import { fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EmbeddedStorage } from '../../src/storage/embedded';
import { DiskRoom } from '../../src/storage/embedded/disk-room';
import { reserveLockFile } from '../../src/storage/embedded/store-files';
import { PackedCells, StoreFullError, type Row, type RowPut, type Storage } from '../../src/storage';
import { CELLS_PER_ROW, ROWS_PER_BATCH } from '../support/store-child';
import { endChild } from '../support/end-child';
import { openTempStore, TABLES, type TempStore } from '../support/temp-store';
import { turns, until } from '../support/until';

const SUPPORT = join(__dirname, '../support');
const ID = Buffer.from('id');
const EMPTY = Buffer.alloc(0);
const children: ChildProcess[] = [];

/** The child packs all the time, so that it is often killed while it does. */
const PACK_AFTER = 700;

function child(path: string, task: string, argument: number): ChildProcess {
  const process = fork(join(SUPPORT, 'store-child.ts'), [path, task, String(argument), String(PACK_AFTER)], {
    execArgv: ['-r', join(SUPPORT, 'ts-hook.cjs')],
  });
  children.push(process);
  return process;
}

async function answers<T>(...processes: ChildProcess[]): Promise<T[]> {
  return Promise.all(
    processes.map(async (p) => {
      const exit = once(p, 'exit');
      const [message] = (await Promise.race([
        once(p, 'message'),
        exit.then(([code]) => Promise.reject(new Error(`ended with ${code}`))),
      ])) as [T];
      await exit;
      return message;
    }),
  );
}

async function allRows(storage: Storage, table: string): Promise<Row[]> {
  const all: Row[] = [];
  for await (const rows of storage.scan(table, { start: EMPTY, stop: EMPTY })) all.push(...rows);
  return all;
}

let temp: TempStore;
beforeEach(async () => {
  temp = await openTempStore();
});
afterEach(async () => {
  for (const c of children.splice(0)) await endChild(c, 'SIGKILL');
  await temp.close();
});

it('loses no increment of several processes beside one that reads and counts as well', async () => {
  const processes = [child(temp.path, 'increment', 300), child(temp.path, 'increment', 300)];
  const running = answers<{ got: string[] }>(...processes);
  const own: string[] = [];
  let last = 0n;
  for (let i = 0; i < 200; i++) {
    own.push(String(await temp.storage.increment('tsdb-uid', Buffer.of(0), ID, Buffer.from('q'), 1n)));
    for (const row of await allRows(temp.storage, 'tsdb-uid')) {
      const now = row.value(0).readBigInt64BE();
      expect(now).toBeGreaterThanOrEqual(last);
      last = now;
    }
    await turns(1);
  }
  const got = [...own, ...(await running).flatMap((a) => a.got)].map(Number).sort((x, y) => x - y);
  expect(got).toEqual(Array.from({ length: 800 }, (_, i) => i + 1));
});

it('lets one process win each compare-and-set, and the others see it', async () => {
  const names = 200;
  const processes = [1, 2, 3].map(() => child(temp.path, 'cas', names));
  const won = (await answers<{ won: number[] }>(...processes)).map((a) => a.won);
  expect(won.flat().sort((x, y) => x - y)).toEqual(Array.from({ length: names }, (_, i) => i));
  for (const [i, p] of processes.entries())
    for (const n of won[i]) {
      const row = await temp.storage.get('tsdb-uid', { row: Buffer.from(`name ${n}`) });
      expect(row?.value(0).toString()).toBe(String(p.pid));
    }
});

/** Which batches are there; fails when one is there in part. */
function wholeBatches(rows: readonly Row[]): Set<number> {
  const count = new Map<number, number>();
  const torn = new Set<number>();
  for (const row of rows) {
    const batch = row.key.readUInt32BE(4);
    count.set(batch, (count.get(batch) ?? 0) + 1);
    if (row.size !== CELLS_PER_ROW) torn.add(batch);
    for (let i = 0; i < row.size; i++) if (row.value(i).toString() !== `batch ${batch}` || row.qualifier(i)[0] !== i) torn.add(batch);
  }
  for (const [batch, n] of count) if (n !== ROWS_PER_BATCH) torn.add(batch);
  expect([...torn]).toEqual([]);
  return new Set(count.keys());
}

it('loses nothing acknowledged when the writer is killed, tears no batch, and goes on with the next writer', async () => {
  await temp.storage.close();
  const acknowledged = new Set<number>();
  for (let round = 0; round < 4; round++) {
    const writer = child(temp.path, 'batches', round * 1_000_000);
    writer.on('message', (m: { acknowledged: number }) => acknowledged.add(m.acknowledged));
    const enough = acknowledged.size + 3 + 4 * round;
    await until(() => acknowledged.size >= enough || writer.exitCode !== null);
    expect(writer.exitCode).toBeNull();
    await endChild(writer, 'SIGKILL');
    const reopened = new EmbeddedStorage({ path: temp.path, tables: TABLES });
    await reopened.open();
    const found = wholeBatches(await allRows(reopened, 'tsdb'));
    expect([...acknowledged].filter((batch) => !found.has(batch))).toEqual([]);
    await reopened.close();
  }
  expect(acknowledged.size).toBeGreaterThan(8);
});

it('stays usable for the others when a writer is killed beside them', async () => {
  const writer = child(temp.path, 'batches', 0);
  const acknowledged = new Set<number>();
  writer.on('message', (m: { acknowledged: number }) => acknowledged.add(m.acknowledged));
  await until(() => acknowledged.size > 20);
  wholeBatches(await allRows(temp.storage, 'tsdb-meta'));
  await endChild(writer, 'SIGKILL');
  expect(await temp.storage.increment('tsdb-uid', Buffer.of(0), ID, Buffer.from('q'), 5n)).toBe(5n);
  const found = wholeBatches(await allRows(temp.storage, 'tsdb'));
  expect([...acknowledged].filter((batch) => !found.has(batch))).toEqual([]);
});

it('says that there is no room for a new store, lives to say it, and leaves nothing behind', async () => {
  const path = join(temp.path, 'new');
  // No file may grow beyond 4096 bytes: that does what a full disk does.
  const script = ['-r', join(SUPPORT, 'ts-hook.cjs'), join(SUPPORT, 'store-child.ts'), path, 'increment', '1', '700'];
  const limited = spawn('sh', ['-c', `trap '' XFSZ; ulimit -f 8; exec "$0" "$@"`, process.execPath, ...script], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  children.push(limited);
  let said = '';
  limited.stderr?.on('data', (text: Buffer) => (said += text.toString()));
  expect(await once(limited, 'close')).toEqual([1, null]);
  expect(said).toMatch(/Unable to open the embedded store in \S+: no space left on the disk: EFBIG/);
  expect(filesIn(path)).toEqual([]);
  const later = new EmbeddedStorage({ path, tables: TABLES });
  await later.open();
  await later.close();
});

describe('on a full disk', () => {
  const MEGABYTE = 1 << 20;
  const T = Buffer.from('t');
  const Q = Buffer.from('q');
  const row = (name: string): RowPut => ({ row: Buffer.from(name), cells: PackedCells.of(Q, Buffer.alloc(100_000)) });
  let free = 0;
  const open = async (path: string): Promise<EmbeddedStorage> => {
    const store = new EmbeddedStorage({ path, tables: TABLES, freeBytes: () => free });
    await store.open();
    return store;
  };

  it('starts and reads what is there, refuses to write with the reason, and goes on when there is room', async () => {
    await temp.storage.put('tsdb', T, [row('kept')]);
    await temp.storage.close();
    const before = statSync(join(temp.path, 'data.mdb'));
    free = MEGABYTE;
    const store = await open(temp.path);
    expect(await allRows(store, 'tsdb')).toHaveLength(1);
    const writes: (() => Promise<unknown>)[] = [
      () => store.put('tsdb', T, [row('more')]),
      () => store.append('tsdb', T, [row('more')]),
      () => store.delete('tsdb', [{ row: Buffer.from('kept') }]),
      () => store.increment('tsdb-uid', Buffer.of(0), ID, Q, 1n),
      () => store.compareAndSet('tsdb-uid', Buffer.of(0), ID, Q, null, Q),
    ];
    for (const write of writes) {
      const answer = write();
      await expect(answer).rejects.toThrow(StoreFullError);
      await expect(answer).rejects.toThrow(/^The embedded store in \S+ could not write: no space left on the disk$/);
    }
    expect(await allRows(store, 'tsdb')).toHaveLength(1);
    const { size, mtimeMs } = statSync(join(temp.path, 'data.mdb'));
    expect({ size, mtimeMs }).toEqual({ size: before.size, mtimeMs: before.mtimeMs });
    free = 100 * MEGABYTE;
    for (const write of writes) await write();
    expect((await allRows(store, 'tsdb')).map((r) => r.key.toString())).toEqual(['more']);
    await store.close();
  });

  it('makes no new store, and leaves nothing behind', async () => {
    const path = join(temp.path, 'new');
    free = MEGABYTE - 1;
    await expect(open(path)).rejects.toThrow(StoreFullError);
    expect(filesIn(path)).not.toContain('data.mdb');
    free = 100 * MEGABYTE;
    await (await open(path)).close();
  });

  it('needs as much room as a commit may take: what is new, and copies of what is there', () => {
    const room = new DiskRoom('/', () => free);
    const least = (storeBytes: number, newBytes = 0): number => {
      for (free = 0; !room.isEnough(storeBytes, newBytes);) free += MEGABYTE;
      return free / MEGABYTE;
    };
    expect(least(0)).toBe(1);
    expect(least(2 * MEGABYTE)).toBe(3);
    expect(least(1000 * MEGABYTE)).toBe(16);
    expect(least(0, 2 * MEGABYTE)).toBe(6);
    expect(least(1000 * MEGABYTE, 10 * MEGABYTE)).toBe(30);
  });
});

/** Beside the locks that keep processes apart. */
function filesIn(path: string): string[] {
  return readdirSync(path).filter((name) => !/^(door|room|use)\.lock$/.test(name));
}

it('makes a lock file that LMDB has no reason to change: it would leave a hole, which ends the process where the disk is full', async () => {
  const path = join(temp.path, 'reserved');
  mkdirSync(path);
  reserveLockFile(path);
  const { size, ino } = statSync(join(path, 'lock.mdb'));
  const store = new EmbeddedStorage({ path, tables: TABLES });
  await store.open();
  await store.put('tsdb', Buffer.from('t'), [{ row: Buffer.from('r'), cells: PackedCells.of(Buffer.from('q'), EMPTY) }]);
  expect(statSync(join(path, 'lock.mdb'))).toMatchObject({ size, ino });
  await store.close();
  // One that is there may be in use.
  writeFileSync(join(path, 'lock.mdb'), 'as it is');
  reserveLockFile(path);
  expect(readFileSync(join(path, 'lock.mdb'), 'utf8')).toBe('as it is');
});

it('says that its directory cannot be written', async () => {
  // Nobody may make a file there, not even root.
  const opening = new EmbeddedStorage({ path: '/sys', tables: TABLES }).open();
  await expect(opening).rejects.toThrow(
    /^Unable to open the embedded store in \/sys: its directory can't be written: .*E(ROFS|ACCES|PERM)/,
  );
});

it('has what it had after closing and opening again', async () => {
  const row = Buffer.from('kept');
  await temp.storage.compareAndSet('tsdb', row, Buffer.from('t'), Buffer.from('q'), null, Buffer.from('v'));
  await temp.storage.close();
  await expect(temp.storage.get('tsdb', { row })).rejects.toThrow('not open');
  const again = new EmbeddedStorage({ path: temp.path, tables: TABLES });
  await again.open();
  await again.open();
  expect((await again.get('tsdb', { row }))?.value(0).toString()).toBe('v');
  await again.close();
});
