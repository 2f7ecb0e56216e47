import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from './free-port';
import { workerSettings } from './worker-settings';

/** Writes `opentsdb.conf` for a daemon on an embedded store that keeps everything in a directory. @returns its port */
export async function configureServed(root: string, settings: Record<string, string>): Promise<number> {
  const port = await freePort();
  const keys = {
    'tsd.network.port': String(port),
    'tsd.network.bind': '127.0.0.1',
    'tsd.http.staticroot': root,
    'tsd.http.cachedir': root,
    'tsd.storage.embedded.path': join(root, 'data'),
    'tsd.core.auto_create_metrics': 'true',
    ...workerSettings(),
    ...settings,
  };
  const lines = Object.entries(keys).map(([key, value]) => `${key} = ${value}\n`);
  writeFileSync(join(root, 'opentsdb.conf'), lines.join(''));
  return port;
}
