import { createLogger, transports, type Logger } from 'winston';
import { Writable } from 'node:stream';
import { LayeredConfig } from '../../../../src/config';
import type { SpoolSettings } from '../../../../src/config/settings';
import type { Storage } from '../../../../src/storage';
import type { Uids } from '../../../../src/uid';
import { NO_PLUGINS, type PointWriter, type WritePlugins } from '../../../../src/write';
import { Spool, type SpoolPace } from '../../../../src/write/spool';
import { uidsOn, writerOn } from '../../../support/parts';
import { figuresOf } from '../../../support/figures';

export interface Spooling {
  writer: PointWriter;
  uids: Uids;
  spool: Spool;
  /** Log lines so far. */
  log: string[];
  /** A figure of the writer by name and tags. */
  figure(key: string): number;
  add(timestamp: number, value: string, host?: string, metric?: string): Promise<void>;
}

const FAST: Omit<SpoolLimits, 'path'> = { maxBytes: 64 << 20, afterMs: 100, firstPauseMs: 20, longestPauseMs: 100 };

type SpoolLimits = SpoolSettings & SpoolPace;

/** A store that is well has all the time: to look for names on a busy machine may take longer than a deadline, and that is not tested. */
const WELL_MS = 30_000;

/** A writer with a spool in front of a store. */
export async function spoolingOn(
  storage: Storage,
  path: string,
  { spool: spoolSettings = {}, config: settings = {}, plugins = NO_PLUGINS, isWell = () => false }: Options = {},
): Promise<Spooling> {
  const { logger, log } = keepingLog();
  const config = new LayeredConfig(Object.entries({ 'tsd.core.auto_create_metrics': 'true', ...settings }));
  const uids = uidsOn(storage, config);
  const limits = { ...FAST, path, ...spoolSettings };
  const spool = await Spool.open(limits, storage, logger);
  Object.defineProperty(spool.points.settings, 'afterMs', { get: () => Math.max(limits.afterMs, isWell() ? WELL_MS : 0) });
  const writer = writerOn(storage, config, uids, { logger, plugins, spool });
  writer.startReplay();
  return {
    writer,
    uids,
    spool,
    log,
    figure: (key) => figuresOf(writer)[key] ?? NaN,
    add: (timestamp, value, host = 'a', metric = 'm') =>
      writer.addPoint({ metric, timestamp: String(timestamp), value, tags: new Map([['host', host]]) }, 'telnet'),
  };
}

export interface Options {
  spool?: Partial<SpoolLimits>;
  config?: Record<string, string>;
  plugins?: WritePlugins;
  /** Whether storage takes what it is given. */
  isWell?: () => boolean;
}

function keepingLog(): { logger: Logger; log: string[] } {
  const log: string[] = [];
  const stream = new Writable({
    objectMode: true,
    write(entry: { level: string; message: string }, _encoding, done) {
      log.push(`${entry.level}: ${entry.message}`);
      done();
    },
  });
  const logger = createLogger({ transports: [new transports.Stream({ stream })] });
  return { logger, log };
}
