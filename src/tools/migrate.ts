import { setTimeout as sleep } from 'node:timers/promises';
import { Migration, MigrationJournal, Pace, type Numbering } from '../maintenance';
import { IllegalArgumentError } from '../util/errors';
import { countOf, declareTool, parseArguments, UsageError, usageOf } from './arguments';
import { runTool, ToolLog, type ToolIo } from './common';
import { interruptible, tellInterrupted } from './interrupt';
import { Progress } from './progress';
import { openSide, withSides } from './two-stores';

const USAGE = `Usage: migrate --from FILE --to FILE [options]
Copies a store to another: FILE is the configuration of each. UIDs, points, annotations, histograms, rollups, metadata and trees are copied; salts,
widths of UIDs and the engines may differ. What is copied twice is there once.
`;
const DEFAULT_THREADS = 4;
const DEFAULT_INTERVAL_S = 30;
const DEFAULT_OVERLAP_S = 600;

interface Options {
  from?: string;
  to?: string;
  follow?: true;
  interval?: string;
  overlap?: string;
  uids?: string;
  threads?: string;
  rate?: string;
  journal?: string;
  dryRun?: true;
}

/**
 * `tsdb migrate`: copies a store to another, once or following what comes. The original has no such tool.
 * Exit codes: 0; 1 when rows could not be copied, or for an error; 2 for a wrong command line; 130 and 143 after Ctrl-C and SIGTERM, unless it follows:
 * then it copies what is new once more, and that is 0.
 */
export function run(argv: readonly string[], io: ToolIo): Promise<number> {
  return runTool(io, async () => {
    const command = declareTool('migrate', USAGE)
      .option('--from <FILE>', 'configuration of the store that is copied')
      .option('--to <FILE>', 'configuration of the store that it is copied to')
      .option('--follow', 'go on with what is new, until Ctrl-C; then once more, and end')
      .option('--interval <SECONDS>', `pause between two looks for what is new (default: ${DEFAULT_INTERVAL_S})`)
      .option('--overlap <SECONDS>', `by which clocks may differ and writes be late (default: ${DEFAULT_OVERLAP_S})`)
      .option(
        '--uids <keep|assign>',
        'UIDs of the target: the numbers of the source, or its own (default: keep, unless it has others already)',
      )
      .option('--threads <N>', `ranges that are copied at once (default: ${DEFAULT_THREADS})`)
      .option('--rate <N>', 'most rows to read in a second (default: no limit)')
      .option('--journal <FILE>', 'file that says how far it has come: one that was stopped goes on from there')
      .option('--dry-run', 'only count what would be read');
    const words = parseArguments(command, argv);
    const options = command.opts<Options>();
    const usage = (message: string): number => {
      io.stderr.write(`${message}\n${usageOf(command)}`);
      return 2;
    };
    if (words.length > 0) throw new UsageError(`Unexpected word ${words[0]}`);
    if (options.from === undefined || options.to === undefined) return usage('Both --from and --to are needed');
    const numbering = numberingOf(options.uids);
    const counts = {
      threads: countOf('threads', options.threads, DEFAULT_THREADS),
      rate: countOf('rate', options.rate, 0),
      interval: countOf('interval', options.interval, DEFAULT_INTERVAL_S),
      overlap: countOf('overlap', options.overlap, DEFAULT_OVERLAP_S),
    };
    const from = openSide(options.from, io);
    const to = openSide(options.to, io, true);
    if (from.where === to.where) throw new IllegalArgumentError('Source and target are the same store');
    const log = new ToolLog(io, 'Migrate');
    return withSides([from, to], () =>
      interruptible(async (signal) => {
        const progress = new Progress(io, 'rows');
        const migration = new Migration({
          source: from,
          target: to,
          numbering,
          workers: counts.threads,
          pace: new Pace(counts.rate),
          journal: new MigrationJournal(options.dryRun === true ? null : (options.journal ?? null), `${from.where} to ${to.where}`),
          dryRun: options.dryRun === true,
          overlapMs: 1000 * counts.overlap,
          log,
          copied: (rows) => progress.add(rows),
          now: Date.now,
          // Who follows ends after one more pass.
          signal: options.follow === true ? undefined : signal,
        });
        try {
          await migration.prepare();
          const skipped = await passes(
            migration,
            { interval: options.follow === true ? counts.interval : null, dryRun: options.dryRun === true },
            log,
            signal,
          );
          return skipped > 0 ? 1 : 0;
        } catch (error) {
          const going = options.journal === undefined ? 'run it again' : `the same command goes on from ${options.journal}`;
          return tellInterrupted(error, io, `what was copied until now is whole, and ${going}`);
        } finally {
          progress.end();
        }
      }),
    );
  });
}

/** @param interval seconds between two passes; null: there is one @returns how many rows were skipped */
async function passes(
  migration: Migration,
  { interval, dryRun }: { interval: number | null; dryRun: boolean },
  log: ToolLog,
  signal: AbortSignal,
): Promise<number> {
  let skipped = 0;
  for (;;) {
    const last = interval === null || signal.aborted;
    const { rows, cells, skipped: missed } = await migration.pass();
    skipped += missed;
    const copied = dryRun ? '' : `; what was written before ${new Date(migration.complete ?? 0).toISOString()} is copied`;
    log.info(`${rows} rows, ${cells} cells were read${copied}${missed > 0 ? `, but for ${missed} rows` : ''}`);
    if (last) return skipped;
    await sleep(1000 * interval, undefined, { signal }).catch(() => log.info('Once more, and then it ends'));
  }
}

/** @throws UsageError */
function numberingOf(text: string | undefined): Numbering | null {
  if (text === undefined || text === 'keep' || text === 'assign') return text ?? null;
  throw new UsageError(`--uids is neither keep nor assign: ${text}`);
}
