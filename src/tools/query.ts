import { createToolApp, withStore, type App } from '../app';
import { readTimeZone } from '../config/settings';
import { emptyQuery, integerAt, isIntegerAt, type QueryAnswer, type Series, type ValidQuery, type ValidSubQuery } from '../query';
import { ClientError } from '../util/errors';
import { javaFixed } from '../util/java-format';
import { declareTool, usageOf, parseArguments } from './arguments';
import { parseCommandQuery } from './command-query';
import { addCommonOptions, addVerbose, logsOfParts, runTool, ToolLog, type ToolIo } from './common';
import { loadStoreConfig } from './store-config';
import { TextOutput } from './text-output';

const USAGE = `Usage: query [Gnuplot opts] START-DATE [END-DATE] <query> [queries...]
A query has the form:
  FUNC [rate] [counter,max,reset] [downsample N FUNC] SERIES [TAGS]
For example:
 2010/03/11-20:57 sum my.awsum.metric host=blah sum some.other.metric host=blah state=foo
Dates must follow this format: YYYY/MM/DD-HH:MM[:SS] or Unix Epoch
 or relative time such as 1y-ago, 2d-ago, etc.
Supported values for FUNC: sum, min, max, avg and all others of /api/aggregators
Gnuplot options are of the form: +option=value, with the names that /q takes: yrange, ylabel, title, wxh, ...
`;

/** Digits behind the point of what is no integer. */
const DECIMALS = 6;

/** `tsdb query`: the points of queries, one a line. Mirrors CliQuery. */
export function run(argv: readonly string[], io: ToolIo): Promise<number> {
  return runTool(io, async () => {
    const command = addVerbose(addCommonOptions(declareTool('query', USAGE))).option(
      '--graph <BASEPATH>',
      'draw to BASEPATH.png, and write the points to BASEPATH_0.dat and so on',
    );
    const words = parseArguments(command, argv);
    const { graph, verbose } = command.opts<{ graph?: string; verbose?: true }>();
    const refuse = (problem: string): number => {
      io.stderr.write(`${problem}\n${usageOf(command)}`);
      return 2;
    };
    if (words.length < 3) return refuse('Not enough arguments.');
    const { config } = loadStoreConfig(command);
    const log = new ToolLog(io, 'CliQuery', verbose !== true);
    const app = createToolApp(config, logsOfParts(io), { uidLogger: log.aside('UniqueId') });
    const { data, uid } = app.model.tables;
    return withStore(app, [data, uid], async () => {
      const now = Date.now();
      const zone = readTimeZone(config);
      const { start, end, gnuplot, subQueries } = parseCommandQuery(words, zone, now);
      if (subQueries.length === 0) return refuse('Not enough arguments, need at least one query.');
      if (graph === undefined) {
        for (const { query } of subQueries) await answered(app, queryOf([query], start, end, now), (answer) => print(io, answer));
        return 0;
      }
      // Loaded when it is wanted, with its font.
      const { writeGraph } = require('./query-graph') as typeof import('./query-graph');
      const styles = subQueries.map(({ style }) => style);
      const window = { start, end: end ?? Math.floor(now / 1000) };
      const order = { basePath: graph, options: gnuplot, styles, ...window, timeZone: zone };
      const query = queryOf(
        subQueries.map((each) => each.query),
        start,
        end,
        now,
      );
      log.info(`Wrote ${await answered(app, query, (answer) => writeGraph(answer, order))} for Gnuplot`);
      return 0;
    });
  });
}

/** Runs queries, as many as there are, in one go. @throws what a query fails with, not what HTTP makes of it */
async function answered<T>({ queries }: App, query: ValidQuery, take: (answer: QueryAnswer) => Promise<T>): Promise<T> {
  const request = { client: { remote: 'tsdb query', headers: new Map<string, string>() }, query: emptyQuery() };
  try {
    const answer = await queries.execute(query, request, new AbortController().signal);
    try {
      return await take(answer);
    } finally {
      answer.finish(200, null, true);
    }
  } catch (error) {
    throw error instanceof ClientError && error.cause instanceof Error ? error.cause : error;
  }
}

/** @param end seconds; null: until now */
function queryOf(subQueries: readonly ValidSubQuery[], start: number, end: number | null, now: number): ValidQuery {
  return {
    startMs: start * 1000,
    // A query in milliseconds reads on for a second: one in seconds does not.
    endMs: end === null ? now : (end - 1) * 1000,
    subQueries: subQueries.map((subQuery, index) => ({ ...subQuery, index })),
    wholeScan: true,
    globalAnnotations: false,
    delete: false,
    overrideByteLimit: false,
    overrideDataPointLimit: false,
  };
}

/** Prints points as they are computed. */
async function print(io: ToolIo, answer: QueryAnswer): Promise<void> {
  const output = new TextOutput(io.stdout);
  try {
    for await (const { metric, tags, points, parts } of answer.results()) {
      const labels = `{${[...tags].map(([key, value]) => `${key}=${value}`).join(', ')}}`;
      for (const series of parts?.() ?? [points]) if (series !== null) await printSeries(output, metric, series, labels);
    }
  } finally {
    await output.flush();
  }
}

async function printSeries(output: TextOutput, metric: string, series: Series, labels: string): Promise<void> {
  for (let i = 0; i < series.size; i++) {
    const value = isIntegerAt(series, i) ? String(integerAt(series, i)) : javaFixed(series.values[i], DECIMALS);
    output.write(`${metric} ${series.timestamps[i]} ${value} ${labels}\n`);
    if (output.isFull) await output.flush();
  }
}
