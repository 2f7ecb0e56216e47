import { basename } from 'node:path';

/** What a tool is given beside its arguments. */
interface Io {
  stdout: NodeJS.WritableStream;
  stderr: NodeJS.WritableStream;
  stdin: NodeJS.ReadableStream;
}
type Tool = { run(argv: string[], io: Io): Promise<number> };

/** Each tool is loaded only when it is called: `tsdb version` does not wait for the daemon's modules. */
const TOOLS: Record<string, () => Tool> = {
  'check-store': () => require('./check-store') as Tool,
  check_tsd: () => require('./check-tsd') as Tool,
  drain: () => require('./drain') as Tool,
  fsck: () => require('./fsck') as Tool,
  import: () => require('./import') as Tool,
  mkmetric: () => require('./mkmetric') as Tool,
  rollup: () => require('./rollup') as Tool,
  query: () => require('./query') as Tool,
  scan: () => require('./scan') as Tool,
  search: () => require('./search') as Tool,
  'search-index': () => require('./search-index') as Tool,
  tables: () => require('./tables') as Tool,
  tsd: () => require('./tsd') as Tool,
  uid: () => require('./uid') as Tool,
  version: () => require('./version') as Tool,
};

/** Runs `tsdb COMMAND [args]`. Messages and exit codes are those of the original's wrapper script. */
export async function main(
  argv: readonly string[],
  io: Io,
  name = process.env.TSDB_COMMAND_NAME ?? basename(process.argv[1]),
): Promise<number> {
  const [command = '', ...args] = argv;
  const load = Object.prototype.hasOwnProperty.call(TOOLS, command) ? TOOLS[command] : null;
  if (!load) {
    io.stderr.write(`${name}: error: unknown command '${command}'\nusage: ${name} <command> [args]\n`);
    io.stdout.write(`Valid commands: ${Object.keys(TOOLS).sort().join(', ')}\n`);
    return 1;
  }
  return load().run(args, io);
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
      await Promise.all([process.stdout, process.stderr].map((stream) => drained(stream, lastWordsMs)));
      process.exit(code);
    })
    .catch(() => process.exit(1));
}
