import type { Command } from 'commander';
import { checkConfig, commandLineOverrides, ConfigValueError, loadConfig, type GivenOptions, type LoadedConfig } from '../config';
import { javaClassOf } from '../util/errors';
import { logLine } from '../util/logger';
import { UsageError } from './arguments';

/** The streams a tool talks to; `process` is one. */
export interface ToolIo {
  stdout: NodeJS.WritableStream;
  stderr: NodeJS.WritableStream;
  stdin: NodeJS.ReadableStream;
}

/** Declares what every tool but `version` takes. Mirrors CliOptions.addCommon. */
export function addCommonOptions(command: Command): Command {
  return command
    .option('--config <PATH>', 'configuration file (default: the first of the usual places)')
    .option('--table <TABLE>', 'table of data points (default: tsdb)')
    .option('--uidtable <TABLE>', 'table of UIDs (default: tsdb-uid)')
    .option('--zkquorum <SPEC>', 'ZooKeeper hosts of the HBase cluster (default: localhost)')
    .option('--zkbasedir <PATH>', 'ZooKeeper path of the HBase cluster (default: /hbase)');
}

/** Declares `-v`, for the tools that are quiet without it: `query` and `uid`. */
export function addVerbose(command: Command): Command {
  return command.option('-v, --verbose', 'log everything, not only warnings and errors');
}

/** Declares `--auto-metric`, for the tools that write points. */
export function addAutoMetric(command: Command): Command {
  return command.option('--auto-metric', 'assign UIDs to unknown metrics');
}

/**
 * The configuration under the command line. Mirrors CliOptions.getConfig.
 * @throws ConfigFileNotFoundError, MalformedEscapeError
 */
export function loadToolConfig(command: Command): LoadedConfig {
  const options = command.opts<GivenOptions>();
  return loadConfig({ file: typeof options.config === 'string' ? options.config : null, overrides: commandLineOverrides(options) });
}

/**
 * The same, with its values checked by {@link checkConfig}. Only the daemon warns of values that the original tolerates.
 * @throws ConfigFileNotFoundError, MalformedEscapeError, ConfigValueError
 */
export function loadCheckedConfig(command: Command): LoadedConfig {
  const loaded = loadToolConfig(command);
  checkConfig(loaded.config);
  return loaded;
}

/** Log lines of a tool: on stdout, in the original's console format. */
export class ToolLog {
  /** @param quiet warnings and errors alone */
  constructor(
    private readonly io: ToolIo,
    private readonly logger: string,
    private readonly quiet = false,
  ) {}

  debug(_message: string): void {}

  info(message: string): void {
    if (!this.quiet) this.write('INFO', message);
  }

  warn(message: string): void {
    this.write('WARN', message);
  }

  error(message: string): void {
    this.write('ERROR', message);
  }

  /** The same output under the name of another class. */
  named(logger: string): ToolLog {
    return new ToolLog(this.io, logger, this.quiet);
  }

  private write(level: string, message: string): void {
    this.io.stdout.write(`${logLine({ time: Date.now(), level, thread: 'main', logger: this.logger, message, stack: null })}\n`);
  }
}

/**
 * Runs a tool. A refused command line is exit code 2, an invalid configuration one line and exit code 1. Any other error that the tool doesn't
 * handle is shown as a JVM shows an uncaught exception, `Exception in thread "main" CLASS: MESSAGE` on stderr, with exit code 1.
 */
export async function runTool(io: ToolIo, work: () => Promise<number>): Promise<number> {
  try {
    return await work();
  } catch (e) {
    if (e instanceof UsageError) {
      io.stderr.write(`Invalid usage.  ${e.message}\n`);
      return 2;
    }
    if (e instanceof ConfigValueError) {
      io.stderr.write(`${e.message}\n`);
      return 1;
    }
    const error = e instanceof Error ? e : new Error(String(e));
    io.stderr.write(`Exception in thread "main" ${javaClassOf(error)}: ${error.message}\n`);
    for (let { cause } = error; cause instanceof Error; cause = cause.cause)
      io.stderr.write(`Caused by: ${javaClassOf(cause)}: ${cause.message}\n`);
    return 1;
  }
}
