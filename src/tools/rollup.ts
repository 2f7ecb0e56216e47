import { createToolApp, withStore } from '../app';
import { readTimeZone } from '../config/settings';
import { RollupJournal, RollupRun, rollupTables, type RollupRange } from '../rollup';
import { parseDateTimeString } from '../util/date-time';
import { IllegalArgumentError } from '../util/errors';
import { inParallel } from '../util/in-parallel';
import { countOf, declareTool, optionsUsage, parseArguments, UsageError } from './arguments';
import { addCommonOptions, loadCheckedConfig, logsOfParts, runTool, ToolLog, type ToolIo } from './common';
import { throwIfNoStore } from './store-config';

const HOUR = 3600;
const DEFAULT_THREADS = 4;

interface Options {
  since?: string;
  until?: string;
  journal?: string;
  threads?: string;
  rate?: string;
}

/**
 * `tsdb rollup`: computes the rollups of raw points. The original has no such tool.
 * Exit codes: 0; 1 when rows could not be read and are not in the rollups, or for an error; 2 for a wrong command line.
 */
export function run(argv: readonly string[], io: ToolIo): Promise<number> {
  return runTool(io, async () => {
    const command = addCommonOptions(declareTool('rollup'))
      .option('--since <TIME>', 'start of what is computed (default: where the last run of the journal ended)')
      .option('--until <TIME>', 'end of what is computed (default: the last full hour)')
      .option('--journal <FILE>', 'file that says how far runs came: one that was stopped goes on from there')
      .option('--threads <N>', `ranges that are read at once (default: ${DEFAULT_THREADS})`)
      .option('--rate <N>', 'most points to read in a second (default: no limit)');
    if (parseArguments(command, argv).length > 0) {
      io.stderr.write(`Usage: rollup [options]\n${optionsUsage(command)}`);
      return 2;
    }
    const options = command.opts<Options>();
    const [threads, pointsPerSecond] = [countOf('threads', options.threads, DEFAULT_THREADS), countOf('rate', options.rate, 0)];
    const { config } = loadCheckedConfig(command);
    const log = new ToolLog(io, 'Rollup');
    const app = createToolApp(config, logsOfParts(io), { uidLogger: log.aside('UniqueId') });
    const { model, storage, writer, rollups } = app;
    if (rollups === null) throw new IllegalArgumentError('No rollups are configured (tsd.rollups.enable=false)');
    const journal = new RollupJournal(options.journal ?? null);
    const range = rangeOf(options, journal, readTimeZone(config), Date.now());
    throwIfNoStore(config);
    return withStore(app, [model.tables.data, model.tables.uid, ...rollupTables(rollups)], async () => {
      try {
        const job = new RollupRun({ storage, writer, model, rollups, logger: log, ...range, pointsPerSecond });
        journal.begin(range);
        const tasks = (await job.tasks()).filter((task) => !journal.isDone(task));
        await inParallel(tasks, threads, async (task) => {
          await job.run(task);
          journal.taskDone(task);
        });
        journal.complete(range.until);
        log.info(
          `${job.points} points of ${range.since} to ${range.until} became ${job.cells} cells; ${job.unreadable} rows could not be read`,
        );
        return job.unreadable > 0 ? 1 : 0;
      } finally {
        await writer.close();
      }
    });
  });
}

/** What is to be computed, in seconds. @throws UsageError, IllegalArgumentError for times that can't be read */
function rangeOf(options: Options, journal: RollupJournal, zone: string | null, nowMs: number): RollupRange {
  const { unfinished } = journal;
  if (unfinished !== null && options.since === undefined && options.until === undefined) return unfinished;
  const time = (text: string): number => Math.floor(parseDateTimeString(text, zone, nowMs) / 1000);
  const lastHour = Math.floor(nowMs / 1000 / HOUR) * HOUR;
  const until = options.until === undefined ? lastHour : Math.min(time(options.until), lastHour);
  const since = options.since === undefined ? journal.completeUntil : time(options.since);
  if (since === null) throw new UsageError('--since is missing: the journal has no run to go on from');
  return { since, until: Math.max(since, until) };
}
