import { createToolApp, withStore, type App } from '../app';
import { readQuerySettings, readTimeZone } from '../config/settings';
import { scanRows, type RowTimes, type ValidSubQuery } from '../query';
import { baseTimeAt, tagsAt } from '../schema';
import type { Row } from '../storage';
import { findNamesOfSeries, namesOfSeries, NoSuchUniqueId, type SeriesNames } from '../uid';
import { IllegalArgumentError, javaClassOf } from '../util/errors';
import { declareTool, usageOf, parseArguments } from './arguments';
import { parseCommandQuery } from './command-query';
import { addCommonOptions, logsOfParts, runTool, ToolLog, type ToolIo } from './common';
import { loadStoreConfig } from './store-config';
import { cutKey, type CutKeyError } from './cut-key';
import { importLines, RawRows, type RowNames } from './scan-cells';
import { ReaderGoneError, TextOutput } from './text-output';

const USAGE = `Usage: scan [--delete|--import] START-DATE [END-DATE] query [queries...]
To see the format in which queries should be written, see the help of the 'query' command.
The --import flag changes the format in which the output is printed to use a format suitable for the 'import' command instead of the default
output format, which better represents how the data is stored in the store.
The --delete flag will delete every row matched by the query. This flag implies --import.
`;

/** `tsdb scan`: the rows that queries read, as they are stored or as lines for `import`, and their deletion. Mirrors DumpSeries. */
export function run(argv: readonly string[], io: ToolIo): Promise<number> {
  return runTool(io, async () => {
    const command = addCommonOptions(declareTool('scan', USAGE))
      .option('--import', 'Prints the rows in a format suitable for the `import` command.')
      .option('--delete', 'Deletes rows as they are scanned.');
    const words = parseArguments(command, argv);
    if (words.length < 3) {
      io.stderr.write(`Invalid usage.\n${usageOf(command)}`);
      return 2;
    }
    const options = command.opts<{ import?: true; delete?: true }>();
    const { config } = loadStoreConfig(command);
    const log = new ToolLog(io, 'DumpSeries');
    const app = createToolApp(config, logsOfParts(io), { uidLogger: log.aside('UniqueId') });
    const { data, uid } = app.model.tables;
    return withStore(app, [data, uid], async () => {
      const { subQueries, ...times } = parseCommandQuery(words, readTimeZone(config), Date.now());
      if (subQueries.some(({ style }) => style !== null)) throw new IllegalArgumentError('Only `query` draws: a query has no style here');
      const scan = new SeriesDump(app, io, options.delete === true || options.import === true, options.delete === true);
      try {
        for (const { query } of subQueries) await scan.dump(query, times);
      } catch (error) {
        if (error instanceof ReaderGoneError && options.delete === true)
          io.stderr.write('Nobody reads the output any more: rows that nobody has got are not deleted\n');
        throw error;
      }
      return 0;
    });
  });
}

class SeriesDump {
  private readonly output: TextOutput;
  private readonly raw: RawRows;
  /** By the bytes of metric and tags. */
  private readonly names = new Map<string, RowNames | NoSuchUniqueId | CutKeyError>();

  constructor(
    private readonly app: App,
    io: ToolIo,
    private readonly asImport: boolean,
    private readonly deletes: boolean,
  ) {
    this.output = new TextOutput(io.stdout);
    this.raw = new RawRows(app.model.layout, readTimeZone(app.config));
  }

  /** Rows that were printed before a failure stay printed. @throws IllegalDataError, NoSuchUniqueId, CutKeyError, StorageError */
  async dump(query: ValidSubQuery, times: RowTimes): Promise<void> {
    const { storage, model, uids, config } = this.app;
    const ranges = await scanRows({ settings: readQuerySettings(config), model, storage, uids }, query, times);
    try {
      for (const range of ranges)
        for await (const rows of range.rows()) {
          await this.learnNames(rows);
          for (const row of rows) {
            this.print(row);
            if (this.output.isFull) await this.output.flush();
          }
          if (this.deletes) await this.delete(rows);
        }
    } finally {
      await this.output.flush();
    }
  }

  private print(row: Row): void {
    const { layout } = this.app.model;
    const names = this.namesOf(row);
    if (!this.asImport) this.output.write(this.raw.header(row, names));
    for (let i = 0; i < row.size; i++) this.output.write(this.asImport ? importLines(layout, row, i, names) : this.raw.cell(row, i));
  }

  private seriesOf({ key }: Row): string {
    const { layout } = this.app.model;
    return key.toString('latin1', layout.salt, baseTimeAt(layout)) + key.toString('latin1', tagsAt(layout));
  }

  /** As tsuidOfKey, also for a key without tags. */
  private tsuidOf({ key }: Row): Buffer {
    const { layout } = this.app.model;
    return Buffer.concat([key.subarray(layout.salt, baseTimeAt(layout)), key.subarray(tagsAt(layout))]);
  }

  private namesOf(row: Row): RowNames {
    const names = this.names.get(this.seriesOf(row));
    if (names instanceof Error) throw names;
    return names!;
  }

  /** Looks up the names of series that are met for the first time, all at once. */
  private async learnNames(rows: readonly Row[]): Promise<void> {
    const { uids, model } = this.app;
    const fresh = new Map<string, Row>();
    for (const row of rows) {
      const series = this.seriesOf(row);
      if (this.names.has(series)) continue;
      const cut = cutKey(model.layout, row.key);
      if (cut === null) fresh.set(series, row);
      else this.names.set(series, await this.namesOfCutKey(row, cut));
    }
    if (fresh.size === 0) return;
    const tsuids = [...fresh.values()].map((row) => this.tsuidOf(row));
    const found = await findNamesOfSeries(uids, tsuids);
    let i = 0;
    for (const series of fresh.keys()) {
      const names = found[i];
      this.names.set(series, names === null ? await this.namesOfUnnamed(tsuids[i]) : rowNames(names));
      i++;
    }
  }

  /** The cells of a key that is cut within its tags can be shown, but are no lines to import. */
  private async namesOfCutKey({ key }: Row, cut: CutKeyError): Promise<RowNames | NoSuchUniqueId | CutKeyError> {
    const { uids, model } = this.app;
    if (this.asImport || key.length < tagsAt(model.layout)) return cut;
    try {
      const metric = await uids.getName('metrics', key.subarray(model.layout.salt, baseTimeAt(model.layout)));
      return { metric, shown: shownError(cut), asImport: null };
    } catch (error) {
      if (!(error instanceof NoSuchUniqueId)) throw error;
      return error;
    }
  }

  /** What there is to say of a series with a UID that has no name. */
  private async namesOfUnnamed(tsuid: Buffer): Promise<RowNames | NoSuchUniqueId> {
    const { uids } = this.app;
    try {
      const metric = await uids.getName('metrics', tsuid.subarray(0, uids.widths.metrics));
      const [names] = await namesOfSeries(uids, [tsuid]).catch((error: unknown) => {
        if (!(error instanceof NoSuchUniqueId)) throw error;
        return [error];
      });
      if (!(names instanceof Error)) return rowNames(names);
      return this.asImport ? names : { metric, shown: shownError(names), asImport: null };
    } catch (error) {
      if (!(error instanceof NoSuchUniqueId)) throw error;
      return error;
    }
  }

  /** Only what somebody has got is deleted. */
  private async delete(rows: readonly Row[]): Promise<void> {
    await this.output.flush();
    const { storage, model } = this.app;
    const [failure] = await storage.delete(
      model.tables.data.name,
      rows.map(({ key }) => ({ row: key })),
    );
    if (failure !== undefined) throw failure.error;
  }
}

function shownError(error: Error): string {
  return `${javaClassOf(error)}: ${error.message}`;
}

function rowNames({ metric, tags }: SeriesNames): RowNames {
  const pairs = [...tags].map(([key, value]) => `${key}=${value}`);
  return { metric, shown: `{${pairs.join(', ')}}`, asImport: pairs.map((pair) => ` ${pair}`).join('') };
}
