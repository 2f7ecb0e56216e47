import { createStore, withStore } from '../app/store';
import { readUidSettings } from '../config/settings';
import { declareTool, optionsUsage, parseArguments } from './arguments';
import { addCommonOptions, addVerbose, loadCheckedConfig, runTool, ToolLog, type ToolIo } from './common';
import { throwIfNoStore } from './store-config';
import { assign, remove, rename } from './uid-changes';
import { fsck } from './uid-fsck';
import type { UidToolContext, UnusedOptions } from './uid-context';
import { grep } from './uid-grep';
import { lookUp } from './uid-lookup';
import { metaPurge, metaSync, treePurge, treeSync } from './uid-meta';
import { addUnusedOptions, unused } from './uid-unused';
import { NumberFormatError } from '../util/errors';

const SUB_COMMANDS = `Usage: uid SUBCOMMAND [args]
  grep [KIND] REGEX            list the names that match
  assign KIND NAME [NAME...]   give names a UID
  rename KIND NAME NEWNAME     give a UID another name
  delete KIND NAME             end a mapping; its data points stay
  fsck [fix] [delete_unknown]  check that names lead to UIDs and back; with fix repair it, with delete_unknown remove other columns
  unused [KIND...]             list the names that no row refers to; with --delete end them
  [KIND] NAME                  show the UID of a name
  [KIND] ID                    show the name of a UID
  metasync                     give series and UIDs the metadata that they lack
  metapurge                    remove all metadata and counters
  treesync                     place the series that have metadata in the trees that are enabled
  treepurge TREE [true]        remove what has grown in a tree; with true the tree, too
KIND is metrics, tagk or tagv. Exit codes: 0 done or found, 1 not found, 2 wrong use, 3 the store failed; of fsck the number of errors.
`;

interface SubCommand {
  /** How many words it takes, itself included. */
  words: { min: number; max: number };
  run(context: UidToolContext, words: readonly string[]): Promise<number>;
}

const COMMANDS = new Map<string, SubCommand>([
  ['grep', { words: { min: 2, max: 3 }, run: grep }],
  ['assign', { words: { min: 3, max: Infinity }, run: assign }],
  ['rename', { words: { min: 4, max: 4 }, run: rename }],
  ['delete', { words: { min: 3, max: 3 }, run: remove }],
  ['metasync', { words: { min: 1, max: Infinity }, run: metaSync }],
  ['metapurge', { words: { min: 1, max: Infinity }, run: metaPurge }],
  ['treesync', { words: { min: 1, max: Infinity }, run: treeSync }],
  ['treepurge', { words: { min: 2, max: Infinity }, run: treePurge }],
  ['fsck', { words: { min: 1, max: Infinity }, run: fsck }],
  ['unused', { words: { min: 1, max: 4 }, run: unused }],
]);
const LOOK_UP: SubCommand = { words: { min: 1, max: 2 }, run: lookUp };

/** `tsdb uid`: looks at the UID table and changes it. Exit codes are the sub commands'. Mirrors UidManager. */
export function run(argv: readonly string[], io: ToolIo): Promise<number> {
  return runTool(io, async () => {
    const command = addVerbose(addCommonOptions(declareTool('uid', SUB_COMMANDS)))
      .option('-i, --ignore-case', 'let grep match in any case')
      .option('--idwidth <N>', 'bytes of a UID (default: as configured)');
    if (argv.includes('unused')) addUnusedOptions(command);
    const words = parseArguments(command, argv);
    const options = command.opts<{ verbose?: true; ignoreCase?: true; idwidth?: string } & UnusedOptions>();
    const refuse = (message: string, code: number, withOptions: boolean): number => {
      io.stderr.write(`${message}\n${SUB_COMMANDS}${withOptions ? optionsUsage(command) : ''}`);
      return code;
    };
    if (words.length === 0) return refuse('Not enough arguments', 2, true);
    const idWidth = options.idwidth === undefined ? null : parseWidth(options.idwidth);
    if (idWidth !== null && idWidth <= 0) return refuse('Negative or 0 --idwidth', 3, true);
    const { config } = loadCheckedConfig(command);
    const sub = COMMANDS.get(words[0]) ?? LOOK_UP;
    if (words.length < sub.words.min || words.length > sub.words.max) return refuse('Wrong number of arguments', 2, false);
    if (words[0] !== 'assign') throwIfNoStore(config);
    const log = new ToolLog(io, 'UidManager', !options.verbose);
    const store = createStore(config);
    const { uid } = store.model.tables;
    const settings = readUidSettings(config);
    const code = await withStore(store, [uid], () =>
      sub.run(
        { ...store, config, settings, table: uid.name, idWidth, ignoreCase: options.ignoreCase === true, unused: options, io, log },
        words,
      ),
    );
    log.info('Shutting down TSD....');
    log.info('Gracefully shutdown the TSD');
    return code;
  });
}

/** Java's Short.parseShort. */
function parseWidth(text: string): number {
  if (!/^[+-]?\d+$/.test(text)) throw NumberFormatError.forInput(text);
  const n = Number(text);
  if (n < -32768 || n > 32767) throw NumberFormatError.forInput(text);
  return n;
}
