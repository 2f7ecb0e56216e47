import { readUidSettings } from '../../config/settings';
import type { Config } from '../../config/types';
import type { Storage } from '../../storage';
import type { DataModel } from '../../tables';
import { readSeal } from '../../uid';
import type { Log } from '../../util/log';
import type { SharedSeries } from '../shared-series';

interface SharedSeriesParts {
  readonly config: Config;
  readonly storage: Storage;
  readonly model: DataModel;
  readonly logger: Log;
}

/** What daemons tell each other of tracked series; null: there is no Redis. */
export function createSharedSeries({ config, storage, model, logger }: SharedSeriesParts): SharedSeries | null {
  const { redis } = readUidSettings(config);
  if (redis === null) return null;
  // Loaded only where it is wanted, as the client takes a tenth of a second of every start.
  const { RedisSeries } = require('./redis-series') as typeof import('./redis-series');
  return new RedisSeries(redis, () => readSeal(storage, model.tables.uid.name), logger);
}
