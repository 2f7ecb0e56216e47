import { Command, type Option } from 'commander';

/** A command line that a tool refuses before it does anything: stderr `Invalid usage.  MESSAGE`, exit code 2. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UsageError';
  }
}

/** Somebody wants to know how a tool is used, and nothing else. */
export class HelpRequest extends Error {
  /** @param text for standard output */
  constructor(readonly text: string) {
    super('help');
    this.name = 'HelpRequest';
  }
}

/**
 * A tool's command for its options to be declared on: silent, without commander's own help and exits.
 * @param usage what is said above its options when its use is wrong, or asked for
 */
export function declareTool(name: string, usage = `Usage: ${name} [options]\n`): Command {
  return new Command(name)
    .description(usage)
    .helpOption(false)
    .helpCommand(false)
    .exitOverride()
    .configureOutput({ writeOut: () => {}, writeErr: () => {} })
    .argument('[words...]');
}

/**
 * Parses by the original's rules, which are not commander's: options and words in any order; a value is the next word whatever it is, or what
 * follows `=`; a flag counts by presence (`--flag=false` is on); no abbreviations, no bundles; the last of two equal options wins; `--` ends the
 * options. Mirrors ArgP.
 * @returns the words that are no options; the options are commander's `opts()`
 * @throws UsageError `Unrecognized option WORD`, `Missing argument for OPTION`; HelpRequest for `--help` or `-h`, which the original does not know
 */
export function parseArguments(command: Command, argv: readonly string[]): string[] {
  const options: string[] = [];
  const words: string[] = [];
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i];
    if (word === '--') {
      words.push(...argv.slice(i + 1));
      break;
    }
    const equals = word.indexOf('=');
    const option = find(command, word) ?? (equals > 0 ? find(command, word.slice(0, equals)) : undefined);
    if (!option) {
      if (word === '--help' || word === '-h') throw new HelpRequest(usageOf(command));
      if (word.startsWith('-')) throw new UsageError(`Unrecognized option ${word}`);
      words.push(word);
    } else if (!option.required) options.push(option.long ?? word);
    else if (!find(command, word)) options.push(`${option.long}=${word.slice(equals + 1)}`);
    else if (i + 1 < argv.length) options.push(`${option.long}=${argv[++i]}`);
    else throw new UsageError(`Missing argument for ${word}`);
  }
  command.parse([...options, '--', ...words], { from: 'user' });
  return words;
}

function find(command: Command, word: string): Option | undefined {
  return command.options.find((option) => option.long === word || option.short === word);
}

/** How a tool is used, with its options. */
export function usageOf(command: Command): string {
  return `${command.description()}${optionsUsage(command)}`;
}

/** The value of an option that is a number from 1 on. @param otherwise when it was not given @throws UsageError */
export function countOf(name: string, text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  if (!/^[1-9]\d{0,9}$/.test(text)) throw new UsageError(`--${name} is no positive number: ${text}`);
  return Number(text);
}

/** The option block of a usage text: alphabetical, `--name=META` padded to one column past the longest. */
export function optionsUsage(command: Command): string {
  const rows = command.options
    .map((o) => [`${o.long}${o.required ? `=${/<(.*)>/.exec(o.flags)?.[1]}` : ''}`, o.description])
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const width = Math.max(...rows.map(([name]) => name.length)) + 1;
  return rows.map(([name, doc]) => `  ${name.padEnd(width)}${doc}\n`).join('');
}
