import { readFileSync } from 'node:fs';
import { compareAnswers, Comparison } from '../maintenance';
import { messageOf } from '../util/message-of';
import { countOf, declareTool, parseArguments, UsageError, usageOf } from './arguments';
import { runTool, ToolLog, type ToolIo } from './common';
import { interruptible, tellInterrupted } from './interrupt';
import { openSide, withSides } from './two-stores';

const USAGE = `Usage: verify --from FILE --to FILE [options]
       verify --queries FILE URL URL
Compares two stores, each by its configuration: names, points, annotations, histograms, rollups, metadata and trees, whatever UIDs, salts and the layout of
cells are. Or asks two TSDs the questions of a file, one path a line, as /api/query?start=1h-ago&m=sum:sys.cpu.user, and compares their answers.
`;
const DEFAULT_THREADS = 4;
const DEFAULT_SHOWN = 100;

interface Options {
  from?: string;
  to?: string;
  queries?: string;
  threads?: string;
  show?: string;
}

/**
 * `tsdb verify`: compares two stores, or what two TSDs answer. The original has no such tool.
 * Exit codes: 0 everything is equal; 1 something differs, or for an error; 2 for a wrong command line; 130 and 143 after Ctrl-C and SIGTERM.
 */
export function run(argv: readonly string[], io: ToolIo): Promise<number> {
  return runTool(io, async () => {
    const command = declareTool('verify', USAGE)
      .option('--from <FILE>', 'configuration of the first store')
      .option('--to <FILE>', 'configuration of the second store')
      .option('--queries <FILE>', 'questions for two TSDs')
      .option('--threads <N>', `metrics that are compared at once (default: ${DEFAULT_THREADS})`)
      .option('--show <N>', `differences that are printed (default: ${DEFAULT_SHOWN}); all are counted`);
    const words = parseArguments(command, argv);
    const options = command.opts<Options>();
    const usage = (message: string): number => {
      io.stderr.write(`${message}\n${usageOf(command)}`);
      return 2;
    };
    const shown = countOf('show', options.show, DEFAULT_SHOWN);
    const threads = countOf('threads', options.threads, DEFAULT_THREADS);
    const report = new Report(io, shown);
    if (options.queries !== undefined) {
      if (words.length !== 2) return usage('The addresses of two TSDs are needed');
      return verifyAnswers(options.queries, words, report);
    }
    if (words.length > 0) throw new UsageError(`Unexpected word ${words[0]}`);
    if (options.from === undefined || options.to === undefined) return usage('Both --from and --to are needed');
    const sides = [openSide(options.from, io), openSide(options.to, io)];
    return withSides(sides, () =>
      interruptible(async (signal) => {
        try {
          const [left, right] = sides;
          const comparison = new Comparison({ left, right, workers: threads, differs: (line) => report.difference(line), signal });
          const { names, rows, points } = await comparison.run();
          return report.end(`${names} names, ${rows} rows with ${points} values were compared`);
        } catch (error) {
          return tellInterrupted(error, io);
        }
      }),
    );
  });
}

async function verifyAnswers(file: string, [first, second]: readonly string[], report: Report): Promise<number> {
  const paths = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('/'));
  for (const path of paths) {
    const difference = await compareAnswers(first, second, path).catch((error: unknown) => messageOf(error));
    if (difference !== null) report.difference(`${path}: ${difference}`);
  }
  return report.end(`${paths.length} questions were asked`);
}

/** Prints differences, and what they come to. */
class Report {
  private differences = 0;
  private readonly log: ToolLog;

  constructor(
    private readonly io: ToolIo,
    private readonly shown: number,
  ) {
    this.log = new ToolLog(io, 'Verify');
  }

  difference(line: string): void {
    if (this.differences++ < this.shown) this.io.stdout.write(`${line}\n`);
  }

  /** @returns the exit code */
  end(done: string): number {
    this.log.info(`${done}; ${this.differences === 0 ? 'no difference' : `${this.differences} differences`}`);
    return this.differences > 0 ? 1 : 0;
  }
}
