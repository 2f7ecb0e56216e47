import { cpus } from 'node:os';
import { createToolApp, withStore, type App } from '../app';
import { readQuerySettings, readTimeZone } from '../config/settings';
import type { Config } from '../config/types';
import {
  addTally,
  ALL_FIXES,
  Checkpoint,
  countsOf,
  cutTable,
  Fsck,
  NO_FIXES,
  Pace,
  totalErrors,
  walk,
  type Counts,
  type Fixes,
  type KeyRange,
  type Tally,
} from '../maintenance';
import { scanRows, type RowRange } from '../query';
import type { KeyLayout } from '../schema';
import { readUsedIds } from '../uid/stats';
import { IllegalArgumentError, NumberFormatError } from '../util/errors';
import { countOf, declareTool, parseArguments, UsageError, usageOf } from './arguments';
import { parseCommandQuery, type CommandQuery } from './command-query';
import { addCommonOptions, loadCheckedConfig, logsOfParts, runTool, ToolLog, type ToolIo } from './common';
import { throwIfNoStore } from './store-config';
import { FsckOutput } from './fsck-output';
import { interruptible, tellInterrupted } from './interrupt';
import { javaDate } from './java-date';
import { Progress } from './progress';

const USAGE = `Usage: fsck [flags] [START-DATE [END-DATE] query [queries...]]
Looks for errors in the table of data points: in all of it with --full-scan, else in what queries read; they are written as for \`query\`.
With --fix or --fix-all errors are repaired; --dry-run shows first what would be done.
`;
/** Ranges for each worker, so that one that is done early finds more to do. */
const RANGES_A_WORKER = 4;
const THREADS_A_CORE = 4;
/** Rows between two lines about the progress. */
const REPORT_ROWS = 10_000;

interface Options {
  fullScan?: true;
  fix?: true;
  fixAll?: true;
  compact?: true;
  resolveDuplicates?: true;
  lastWriteWins?: true;
  deleteOrphans?: true;
  deleteUnknownColumns?: true;
  deleteBadValues?: true;
  deleteBadRows?: true;
  deleteBadCompacts?: true;
  threads?: string;
  sync?: true;
  help?: true;
  dryRun?: true;
  json?: true;
  checkpoint?: string;
  rate?: string;
  force?: true;
}

/**
 * `tsdb fsck`: finds and repairs errors in the data table. Mirrors Fsck, without what that one loses.
 * Exit codes: 0 no error was found; 1 any was, also when all are repaired, or there is neither a query nor --full-scan; 2 for a wrong command line.
 */
export function run(argv: readonly string[], io: ToolIo): Promise<number> {
  return runTool(io, async () => {
    const command = addCommonOptions(declareTool('fsck', USAGE))
      .option('--full-scan', 'check the whole table')
      .option('--fix', 'repair what is found, as far as the other flags say')
      .option('--fix-all', 'all of the flags that repair something, but for the choice between duplicates')
      .option('--compact', "put each row's points into one column")
      .option('--resolve-duplicates', 'of several points at one time keep the oldest, or the newest: see --last-write-wins')
      .option('--last-write-wins', 'of duplicates keep the newest; also by tsd.storage.fix_duplicates')
      .option('--delete-orphans', 'delete rows with a UID that has no name')
      .option('--delete-unknown-columns', 'delete columns that nothing of OpenTSDB is in')
      .option('--delete-bad-values', 'delete points whose value cannot be read; those that a query can read are written as they should be')
      .option('--delete-bad-rows', 'delete rows with an invalid key')
      .option('--delete-bad-compacts', 'delete compacted columns that do not parse; what a query can read of them is kept')
      .option('--threads <NUMBER>', 'ranges of the table that are checked at once (default: two for each core)')
      .option('--sync', 'wait for each repair')
      .option('--help', 'print this')
      .option('--dry-run', 'print the mutations of the flags that repair something, and make none')
      .option('--json', 'print the counts as JSON; all lines go to stderr')
      .option('--checkpoint <FILE>', 'file that says how far a full scan has come: one that was stopped goes on from there')
      .option('--force', 'repair even when not one row of a sample is as the configuration says')
      .option('--rate <N>', 'most rows to read in a second (default: no limit)');
    const words = parseArguments(command, argv);
    const options = command.opts<Options>();
    const usage = (message: string, code: number): number => {
      io.stderr.write(`${message}\n${usageOf(command)}`);
      return code;
    };
    if (options.help === true) return usage('', 0);
    const threads = options.threads === undefined ? null : threadsOf(options.threads);
    const noQuery = (): number => usage("Must supply a query or use the '--full-scan' flag", 1);
    if (words.length === 0 && options.fullScan !== true) return noQuery();
    const { config } = loadCheckedConfig(command);
    const query = words.length === 0 ? null : parseCommandQuery(words, readTimeZone(config), Date.now());
    // Queries come before --full-scan, as in the original.
    if (query?.subQueries.length === 0) return noQuery();
    if (query !== null && options.checkpoint !== undefined) throw new UsageError('--checkpoint is for --full-scan alone');
    const rate = countOf('rate', options.rate, 0);
    throwIfNoStore(config);
    return interruptible((signal) => new FsckRun(config, options, rate, io, signal).run(query, threads));
  });
}

class FsckRun {
  private readonly output: FsckOutput;
  private readonly app: App;
  private readonly fsck: Fsck;
  private readonly fixes: Fixes;
  private readonly pace: Pace;
  private readonly progress: Progress;
  /** Seen so far. */
  private rows = 0;
  private points = 0;

  constructor(
    config: Config,
    private readonly options: Options,
    rate: number,
    private readonly io: ToolIo,
    private readonly signal: AbortSignal,
  ) {
    const log = new ToolLog(io, 'Fsck');
    this.progress = new Progress(io, 'rows');
    this.pace = new Pace(rate);
    const app = createToolApp(config, logsOfParts(io), { uidLogger: log.aside('UniqueId') });
    const output = new FsckOutput(io, options.json === true);
    const { model, storage } = app;
    const zone = readTimeZone(config);
    [this.app, this.output] = [app, output];
    this.fixes = fixesOf(options, model.merge.fixDuplicates);
    this.fsck = new Fsck({
      storage,
      model,
      table: model.tables.data.name,
      codec: app.uids.codec,
      fixes: this.fixes,
      sync: options.sync === true,
      date: (milliseconds) => javaDate(milliseconds, zone),
      log: (worker) => output.log(`Fsck #${worker + 1}`),
      signal,
      dryRun: options.dryRun === true ? (repair) => output.mutation(repair) : null,
      visited: (counts) => this.visited(counts),
    });
  }

  /** @param query null: the whole table @param threads null: as many as the machine suggests @returns the exit code */
  run(query: CommandQuery | null, threads: number | null): Promise<number> {
    const { app, output, options } = this;
    const { data, uid } = app.model.tables;
    return withStore(app, [data, uid], async () => {
      const started = performance.now();
      let counts: Counts;
      try {
        counts = countsOf(await (query === null ? this.full(threads) : this.queries(query)));
      } catch (error) {
        return tellInterrupted(error, this.io, goingOn(options.checkpoint));
      } finally {
        this.progress.end();
      }
      output.summary(counts);
      output.log('main').info(`Completed fsck in [${Math.floor((performance.now() - started) / 1000)}] seconds`);
      return totalErrors(counts) > 0 || counts.failedRepairs > 0 ? 1 : 0;
    });
  }

  private full(threads: number | null): Promise<Tally> {
    const { app, fsck, options, fixes, pace, signal } = this;
    const { model, storage } = app;
    const { data, uid } = model.tables;
    const main = this.output.log('main');
    const workers = model.layout.salt > 0 ? model.layout.saltBuckets : (threads ?? cpus().length * 2);
    main.info('Starting full table scan');
    main.info(`Spooling up [${workers}] worker threads`);
    const ranges = async (): Promise<KeyRange[]> => {
      const { metrics } = await readUsedIds(storage, uid.name);
      const cut = await cutTable(storage, data.name, model, metrics, workers * RANGES_A_WORKER);
      const implausible = options.force === true || options.dryRun === true ? null : await fsck.implausible(cut);
      if (implausible !== null) throw new IllegalArgumentError(otherConfiguration(implausible, model.layout));
      return cut;
    };
    const checkpoint = new Checkpoint(options.checkpoint ?? null, `fsck of ${data.name} with ${JSON.stringify(fixes)}`);
    return walk(
      { storage, table: data.name, signal, ranges, workers, pace, checkpoint },
      { visit: (rows, worker) => fsck.visit(rows, worker), finished: (worker) => this.finished(worker) },
    );
  }

  /** Query by query, the ranges of each side by side. */
  private async queries({ subQueries, ...times }: CommandQuery): Promise<Tally> {
    const { app, fsck, pace, signal } = this;
    const { config, model, storage, uids } = app;
    const tally: Tally = {};
    for (const { query } of subQueries) {
      const ranges = await scanRows({ settings: readQuerySettings(config), model, storage, uids }, query, times);
      const check = async (range: RowRange, worker: number): Promise<void> => {
        for await (const rows of range.rows({ signal })) {
          signal.throwIfAborted();
          addTally(tally, await fsck.visit(rows, worker));
          await pace.spend(rows.length, signal);
        }
      };
      const results = await Promise.allSettled(ranges.map(check));
      signal.throwIfAborted();
      for (const result of results) if (result.status === 'rejected') throw result.reason;
      ranges.forEach((_, worker) => this.finished(worker));
    }
    return tally;
  }

  private finished(worker: number): void {
    this.output.log('main').info(`Thread [Thread[Fsck #${worker + 1},5,]] Finished`);
  }

  private async visited(counts: Counts): Promise<void> {
    const before = this.rows;
    this.rows += counts.rows;
    this.points += counts.validPoints;
    this.progress.add(counts.rows);
    if (Math.floor(this.rows / REPORT_ROWS) > Math.floor(before / REPORT_ROWS))
      this.output.log('main').info(`Processed ${this.rows} rows, ${this.points} valid datapoints`);
    await this.output.taken();
  }
}

function otherConfiguration(rows: number, { salt, metric, tagk, tagv }: KeyLayout): string {
  return (
    `Not one of ${rows} rows has a key of a salt of ${salt} bytes and of UIDs of ${metric}, ${tagk} and ${tagv} bytes that have names: the table may be ` +
    `another configuration's, and nothing was changed. Look at tsd.storage.salt.width and tsd.storage.uid.width.*; --force repairs it nevertheless`
  );
}

function goingOn(checkpoint: string | undefined): string {
  const safe = 'what was repaired until now is whole';
  return checkpoint === undefined ? safe : `${safe}, and the same command goes on from ${checkpoint}`;
}

/** @throws NumberFormatError, IllegalArgumentError in the original's words */
function threadsOf(text: string): number {
  if (!/^[+-]?\d+$/.test(text)) throw NumberFormatError.forInput(text);
  const threads = Number(text);
  if (threads < 1) throw new IllegalArgumentError('Must have at least one thread');
  if (threads > cpus().length * THREADS_A_CORE)
    throw new IllegalArgumentError(`Not allowed to run more than ${THREADS_A_CORE} threads per core`);
  return threads;
}

/** A dry run shows what the flags would do if they were meant. */
function fixesOf(options: Options, lastWriteWins: boolean): Fixes {
  const all = options.fixAll === true ? ALL_FIXES : NO_FIXES;
  const on = (flag: true | undefined, name: keyof Fixes): boolean => flag === true || all[name];
  return {
    fix: on(options.fix, 'fix'),
    compact: on(options.compact, 'compact'),
    resolveDuplicates: on(options.resolveDuplicates, 'resolveDuplicates'),
    lastWriteWins: options.lastWriteWins === true || lastWriteWins,
    deleteOrphans: on(options.deleteOrphans, 'deleteOrphans'),
    deleteUnknownColumns: on(options.deleteUnknownColumns, 'deleteUnknownColumns'),
    deleteBadValues: on(options.deleteBadValues, 'deleteBadValues'),
    deleteBadRows: on(options.deleteBadRows, 'deleteBadRows'),
    deleteBadCompacts: on(options.deleteBadCompacts, 'deleteBadCompacts'),
  };
}
