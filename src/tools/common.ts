import type { Command } from 'commander';
import { checkConfig, commandLineOverrides, ConfigValueError, loadConfig, type GivenOptions, type LoadedConfig } from '../config';
import type { Log } from '../util/log';
import type { LogOutput } from '../util/log-outputs';
import { logLine, LogSystem } from '../util/logger';
import { HelpRequest, UsageError } from './arguments';
import { causeLines, describeError } from './error-text';
import { Progress } from './progress';
import { coloured } from './terminal';
import { ReaderGoneError } from './text-output';

/** Exit code of a tool whose output nobody takes: 128 and the number of SIGPIPE. */
const READER_GONE = 141;

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
    .option('--zkquorum <SPEC>', 'ZooKeeper hosts of the HBase cluster (default: as configured, or none: the embedded store)')
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

/**
 * Log lines of a tool, in the original's console format. As with the original's packages, the tools' own lines are on stdout; other classes
 * log to a file there, and here only what they warn of is shown, on stderr.
 */
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

  /** @param cause told in a line of its own, where the original shows its stack */
  error(message: string, cause?: unknown): void {
    this.write('ERROR', message);
    if (cause !== undefined) this.io.stdout.write(`${describeError(cause)}\n`);
  }

  /** The log of another class among the tools. */
  named(logger: string): ToolLog {
    return new ToolLog(this.io, logger, this.quiet);
  }

  /** The log of a class that is no tool. */
  aside(logger: string): Log {
    const { io } = this;
    const write = (level: string, message: string): void => {
      Progress.makeRoom(io);
      io.stderr.write(`${coloured(io.stderr, level, lineOf(level, logger, message))}\n`);
    };
    return { debug: () => {}, info: () => {}, warn: (message) => write('WARN', message), error: (message) => write('ERROR', message) };
  }

  private write(level: string, message: string): void {
    Progress.makeRoom(this.io);
    this.io.stdout.write(`${coloured(this.io.stdout, level, lineOf(level, this.logger, message))}\n`);
  }
}

/** Loggers of what a tool is made of: only what they warn of is shown, on stderr. */
export function logsOfParts({ stderr }: ToolIo): LogSystem {
  const output: LogOutput = { write: (line) => void stderr.write(`${line}\n`), close: () => Promise.resolve() };
  return new LogSystem({ level: 'WARN', outputs: [output] });
}

function lineOf(level: string, logger: string, message: string): string {
  return logLine({ time: Date.now(), level, thread: 'main', logger, message, stack: null });
}

/**
 * Runs a tool. Help goes to stdout with exit code 0. A refused command line is exit code 2, an invalid configuration one line and exit code 1. Any other error that the tool doesn't
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
    if (e instanceof HelpRequest) {
      io.stdout.write(e.text);
      return 0;
    }
    // As a process that the signal of a broken pipe ends: silent.
    if (e instanceof ReaderGoneError) return READER_GONE;
    if (e instanceof ConfigValueError) {
      io.stderr.write(`${e.message}\n`);
      return 1;
    }
    io.stderr.write(`Exception in thread "main" ${describeError(e)}\n`);
    if (e instanceof Error) io.stderr.write(causeLines(e.cause, e.message));
    return 1;
  }
}
