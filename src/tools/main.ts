import { basename } from 'node:path';
import { awaitNativeWork, endProcess } from '../util/end-process';

/** What a tool is given beside its arguments. */
interface Io {
  stdout: NodeJS.WritableStream;
  stderr: NodeJS.WritableStream;
  stdin: NodeJS.ReadableStream;
}
type Tool = { run(argv: string[], io: Io): Promise<number> };

/** Each tool is loaded only when it is called: `tsdb version` does not wait for the daemon's modules. */
const TOOLS: Record<string, { about: string; load: () => Tool }> = {
  'check-store': { about: 'check an embedded store, or save what can be read of it', load: () => require('./check-store') as Tool },
  check_tsd: { about: 'check the values of a series, for Nagios', load: () => require('./check-tsd') as Tool },
  drain: { about: 'stand in for a TSD: keep put commands in files', load: () => require('./drain') as Tool },
  fsck: { about: 'check the data table, and repair it', load: () => require('./fsck') as Tool },
  import: { about: 'load text files of points', load: () => require('./import') as Tool },
  migrate: { about: 'copy a store to another', load: () => require('./migrate') as Tool },
  mkmetric: { about: 'assign UIDs to metrics', load: () => require('./mkmetric') as Tool },
  prune: { about: 'delete old points by metric', load: () => require('./prune') as Tool },
  query: { about: 'print the points of queries', load: () => require('./query') as Tool },
  rollup: { about: 'compute rollups', load: () => require('./rollup') as Tool },
  scan: { about: 'print rows as they are stored, or as lines for import; or delete them', load: () => require('./scan') as Tool },
  search: { about: 'list the series that have a metric or tags', load: () => require('./search') as Tool },
  'search-index': { about: 'build the index of the search for metadata', load: () => require('./search-index') as Tool },
  tables: { about: 'make the tables, or check them', load: () => require('./tables') as Tool },
  tsd: { about: 'run the daemon', load: () => require('./tsd') as Tool },
  uid: { about: 'look at names and UIDs, and change them; keep up metadata and trees', load: () => require('./uid') as Tool },
  verify: { about: 'compare two stores, or what two TSDs answer', load: () => require('./verify') as Tool },
  version: { about: 'print the version', load: () => require('./version') as Tool },
};

const commands = (): string[] => Object.keys(TOOLS).sort();

/** Runs `tsdb COMMAND [args]`. Messages and exit codes are those of the original's wrapper script, which has no help. */
export async function main(
  argv: readonly string[],
  io: Io,
  name = process.env.TSDB_COMMAND_NAME ?? basename(process.argv[1]),
): Promise<number> {
  const [command = '', ...args] = argv;
  if (command === 'help' || command === '--help' || command === '-h') return help(args[0], io, name);
  return Object.hasOwn(TOOLS, command) ? TOOLS[command].load().run(args, io) : unknown(command, io, name);
}

function unknown(command: string, io: Io, name: string): number {
  io.stderr.write(`${name}: error: unknown command '${command}'\nusage: ${name} <command> [args]\n`);
  io.stdout.write(`Valid commands: ${commands().join(', ')}\n`);
  return 1;
}

/** `tsdb help [COMMAND]`: all commands, or how one is used. */
async function help(command: string | undefined, io: Io, name: string): Promise<number> {
  if (command === undefined) {
    const lines = commands().map((each) => `  ${each.padEnd(14)}${TOOLS[each].about}\n`);
    io.stdout.write(`usage: ${name} <command> [args]\n${lines.join('')}\`${name} help COMMAND\` says how one of them is used.\n`);
    return 0;
  }
  if (!Object.hasOwn(TOOLS, command)) return unknown(command, io, name);
  const { about, load } = TOOLS[command];
  io.stdout.write(`${name} ${command}: ${about}\n`);
  if (command === 'version') return 0;
  // Wherever a tool says it: who asked for help gets it on stdout.
  return load().run(['--help'], { ...io, stderr: io.stdout });
}

/** Milliseconds that a reader which does not keep up may hold up the end of a daemon. What other tools write is read to the end. */
const DAEMON_LAST_WORDS_MS = 2_000;

/** Waits until what was written has left the process, so that a pipe's reader gets the last line too. */
function drained(stream: NodeJS.WritableStream, ms: number | undefined): Promise<void> {
  return new Promise((done) => {
    if (ms !== undefined) setTimeout(done, ms);
    stream.write('', () => done());
  });
}

if (require.main === module) {
  // A reader that has gone away (`| head`) ends neither the work nor, with an error for each line, the process; as in the original.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  const lastWordsMs = process.argv[2] === 'tsd' ? DAEMON_LAST_WORDS_MS : undefined;
  main(process.argv.slice(2), process)
    .catch((e: unknown) => {
      process.stderr.write(`Exception in thread "main" ${e instanceof Error ? (e.stack ?? e.message) : String(e)}\n`);
      return 1;
    })
    .then(async (code) => {
      await awaitNativeWork(code, (message) => void process.stderr.write(`${message}\n`));
      await Promise.all([process.stdout, process.stderr].map((stream) => drained(stream, lastWordsMs)));
      endProcess(code);
    })
    .catch(() => endProcess(1));
}
