import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LayeredConfig } from '../../../src/config';
import { Daemon } from '../../../src/server/daemon';
import type { PortSettings } from '../../../src/server/port-settings';
import { LogSystem } from '../../../src/util/logger';

export interface TestDaemon {
  daemon: Daemon;
  port: number;
  logs: LogSystem;
  /** Files under /s/ go here. */
  staticRoot: string;
  dataPath: string;
  /** Stops the daemon and removes what it kept. */
  stop(): Promise<void>;
}

/** A real daemon on an embedded store of its own, on a free port of the loopback address. */
export async function startDaemon(settings: Record<string, string> = {}, port: Partial<PortSettings> = {}): Promise<TestDaemon> {
  const root = mkdtempSync(join(tmpdir(), 'tsd-test-'));
  const config = new LayeredConfig(
    Object.entries({
      'tsd.network.port': '0',
      'tsd.network.bind': '127.0.0.1',
      'tsd.http.staticroot': root,
      'tsd.http.cachedir': root,
      'tsd.storage.embedded.path': join(root, 'data'),
      'tsd.core.auto_create_metrics': 'true',
      ...settings,
    }),
  );
  const logs = new LogSystem({ console: false });
  const remove = (): void => rmSync(root, { recursive: true, force: true });
  try {
    const daemon = await Daemon.start(config, logs, { port, drawArguments: ['-r', join(__dirname, '../../support/ts-hook.cjs')] });
    return {
      daemon,
      port: daemon.address.port,
      logs,
      staticRoot: root,
      dataPath: join(root, 'data'),
      async stop() {
        await daemon.shutdown('test');
        remove();
      },
    };
  } catch (error) {
    remove();
    throw error;
  }
}
