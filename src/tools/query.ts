import { createToolApp, withStore, type App } from '../app';
import { readTimeZone } from '../config/settings';
import { emptyQuery, integerAt, isIntegerAt, type Series, type ValidQuery, type ValidSubQuery } from '../query';
import { ClientError } from '../util/errors';
import { javaFixed } from '../util/java-format';
import { declareTool, usageOf, parseArguments } from './arguments';
import { parseCommandQuery } from './command-query';
import { addCommonOptions, addVerbose, loadCheckedConfig, logsOfParts, runTool, ToolLog, type ToolIo } from './common';
import { TextOutput } from './text-output';

const USAGE = `Usage: query [Gnuplot opts] START-DATE [END-DATE] <query> [queries...]
A query has the form:
  FUNC [rate] [counter,max,reset] [downsample N FUNC] SERIES [TAGS]
For example:
 2010/03/11-20:57 sum my.awsum.metric host=blah sum some.other.metric host=blah state=foo
Dates must follow this format: YYYY/MM/DD-HH:MM[:SS] or Unix Epoch
 or relative time such as 1y-ago, 2d-ago, etc.
Supported values for FUNC: sum, min, max, avg and all others of /api/aggregators
Gnuplot options are of the form: +option=value
`;

/** Digits behind the point of what is no integer. */
const DECIMALS = 6;

/** `tsdb query`: the points of queries, one a line. Mirrors CliQuery. */
export function run(argv: readonly string[], io: ToolIo): Promise<number> {
  return runTool(io, async () => {
    const command = addVerbose(addCommonOptions(declareTool('query', USAGE)));
    const words = parseArguments(command, argv);
    const refuse = (problem: string): number => {
      io.stderr.write(`${problem}\n${usageOf(command)}`);
      return 2;
    };
    if (words.length < 3) return refuse('Not enough arguments.');
    const { config } = loadCheckedConfig(command);
    const log = new ToolLog(io, 'CliQuery', command.opts<{ verbose?: true }>().verbose !== true);
    const app = createToolApp(config, logsOfParts(io), { uidLogger: log.aside('UniqueId') });
    const { data, uid } = app.model.tables;
    return withStore(app, [data, uid], async () => {
      const now = Date.now();
      const { start, end, subQueries } = parseCommandQuery(words, readTimeZone(config), now);
      if (subQueries.length === 0) return refuse('Not enough arguments, need at least one query.');
      for (const { query } of subQueries) await print(app, io, query, start * 1000, end === null ? now : (end - 1) * 1000);
      return 0;
    });
  });
}

/** Runs one sub query and prints its points as they are computed. */
async function print({ queries }: App, io: ToolIo, subQuery: ValidSubQuery, startMs: number, endMs: number): Promise<void> {
  const valid: ValidQuery = {
    startMs,
    endMs,
    subQueries: [{ ...subQuery, index: 0 }],
    wholeScan: true,
    globalAnnotations: false,
    delete: false,
    overrideByteLimit: false,
    overrideDataPointLimit: false,
  };
  const request = { client: { remote: 'tsdb query', headers: new Map<string, string>() }, query: emptyQuery() };
  const output = new TextOutput(io.stdout);
  try {
    const answer = await queries.execute(valid, request, new AbortController().signal);
    for await (const { metric, tags, points, parts } of answer.results()) {
      const labels = `{${[...tags].map(([key, value]) => `${key}=${value}`).join(', ')}}`;
      for (const series of parts?.() ?? [points]) if (series !== null) await printSeries(output, metric, series, labels);
    }
    answer.finish(200, null, true);
  } catch (error) {
    // The tool's users know the error itself, not what HTTP makes of it.
    throw error instanceof ClientError && error.cause instanceof Error ? error.cause : error;
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
