import { createToolApp, withStore } from '../app';
import type { LookupQuery, LookupTag } from '../query';
import { allSalts, uidToHex } from '../schema';
import { ClientError, IllegalArgumentError } from '../util/errors';
import { declareTool, usageOf, parseArguments } from './arguments';
import { addCommonOptions, logsOfParts, runTool, ToolLog, type ToolIo } from './common';
import { loadStoreConfig } from './store-config';
import { TextOutput } from './text-output';

const USAGE = `Usage: search <subcommand> args
Sub commands:
  lookup <query>: Retreives a list of time series with the given metric, tagk, tagv or any combination thereof.
`;

/** What the original's search object asks for when nobody says how many. */
const LIMIT = 25;

/**
 * `tsdb search lookup`: which series there are, `TSUID METRIC TAGK=TAGV ...` a line. Mirrors Search; version 2.4.1 makes these lines, throws
 * them away and waits for itself.
 */
export function run(argv: readonly string[], io: ToolIo): Promise<number> {
  return runTool(io, async () => {
    const command = addCommonOptions(declareTool('search', USAGE)).option(
      '--use-data-table',
      'Scan against the raw data table instead of the meta data table.',
    );
    const words = parseArguments(command, argv);
    const refuse = (problem: string): number => {
      io.stderr.write(`${problem}\n${usageOf(command)}`);
      return 2;
    };
    if (words.length < 1) return refuse('Not enough arguments');
    const useMeta = command.opts<{ useDataTable?: true }>().useDataTable !== true;
    const { config } = loadStoreConfig(command);
    const log = new ToolLog(io, 'Search');
    const app = createToolApp(config, logsOfParts(io), { uidLogger: log.aside('UniqueId') });
    const { data, uid } = app.model.tables;
    return withStore(app, [data, uid], async () => {
      try {
        if (words[0] !== 'lookup') return refuse(`Unknown sub command: ${words[0]}`);
        if (words.length < 2) return refuse('Not enough arguments');
        const question = readWords(words.slice(1));
        if (!useMeta) log.warn('NOTE: Scanning the full data table may take a long time');
        const limit = useMeta ? LIMIT : Math.floor(LIMIT / allSalts(app.model.layout).length);
        await print(app, { ...question, useMeta, limit, startIndex: 0, query: null }, io);
        return 0;
      } finally {
        log.info('Gracefully shutdown the TSD');
      }
    });
  });
}

/** `[METRIC] {[TAGK]=[TAGV]}` @throws IllegalArgumentError */
function readWords(words: readonly string[]): { metric: string | null; tags: LookupTag[] } {
  const [first] = words;
  const hasMetric = !first.includes('=');
  const tags = words.slice(hasMetric ? 1 : 0).map((word): LookupTag => {
    if (word.length < 2) throw new IllegalArgumentError('Missing tag pair');
    const parts = word.split('=');
    if (parts.length !== 2) throw new IllegalArgumentError(`invalid tag: ${word}`);
    const [key, value] = parts.map((part) => (part === '' ? null : part));
    return { key, value };
  });
  return { metric: hasMetric ? first : null, tags };
}

async function print({ queries }: ReturnType<typeof createToolApp>, query: LookupQuery, io: ToolIo): Promise<void> {
  const output = new TextOutput(io.stdout);
  const client = { remote: 'tsdb search', headers: new Map<string, string>() };
  const answer = queries.lookup(query, client, new AbortController().signal);
  try {
    for await (const found of answer.series()) {
      for (const { tsuid, metric, tags } of found) {
        const pairs = [...tags].map(([key, value]) => `${key}=${value} `);
        output.write(`${uidToHex(tsuid)} ${metric} ${pairs.join('')}\n`);
      }
      await output.flush();
    }
    answer.finish(200, null, true);
  } catch (error) {
    throw error instanceof ClientError && error.cause instanceof Error ? error.cause : error;
  } finally {
    await output.flush();
  }
}
