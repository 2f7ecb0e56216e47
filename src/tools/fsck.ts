import { cpus } from 'node:os';
import { createStore, withStore } from '../app';
import { readTimeZone, readUidSettings } from '../config/settings';
import type { Config } from '../config/types';
import {
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
} from '../maintenance';
import type { KeyLayout } from '../schema';
import { NameCodec } from '../uid';
import { readUsedIds } from '../uid/stats';
import { IllegalArgumentError, NumberFormatError } from '../util/errors';
import { countOf, declareTool, optionsUsage, parseArguments, UsageError } from './arguments';
import { addCommonOptions, loadCheckedConfig, runTool, type ToolIo } from './common';
import { FsckOutput } from './fsck-output';
import { Interrupted, interruptible } from './interrupt';
import { javaDate } from './java-date';

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
    const command = addCommonOptions(declareTool('fsck'))
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
      io.stderr.write(`${message}\n${USAGE}${optionsUsage(command)}`);
      return code;
    };
    if (options.help === true) return usage('', 0);
    const threads = options.threads === undefined ? null : threadsOf(options.threads);
    // Queries are none of its words yet: a whole table must not be repaired in place of what they read.
    if (words.length > 0) throw new UsageError(`Unexpected word ${words[0]}`);
    if (options.fullScan !== true) return usage("Must supply a query or use the '--full-scan' flag", 1);
    const { config } = loadCheckedConfig(command);
    return interruptible((signal) => new FsckRun(config, options, io, signal).full(threads));
  });
}

class FsckRun {
  private readonly output: FsckOutput;

  constructor(
    private readonly config: Config,
    private readonly options: Options,
    private readonly io: ToolIo,
    private readonly signal: AbortSignal,
  ) {
    this.output = new FsckOutput(io, options.json === true);
  }

  /** @param threads null: as many as the machine suggests */
  full(threads: number | null): Promise<number> {
    const { config, options, output, signal } = this;
    const store = createStore(config);
    const { model, storage } = store;
    const { data, uid } = model.tables;
    const zone = readTimeZone(config);
    const fixes = fixesOf(options, model.merge.fixDuplicates);
    const pace = new Pace(countOf('rate', options.rate, 0));
    return withStore(store, [data, uid], async () => {
      const started = performance.now();
      const main = output.log('main');
      const workers = model.layout.salt > 0 ? model.layout.saltBuckets : (threads ?? cpus().length * 2);
      let [rows, points] = [0, 0];
      const fsck = new Fsck({
        storage,
        model,
        table: data.name,
        codec: NameCodec.of(readUidSettings(config).charset),
        fixes,
        sync: options.sync === true,
        date: (milliseconds) => javaDate(milliseconds, zone),
        log: (worker) => output.log(`Fsck #${worker + 1}`),
        signal,
        dryRun: options.dryRun === true ? (repair) => output.mutation(repair) : null,
        visited: async (counts) => {
          const before = rows;
          rows += counts.rows;
          points += counts.validPoints;
          if (Math.floor(rows / REPORT_ROWS) > Math.floor(before / REPORT_ROWS))
            main.info(`Processed ${rows} rows, ${points} valid datapoints`);
          await output.taken();
        },
      });
      main.info('Starting full table scan');
      main.info(`Spooling up [${workers}] worker threads`);
      const parts = {
        storage,
        table: data.name,
        signal,
        ranges: async () => {
          const { metrics } = await readUsedIds(storage, uid.name);
          const ranges = await cutTable(storage, data.name, model, metrics, workers * RANGES_A_WORKER);
          const implausible = options.force === true || options.dryRun === true ? null : await fsck.implausible(ranges);
          if (implausible !== null) throw new IllegalArgumentError(otherConfiguration(implausible, model.layout));
          return ranges;
        },
        workers,
        pace,
        checkpoint: new Checkpoint(options.checkpoint ?? null, `fsck of ${data.name} with ${JSON.stringify(fixes)}`),
      };
      let counts: Counts;
      try {
        const finished = (worker: number): void => main.info(`Thread [Thread[Fsck #${worker + 1},5,]] Finished`);
        counts = countsOf(await walk(parts, { visit: (batch, worker) => fsck.visit(batch, worker), finished }));
      } catch (error) {
        if (!(error instanceof Interrupted)) throw error;
        this.io.stderr.write(`${error.message}: ${goingOn(options.checkpoint)}\n`);
        return error.exitCode;
      }
      output.summary(counts);
      main.info(`Completed fsck in [${Math.floor((performance.now() - started) / 1000)}] seconds`);
      return totalErrors(counts) > 0 || counts.failedRepairs > 0 ? 1 : 0;
    });
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
