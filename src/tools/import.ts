import { createToolApp, withStore, type App } from '../app';
import { readImportSettings } from '../config/settings';
import { NoSuchUniqueName, FailedToAssignUniqueId, type Uids } from '../uid';
import { ThrottleError, type StorageError } from '../storage';
import { IllegalArgumentError } from '../util/errors';
import type { PointWriter } from '../write';
import type { Compaction } from '../write/compaction';
import { declareTool, usageOf, parseArguments } from './arguments';
import { addAutoMetric, addCommonOptions, loadCheckedConfig, logsOfParts, runTool, ToolLog, type ToolIo } from './common';
import { Interrupted, interruptible } from './interrupt';
import { FieldError, LineImporter } from './import-line';
import { forEachLine, openInput } from './import-lines';
import { Progress } from './progress';

const USAGE = `Usage: import path [more paths]
Reads lines of METRIC TIME VALUE TAGK=TAGV [TAGK=TAGV...], as \`scan --import\` prints them and tsddrain gathers them; - after -- is standard input.
This tool can directly read gzip'ed input files whose names end in .gz.
`;

const PROGRESS_POINTS = 1_000_000;
/** Points after which people at a terminal see a step. */
const SHOWN_POINTS = 10_000;
const ASYNC_FAILURE = 2;
/** Milliseconds that the last flush of the compaction queue may take: enough for some millions of rows. */
const COMPACTION_MS = 600_000;

/** `tsdb import`: loads text files of points. Mirrors TextImporter: lines, messages, exit codes. */
export function run(argv: readonly string[], io: ToolIo): Promise<number> {
  return runTool(io, async () => {
    const command = addAutoMetric(addCommonOptions(declareTool('import', USAGE))).option(
      '--skip-errors',
      'Whether or not to skip exceptions during processing',
    );
    const paths = parseArguments(command, argv);
    if (paths.length === 0) {
      io.stderr.write(usageOf(command));
      return 2;
    }
    const { config } = loadCheckedConfig(command);
    const log = new ToolLog(io, 'TextImporter');
    const app = createToolApp(config, logsOfParts(io), {
      durability: 'skip',
      drainMs: COMPACTION_MS,
      uidLogger: log.aside('UniqueId'),
    });
    const { data, uid } = app.model.tables;
    const skipErrors = command.opts<{ skipErrors?: true }>().skipErrors === true;
    return withStore(app, [data, uid], () =>
      interruptible(async (signal) => {
        app.compaction.start();
        const job = new ImportJob(io, log, app, skipErrors, signal);
        try {
          return await job.importAll(paths, new LineImporter(app, readImportSettings(config), job));
        } finally {
          await job.close();
        }
      }),
    );
  });
}

class ImportJob {
  private failure: StorageError | null = null;
  private readonly uids: Uids;
  private readonly writer: PointWriter;
  private readonly compaction: Compaction;
  private readonly progress: Progress;
  /** Lines of the current file that have been taken. */
  private lines = 0;

  constructor(
    private readonly io: ToolIo,
    private readonly log: ToolLog,
    { uids, writer, compaction }: App,
    private readonly skipErrors: boolean,
    private readonly signal: AbortSignal,
  ) {
    this.uids = uids;
    this.writer = writer;
    this.compaction = compaction;
    this.progress = new Progress(io, 'points');
  }

  /** A write that storage refused after it was accepted: the run ends. */
  failed(error: StorageError): void {
    this.failure ??= error;
  }

  async importAll(paths: readonly string[], lines: LineImporter): Promise<number> {
    const start = process.hrtime.bigint();
    let points = 0;
    for (const [i, path] of paths.entries()) {
      try {
        const n = await this.importFile(path, lines);
        if (n === null) return ASYNC_FAILURE;
        points += n;
      } catch (error) {
        if (!(error instanceof Interrupted)) throw error;
        return await this.interrupted(error, path, paths.slice(i + 1));
      }
    }
    await this.writer.flush();
    if (this.failure) return this.asyncFailure(paths[paths.length - 1]);
    const seconds = Number(process.hrtime.bigint() - start) / 1e9;
    this.log.info(`Total: imported ${points} data points in ${seconds.toFixed(3)}s (${(points / seconds).toFixed(1)} points/s)`);
    await this.printStats();
    return 0;
  }

  /** What was read is stored before it is told how to go on. */
  private async interrupted({ message, exitCode }: Interrupted, path: string, further: readonly string[]): Promise<number> {
    await this.writer.flush();
    if (this.failure) return this.asyncFailure(path);
    this.progress.end();
    const unpack = path.endsWith('.gz') ? `zcat ${path} | tail -n +${this.lines + 1}` : `tail -n +${this.lines + 1} ${path}`;
    const rest =
      path === '-' ? `from line ${this.lines + 1} on` : `with: ${unpack} | tsdb import -- -${further.map((each) => ` ${each}`).join('')}`;
    this.io.stderr.write(`${message}: ${this.lines} lines of ${path} have been read and stored. Go on ${rest}\n`);
    return exitCode;
  }

  /** What was accepted is stored, then the rows whose hour is over are compacted; not when storage has failed, as in the original. */
  async close(): Promise<void> {
    this.progress.end();
    await this.writer.close();
    if (this.failure) return;
    await this.compaction.close();
  }

  /** @returns how many points, or null when storage failed */
  private async importFile(path: string, lines: LineImporter): Promise<number | null> {
    const start = Date.now();
    let points = 0;
    let since = start;
    const input = await openInput(path, this.io.stdin);
    this.lines = 0;
    this.log.info(`reading from file:${path}`);
    const skip = (bytes: Buffer, from: number, to: number, error: unknown): void => {
      const line = bytes.toString('utf8', from, to);
      if (!this.skipErrors || !isLineError(error)) {
        this.log.error(`Exception caught while processing file ${path} line=[${line}]`);
        throw error;
      }
      this.log.error(error instanceof FieldError ? error.skipped : `Exception: ${error.message}`);
      this.log.error(`error while processing file ${path} line=${line}... Continuing`);
    };
    const count = (): void => {
      if (++points % SHOWN_POINTS !== 0) return;
      this.progress.add(SHOWN_POINTS);
      if (points % PROGRESS_POINTS !== 0) return;
      const now = Date.now();
      const milliseconds = Math.max(1, now - since);
      this.log.info(`... ${points} data points in ${milliseconds}ms (${((PROGRESS_POINTS * 1000) / milliseconds).toFixed(1)} points/s)`);
      since = now;
    };
    const slow = async (bytes: Buffer, from: number, to: number, waiting: Promise<void>): Promise<void> => {
      try {
        await waiting;
        count();
      } catch (error) {
        if (error instanceof ThrottleError) {
          this.log.warn("Need to throttle, HBase isn't keeping up.");
          this.log.info('Throttling...');
          await this.turn();
          this.log.info('Done throttling...');
          await slow(bytes, from, to, Promise.resolve(lines.add(bytes, from, to)));
        } else skip(bytes, from, to, error);
      }
    };
    await forEachLine(input, (bytes, from, to) => {
      if (this.signal.aborted) throw this.signal.reason;
      this.lines++;
      const waiting = lines.add(bytes, from, to);
      if (waiting) return slow(bytes, from, to, waiting);
      count();
      return this.writer.accepting && !this.failure ? undefined : this.turn();
    });
    if (this.failure) return (this.asyncFailure(path), null);
    const milliseconds = Math.max(1, Date.now() - start);
    this.log.info(
      `Processed ${path} in ${milliseconds} ms, ${points} data points (${((points * 1000) / milliseconds).toFixed(1)} points/s)`,
    );
    return points;
  }

  private turn(): Promise<void> {
    if (this.failure) throw this.failure;
    return this.writer.mayWrite();
  }

  private asyncFailure(path: string): number {
    this.log.error(`Exception caught while processing file ${path}: ${this.failure?.message}`);
    return ASYNC_FAILURE;
  }

  /** The figures of the run, on stderr. */
  private async printStats(): Promise<void> {
    const now = Math.floor(Date.now() / 1000);
    const sink = {
      record: (name: string, value: number | bigint | string, tags: Readonly<Record<string, string>> = {}): void => {
        const pairs = Object.entries(tags).map(([k, v]) => ` ${k}=${v}`);
        this.io.stderr.write(`tsd.${name} ${now} ${value}${pairs.join('')}\n`);
      },
    };
    await this.uids.collectStats(sink, await this.uids.usedIds());
    await this.writer.collectStats(sink);
    await this.compaction.collectStats(sink);
  }
}

/** Whether a bad line caused it, as opposed to storage. */
function isLineError(error: unknown): error is Error {
  return (
    error instanceof FieldError ||
    error instanceof IllegalArgumentError ||
    error instanceof NoSuchUniqueName ||
    error instanceof FailedToAssignUniqueId
  );
}
