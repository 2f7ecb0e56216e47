import { readStorageSettings } from '../config/settings';
import { checkStore, describeDamage, type StoreReport } from '../storage/embedded';
import { declareTool, usageOf, parseArguments } from './arguments';
import { addCommonOptions, loadToolConfig, runTool, type ToolIo } from './common';

const USAGE = `Usage: check-store [--salvage DIRECTORY]
  Reads every page of the embedded store, says what is damaged; exit code 1 if anything is.
`;
/** Lines about damages; where there are more, the rest is counted. */
const MOST_LINES = 100;

/** `tsdb check-store`: what is left of an embedded store, and a new store with it. The daemon must not run meanwhile. */
export function run(argv: readonly string[], io: ToolIo): Promise<number> {
  return runTool(io, async () => {
    const command = addCommonOptions(declareTool('check-store', USAGE))
      .option('--path <DIRECTORY>', 'the store (default: as configured)')
      .option('--salvage <DIRECTORY>', 'new store that gets everything that can be read');
    if (parseArguments(command, argv).length > 0) {
      io.stderr.write(usageOf(command));
      return 2;
    }
    const { path, salvage } = command.opts<{ path?: string; salvage?: string }>();
    const { engine, embeddedPath } = readStorageSettings(loadToolConfig(command).config);
    if (path === undefined && engine !== 'embedded') {
      io.stderr.write('The configuration names no embedded store: nothing to check\n');
      return 2;
    }
    const directory = path ?? embeddedPath;
    const report = await checkStore(directory, salvage ?? null);
    describe(report, directory, salvage, io);
    return report.damages.length > 0 ? 1 : 0;
  });
}

function describe({ damages, entries, size }: StoreReport, directory: string, salvage: string | undefined, io: ToolIo): void {
  for (const damage of damages.slice(0, MOST_LINES)) io.stdout.write(`${describeDamage(damage)}\n`);
  if (damages.length > MOST_LINES) io.stdout.write(`and ${damages.length - MOST_LINES} more\n`);
  for (const [tree, count] of entries) io.stdout.write(`table ${tree}: ${count} entries ${salvage === undefined ? 'readable' : 'saved'}\n`);
  const verdict = damages.length === 0 ? 'is whole' : `is damaged in ${damages.length} places`;
  io.stdout.write(`The embedded store in ${directory} (${size} bytes) ${verdict}\n`);
}
