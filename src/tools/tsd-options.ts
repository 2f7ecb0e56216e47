import type { Command } from 'commander';
import { declareTool, usageOf } from './arguments';
import { addAutoMetric, addCommonOptions } from './common';

/** Declares the daemon's command line. Mirrors TSDMain with CliOptions. */
export function declareTsd(): Command {
  const command = declareTool('tsd', 'Usage: tsd --port=PORT --staticroot=PATH --cachedir=PATH\n')
    .option('--port <NUM>', 'TCP port to listen on.')
    .option('--bind <ADDR>', 'Address to bind to (default: 0.0.0.0).')
    .option('--staticroot <PATH>', 'Web root from which to serve static files (/s URLs).')
    .option('--cachedir <PATH>', 'Directory under which to cache result of requests.')
    .option('--backlog <NUM>', "Size of connection attempt queue (default: the system's).")
    .option('--read-only <true|false>', 'Set tsd.mode to ro; any value will do (default: false).')
    .option('--disable-ui <true|false>', 'Set tsd.core.enable_ui to false; any value will do (default: false).')
    .option('--disable-api <true|false>', 'Set tsd.core.enable_api to false; any value will do (default: false).')
    .option('--worker-threads <NUM>', 'Processes that work behind the port.')
    .option('--async-io <true|false>', 'Accepted for compatibility.')
    .option('--flush-interval <MSEC>', 'Accepted for compatibility.')
    .option('--max-connections <NUM>', 'Accepted for compatibility; see tsd.core.connections.limit.')
    .option('--statswport', 'Accepted for compatibility; see tsd.core.stats_with_port.');
  return addAutoMetric(addCommonOptions(command));
}

/** What stderr gets below the message that says what is missing. */
export const tsdUsage = usageOf;
