import type { Config } from '../../src/config/types';
import { readUidSettings, readWriteSettings } from '../../src/config/settings';
import { readDataModel } from '../../src/tables';
import type { Storage } from '../../src/storage';
import { createUids, loadFilter, type Uids } from '../../src/uid';
import type { Log } from '../../src/util/log';
import { createPointWriter, type PointWriter, type WriterParts } from '../../src/write';

/** The UIDs of a configuration over a store of a test's own. */
export function uidsOn(storage: Storage, config: Config, logger?: Log): Uids {
  const model = readDataModel(config);
  return createUids({ settings: readUidSettings(config), model, storage, logger, loadFilter: () => loadFilter(config, logger) });
}

/** The write path of a configuration over a store of a test's own. */
export function writerOn(
  storage: Storage,
  config: Config,
  uids: Uids,
  parts: Pick<WriterParts, 'logger' | 'plugins' | 'spool'>,
): PointWriter {
  return createPointWriter({ settings: readWriteSettings(config), model: readDataModel(config), storage, uids, ...parts });
}
