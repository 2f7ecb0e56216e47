import { fork, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { listenerOf } from './process-meter.mjs';

const ROOT = resolve(import.meta.dirname, '../..');
const TABLES = { data_table: 'tsdb', uid_table: 'tsdb-uid', tree_table: 'tsdb-tree', meta_table: 'tsdb-meta' };

/**
 * Stores to measure with, each the own one of a peer:
 *
 *   lines     of the configuration, that a TSD needs to use it
 *   pid       of its process, if it has one on this machine
 *   create(config)   makes tables, if it has some
 *   discarded()      points that came, for the one that keeps none
 *   bytes()          on disk; null: not known
 *   drop()           takes everything away
 */

/** Tables with names of their own on a HBase that runs. */
function hbase({ zk, prefix }) {
  const quorum = zk.split(',')[0];
  return {
    kind: 'hbase',
    pid: listenerOf(/:(\d+)/.exec(quorum)?.[1] ?? 2181),
    lines: [
      `tsd.storage.hbase.zk_quorum = ${zk}`,
      ...Object.entries(TABLES).map(([key, name]) => `tsd.storage.hbase.${key} = ${prefix}${name}`),
    ],
    create(config) {
      const made = spawnSync(process.execPath, [join(ROOT, 'dist/bin/main.js'), 'tables', 'create', '--config', config], {
        encoding: 'utf8',
      });
      if (made.status !== 0) throw new Error(`no tables: ${made.stdout}${made.stderr}`);
    },
    discarded: async () => null,
    bytes: () => null,
    drop: () => dropTables(zk, prefix),
  };
}

/** Disables and deletes the four tables that begin with a prefix, where they exist. */
export async function dropTables(zk, prefix) {
  const { HBaseAdmin, HBaseStorage } = createRequire(join(ROOT, 'dist/'))('./storage/hbase');
  const storage = HBaseStorage.withOptions({ zkQuorum: zk });
  await storage.open();
  const admin = new HBaseAdmin(storage.cluster);
  for (const name of Object.values(TABLES)) {
    if ((await admin.tableState(prefix + name)) === 'ENABLED') await admin.disableTable(prefix + name);
    await admin.deleteTable(prefix + name).catch(() => {});
  }
  admin.close();
  await storage.close();
}

/** A HBase that keeps names and forgets points, in a process of its own. */
async function sink({ prefix }) {
  const support = join(ROOT, 'test/support');
  const child = fork(join(support, 'hbase-sink/main.ts'), [], {
    execArgv: ['-r', join(support, 'ts-hook.cjs')],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const ask = async () => {
    child.send('counts');
    return (await once(child, 'message'))[0];
  };
  const { quorum } = await ask();
  return {
    ...hbase({ zk: quorum, prefix }),
    kind: 'sink',
    pid: child.pid,
    create: () => {},
    discarded: async () => (await ask()).discarded[`${prefix}${TABLES.data_table}`] ?? 0,
    async drop() {
      child.disconnect();
      await once(child, 'exit');
    },
  };
}

function bytesBelow(dir) {
  let bytes = 0;
  for (const entry of readdirSync(dir, { withFileTypes: true })) {
    const path = join(dir, entry.name);
    bytes += entry.isDirectory() ? bytesBelow(path) : statSync(path).blocks * 512;
  }
  return bytes;
}

/** Files in a directory, which goes with everything else of the run. */
export function files(dir) {
  mkdirSync(dir, { recursive: true });
  return {
    kind: 'embedded',
    pid: null,
    lines: ['tsd.storage.engine = embedded', `tsd.storage.embedded.path = ${dir}`],
    create: () => {},
    discarded: async () => null,
    bytes: () => bytesBelow(dir),
    drop: async () => {},
  };
}

/** @param kind hbase, sink or embedded; `prefix` of tables and `dir` of files that are nobody else's */
export async function openStore(kind, { zk, prefix, dir }) {
  if (kind === 'sink') return sink({ prefix });
  return kind === 'embedded' ? files(join(dir, 'store')) : hbase({ zk, prefix });
}

/** Waits until so many points have come to a store that keeps none. */
export async function untilDiscarded(store, wanted, giveUpMs) {
  const giveUp = performance.now() + giveUpMs;
  for (;;) {
    const came = await store.discarded();
    if (came >= wanted) return came;
    if (performance.now() > giveUp) throw new Error(`only ${came} of ${wanted} points came to the store`);
    await sleep(5);
  }
}
