import { createStore, withStore } from '../app';
import { readTimeZone, readUidSettings } from '../config/settings';
import { Checkpoint, METRIC_UIDS, Pace, prunedTables, Pruner, rangesBetween, walk, type PrunedTable } from '../maintenance';
import { keysWithPrefix } from '../schema';
import { NameCodec } from '../uid';
import { parseDuration } from '../util/date-time';
import { compileGlob, globPrefix } from '../util/glob';
import { countOf, declareTool, parseArguments, usageOf } from './arguments';
import { addCommonOptions, runTool, type ToolIo } from './common';
import { loadStoreConfig } from './store-config';
import { interruptible, tellInterrupted } from './interrupt';
import { javaDate } from './java-date';
import { Progress } from './progress';

const USAGE = `Usage: prune --older-than D --metric GLOB [--delete]
Deletes old points of the metrics that match, with their rollups, histograms and annotations, by whole rows. Without --delete it says what there is.
`;
const DEFAULT_THREADS = 4;
/** Metrics that are worked on together. */
const METRICS_AT_ONCE = 64;

interface Options {
  olderThan?: string;
  metric?: string;
  delete?: true;
  yes?: true;
  threads?: string;
  rate?: string;
  checkpoint?: string;
  json?: true;
}

/**
 * `tsdb prune`: retention by metric. The original has no such tool.
 * Exit codes: 0; 1 for an error, or when a metric was left alone; 2 for a wrong command line; 130 when it was interrupted.
 */
export function run(argv: readonly string[], io: ToolIo): Promise<number> {
  return runTool(io, async () => {
    const command = addCommonOptions(declareTool('prune', USAGE))
      .option('--older-than <D>', 'age of what goes, as 90d or 1y; rows that are partly younger stay whole')
      .option('--metric <GLOB>', "metrics it goes from; * and ? are wildcards, '*' is all of them")
      .option('--delete', 'delete; without it rows are counted')
      .option('--yes', 'the same as --delete')
      .option('--threads <N>', `ranges that are worked on at once (default: ${DEFAULT_THREADS})`)
      .option('--rate <N>', 'most rows to delete or count in a second (default: no limit)')
      .option('--checkpoint <FILE>', 'file that says how far it has come: what was stopped goes on from there')
      .option('--json', 'print an object for each metric and one for the whole');
    const words = parseArguments(command, argv);
    const options = command.opts<Options>();
    const { olderThan, metric, json = false } = options;
    if (words.length > 0 || olderThan === undefined || metric === undefined) {
      io.stderr.write(usageOf(command));
      return 2;
    }
    const [threads, rate] = [countOf('threads', options.threads, DEFAULT_THREADS), countOf('rate', options.rate, 0)];
    const age = parseDuration(olderThan);
    const { config } = loadStoreConfig(command);
    const dryRun = options.delete !== true && options.yes !== true;
    const zone = readTimeZone(config);
    const store = createStore(config);
    const { model, storage, rollups } = store;
    const { data, uid } = model.tables;
    const codec = NameCodec.of(readUidSettings(config).charset);
    const cutoff = Math.floor((Date.now() - age) / 1000);
    const progress = new Progress(io, 'rows');
    const print = (text: string, object: object): void => {
      Progress.makeRoom(io);
      io.stdout.write(json ? `${JSON.stringify(object)}\n` : `${text}\n`);
    };
    const work = (signal: AbortSignal): Promise<number> =>
      withStore(store, [data, uid], async () => {
        const tables = await existing(prunedTables(model, rollups, cutoff), (name) => storage.tableExists(name));
        const matches = compileGlob(metric);
        let left = 0;
        const pruner = new Pruner({
          storage,
          model,
          tables,
          matches: (name) => matches(codec.decode(name).name),
          dryRun,
          threads,
          progress: (rows) => progress.add(rows),
          pace: new Pace(rate),
          pruned: (name, rows) => {
            const counts = [...rows].map(([table, count]) => `${count} in ${table}`).join(', ');
            const { name: shown } = codec.decode(name);
            print(`${shown}: ${dryRun ? '' : 'deleted '}${counts}`, { metric: shown, rows: Object.fromEntries(rows) });
            return Promise.resolve();
          },
          skipped: (name) => {
            left++;
            io.stderr.write(`${codec.decode(name).name} is left alone: its UID has another name (tsdb uid fsck)\n`);
          },
          signal,
        });
        const prefix = codec.encode(globPrefix(metric)) ?? Buffer.alloc(0);
        const range = prefix.length === 0 ? rangesBetween([])[0] : keysWithPrefix(prefix);
        const task = `prune of ${data.name} --older-than=${olderThan} --metric=${metric}${dryRun ? '' : ' --delete'}`;
        const tally = await walk(
          {
            storage,
            table: uid.name,
            ranges: () => Promise.resolve([range]),
            workers: 1,
            pace: new Pace(0),
            checkpoint: new Checkpoint(options.checkpoint ?? null, task),
            signal,
            scan: { ...METRIC_UIDS, batchRows: METRICS_AT_ONCE },
          },
          pruner,
        );
        const { rows = 0, metrics = 0 } = tally;
        const before = `${javaDate(cutoff * 1000, zone)}`;
        const done = dryRun ? `are older than ${before}; --delete deletes them` : `older than ${before} were deleted`;
        print(`${rows} rows of ${metrics} metrics ${done}`, { metrics, rows, before: cutoff, deleted: !dryRun });
        return left === 0 ? 0 : 1;
      });
    try {
      return await interruptible(work);
    } catch (error) {
      const from = options.checkpoint === undefined ? '' : ` from ${options.checkpoint}`;
      return tellInterrupted(error, io, `the same command goes on${from}`);
    } finally {
      progress.end();
    }
  });
}

/** Rollup tables may be configured and not made. */
async function existing(tables: readonly PrunedTable[], exists: (name: string) => Promise<boolean>): Promise<PrunedTable[]> {
  const found: PrunedTable[] = [];
  for (const table of tables) if (await exists(table.name)) found.push(table);
  return found;
}
