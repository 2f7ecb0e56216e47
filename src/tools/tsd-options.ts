import type { Command } from 'commander';
import { declareTool, optionsUsage } from './arguments';
import { addAutoMetric, addCommonOptions } from './common';

/** What an option sets: the key, and the value where the option's own doesn't count. */
const SETTINGS: Readonly<Record<string, { key: string; value?: string }>> = {
  port: { key: 'tsd.network.port' },
  bind: { key: 'tsd.network.bind' },
  staticroot: { key: 'tsd.http.staticroot' },
  cachedir: { key: 'tsd.http.cachedir' },
  backlog: { key: 'tsd.network.backlog' },
  asyncIo: { key: 'tsd.network.async_io' },
  workerThreads: { key: 'tsd.network.worker_threads' },
  flushInterval: { key: 'tsd.core.flushinterval' },
  readOnly: { key: 'tsd.mode', value: 'ro' },
  disableUi: { key: 'tsd.core.enable_ui', value: 'false' },
  disableApi: { key: 'tsd.core.enable_api', value: 'false' },
};

/** Declares the daemon's command line. Mirrors TSDMain with CliOptions. */
export function declareTsd(): Command {
  const command = declareTool('tsd')
    .option('--port <NUM>', 'TCP port to listen on.')
    .option('--bind <ADDR>', 'Address to bind to (default: 0.0.0.0).')
    .option('--staticroot <PATH>', 'Web root from which to serve static files (/s URLs).')
    .option('--cachedir <PATH>', 'Directory under which to cache result of requests.')
    .option('--backlog <NUM>', "Size of connection attempt queue (default: the system's).")
    .option('--read-only <true|false>', 'Set tsd.mode to ro; any value will do (default: false).')
    .option('--disable-ui <true|false>', 'Set tsd.core.enable_ui to false; any value will do (default: false).')
    .option('--disable-api <true|false>', 'Set tsd.core.enable_api to false; any value will do (default: false).')
    .option('--worker-threads <NUM>', 'Accepted for compatibility.')
    .option('--async-io <true|false>', 'Accepted for compatibility.')
    .option('--flush-interval <MSEC>', 'Accepted for compatibility.')
    .option('--max-connections <NUM>', 'Accepted for compatibility; see tsd.core.connections.limit.')
    .option('--statswport', 'Accepted for compatibility; see tsd.core.stats_with_port.');
  return addAutoMetric(addCommonOptions(command));
}

/** The keys that the given options set. */
export function tsdOverrides(command: Command): (readonly [key: string, value: string])[] {
  const options = command.opts<Record<string, string | true | undefined>>();
  const overrides: (readonly [string, string])[] = [];
  for (const [option, { key, value }] of Object.entries(SETTINGS)) {
    const given = options[option];
    if (typeof given === 'string') overrides.push([key, value ?? given]);
  }
  return overrides;
}

/** What stderr gets below the message that says what is missing. */
export const tsdUsage = (command: Command): string => `Usage: tsd --port=PORT --staticroot=PATH --cachedir=PATH\n${optionsUsage(command)}`;
