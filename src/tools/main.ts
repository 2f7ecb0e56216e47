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
  import: () => require('./import') as Tool,
  mkmetric: () => require('./mkmetric') as Tool,
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

/** Waits until what was written has left the process, so that a pipe's reader gets the last line too. */
function drained(stream: NodeJS.WritableStream): Promise<void> {
  return new Promise((done) => stream.write('', () => done()));
}

if (require.main === module) {
  main(process.argv.slice(2), process)
    .catch((e: unknown) => {
      process.stderr.write(`Exception in thread "main" ${e instanceof Error ? (e.stack ?? e.message) : String(e)}\n`);
      return 1;
    })
    .then(async (code) => {
      await Promise.all([drained(process.stdout), drained(process.stderr)]);
      process.exit(code);
    })
    .catch(() => process.exit(1));
}
