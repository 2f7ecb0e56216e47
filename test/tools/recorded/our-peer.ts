import { PassThrough, Readable } from 'node:stream';
import { join } from 'node:path';
import { createStore } from '../../../src/app';
import { loadConfig } from '../../../src/config';
import type { Storage } from '../../../src/storage';
import { main } from '../../../src/tools/main';
import { STEADY_SETTINGS, type Peer, type RawOutcome } from './play';
import type { RunStep } from './scenario';

/** Our tools, in this process. */
export async function runOurs(command: string, args: readonly string[], config: string, { stdin }: RunStep): Promise<RawOutcome> {
  const io = { stdout: new PassThrough(), stderr: new PassThrough(), stdin: Readable.from([Buffer.from(stdin ?? '')]) };
  const texts = [io.stdout, io.stderr].map(collect);
  const code = await main([command, ...(command === 'version' ? [] : [`--config=${config}`]), ...args], io, 'tsdb');
  io.stdout.end();
  io.stderr.end();
  const [stdout, stderr] = await Promise.all(texts);
  return { code, stdout, stderr };
}

async function collect(stream: PassThrough): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(part as Buffer);
  return Buffer.concat(parts).toString();
}

/** Our tools on an embedded store of their own. */
export const embeddedPeer: Peer = {
  settings: { 'tsd.storage.engine': 'embedded', 'tsd.storage.embedded.path': '$DIR/store', ...STEADY_SETTINGS },
  tables: { data: 'tsdb', uid: 'tsdb-uid', tree: 'tsdb-tree', meta: 'tsdb-meta' },
  prefix: '',
  async withStorage(dir: string, work: (storage: Storage) => Promise<void>): Promise<void> {
    const overrides: [string, string][] = [
      ['tsd.storage.engine', 'embedded'],
      ['tsd.storage.embedded.path', join(dir, 'store')],
    ];
    const { storage } = createStore(loadConfig({ overrides, searchPath: [] }).config);
    await storage.open();
    try {
      await work(storage);
    } finally {
      await storage.close();
    }
  },
  run: runOurs,
};
