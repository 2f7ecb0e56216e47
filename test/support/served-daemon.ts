import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startDaemon } from '../server/support/daemon';
import { DaemonProcess } from '../tools/support/daemon-process';
import { configureServed } from './daemon-config';
import { endChild } from './end-child';
import { TEST_WORKERS } from './worker-settings';

/** A daemon for suites that know it by its port only. */
export interface ServedDaemon {
  readonly port: number;
  /** Stops it and removes what it kept. */
  stop(): Promise<void>;
}

/** Starts one on an embedded store of its own: in this process, or with `TSDB_TEST_WORKERS` in processes as users have them. */
export async function startServed(settings: Record<string, string> = {}): Promise<ServedDaemon> {
  if (TEST_WORKERS === 1) return startDaemon(settings);
  const root = mkdtempSync(join(tmpdir(), 'tsd-served-'));
  const port = await configureServed(root, settings);
  const daemon = new DaemonProcess(root, ['--config=opentsdb.conf']);
  await daemon.ready();
  return {
    port,
    async stop() {
      await endChild(daemon.child);
      rmSync(root, { recursive: true, force: true });
    },
  };
}
