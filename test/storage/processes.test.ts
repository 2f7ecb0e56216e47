/** The embedded store under several processes, and under processes that are killed. */
import { fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { EmbeddedStorage } from '../../src/storage/embedded';
import { type Row, type Storage } from '../../src/storage';
import { CELLS_PER_ROW, ROWS_PER_BATCH } from '../support/store-child';
import { openTempStore, TABLES, type TempStore } from '../support/temp-store';
import { turns, until } from '../support/until';

jest.setTimeout(60_000);

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
  for (const c of children.splice(0)) if (c.exitCode === null && c.signalCode === null) c.kill('SIGKILL');
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
    const exit = once(writer, 'exit');
    writer.on('message', (m: { acknowledged: number }) => acknowledged.add(m.acknowledged));
    const enough = acknowledged.size + 3 + 4 * round;
    await until(() => acknowledged.size >= enough || writer.exitCode !== null);
    writer.kill('SIGKILL');
    expect((await exit)[1]).toBe('SIGKILL');
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
  await new Promise<void>((resolve) => {
    writer.on('message', (m: { acknowledged: number }) => {
      acknowledged.add(m.acknowledged);
      if (acknowledged.size > 20) resolve();
    });
  });
  wholeBatches(await allRows(temp.storage, 'tsdb-meta'));
  writer.kill('SIGKILL');
  await once(writer, 'exit');
  expect(await temp.storage.increment('tsdb-uid', Buffer.of(0), ID, Buffer.from('q'), 5n)).toBe(5n);
  const found = wholeBatches(await allRows(temp.storage, 'tsdb'));
  expect([...acknowledged].filter((batch) => !found.has(batch))).toEqual([]);
});

it('fails puts with a StorageError when the file cannot grow, keeps what it acknowledged, and lives', async () => {
  // A limit on the size of files does what a full disk does.
  const script = ['-r', join(SUPPORT, 'ts-hook.cjs'), join(SUPPORT, 'store-child.ts'), temp.path, 'fill', '60', '700']
    .map((a) => `'${a}'`)
    .join(' ');
  const limited = spawn('sh', ['-c', `trap '' XFSZ; ulimit -f 8000; exec '${process.execPath}' ${script}`], {
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  children.push(limited);
  const [{ acknowledged, errors, found }] = await answers<{ acknowledged: number; errors: string[]; found: number }>(limited);
  expect(errors.length).toBeGreaterThan(0);
  for (const e of errors) expect(e).toMatch(/^true: The embedded store in .* could not write: /);
  expect(acknowledged + errors.length).toBe(60);
  expect(found).toBe(acknowledged);
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
