import { createLogger } from 'winston';
import { LayeredConfig } from '../../../src/config';
import type { Storage } from '../../../src/storage';
import type { Uids } from '../../../src/uid';
import type { PointWriter, WritePlugins } from '../../../src/write';
import { uidsOn, writerOn } from '../../support/parts';

export const silent = createLogger({ silent: true });

export interface Writing {
  config: LayeredConfig;
  uids: Uids;
  writer: PointWriter;
}

/** A writer on a store; metrics are created unless the settings say otherwise. */
export function writingOn(storage: Storage, settings: Record<string, string> = {}, plugins?: WritePlugins): Writing {
  const config = new LayeredConfig(Object.entries({ 'tsd.core.auto_create_metrics': 'true', ...settings }));
  const uids = uidsOn(storage, config);
  return { config, uids, writer: writerOn(storage, config, uids, { logger: silent, plugins }) };
}

/** Every cell of a table as `row qualifier=value`, in hex, in key order. */
export async function cellsOf(storage: Storage, table = 'tsdb'): Promise<string[]> {
  const cells: string[] = [];
  for await (const rows of storage.scan(table, { start: Buffer.alloc(0), stop: Buffer.alloc(0) }))
    for (const row of rows)
      for (let i = 0; i < row.size; i++)
        cells.push(`${row.key.toString('hex')} ${row.qualifier(i).toString('hex')}=${row.value(i).toString('hex')}`);
  return cells;
}
